/* Holds a task's network namespace: waits for ever, collects orphans, ends on TERM or INT.
 *
 * Built without any library, so that its image is one file of a few hundred bytes. All signals are blocked and waited for: a blocked signal
 * reaches even pid 1, and no handler (which would need a restorer) has to exist. */

#if defined(__x86_64__)
enum { kWait4 = 61, kExitGroup = 231, kSigprocmask = 14, kSigtimedwait = 128 };
static long system_call(long number, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { kWait4 = 260, kExitGroup = 94, kSigprocmask = 135, kSigtimedwait = 137 };
static long system_call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
#error "the pause program is written for x86_64 and aarch64"
#endif

enum { kSigInt = 2, kSigTerm = 15, kSigChld = 17, kBlock = 0, kNoHang = 1 };

__attribute__((noreturn)) void _start(void) {
  unsigned long all_signals = ~0ul;
  system_call(kSigprocmask, kBlock, (long)&all_signals, 0, sizeof all_signals);
  for (;;) {
    long signal = system_call(kSigtimedwait, (long)&all_signals, 0, 0, sizeof all_signals);
    if (signal == kSigTerm || signal == kSigInt) {
      for (;;) system_call(kExitGroup, 0, 0, 0, 0);
    }
    if (signal == kSigChld) {
      while (system_call(kWait4, -1, 0, kNoHang, 0) > 0) {
      }
    }
  }
}

#include "base/huge_pages.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace berth {
namespace {

constexpr int kHeapRoom = 512 << 20;      ///< bytes of address space that the heap grows by
constexpr int kLeastMapped = 32 << 20;    ///< bytes from which an allocation is a mapping of its own: the largest that glibc allows
constexpr std::uintptr_t kPage = 2 << 20;  ///< bytes of a huge page

std::uintptr_t end_of_heap() { return reinterpret_cast<std::uintptr_t>(::sbrk(0)); }

}  // namespace

void use_huge_pages() {
  // The room that glibc keeps at the end of the heap. Set by hand, the thresholds do not adapt themselves any more.
  if (::mallopt(M_TOP_PAD, kHeapRoom) != 1 || ::mallopt(M_TRIM_THRESHOLD, kHeapRoom) != 1 || ::mallopt(M_MMAP_THRESHOLD, kLeastMapped) != 1) return;
  const std::uintptr_t before = end_of_heap();
  void* volatile probe = std::malloc(kPage);  // more than what is left of the heap that start-up made
  std::free(probe);
  const std::uintptr_t after = end_of_heap();
  const std::uintptr_t begin = before / kPage * kPage + kPage;
  if (after <= begin) return;
  // Refused where the kernel has none: nothing is lost.
  (void)::madvise(reinterpret_cast<void*>(begin), after - begin, MADV_HUGEPAGE);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace berth

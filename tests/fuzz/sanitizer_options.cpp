// What every fuzz target asks of the sanitizers; flags in ASAN_OPTIONS come on top.

extern "C" {

/// Debian's ANTLR library is not instrumented: it fills vectors that our code reads without marking the bytes as used, and the address
/// sanitizer would take each of them for an overflow within the vector's memory.
const char* __asan_default_options() { return "detect_container_overflow=0"; }

/// The runtime keeps its prediction tables until the process ends (tests/lsan.supp says the same for the tests).
const char* __lsan_default_suppressions() { return "leak:antlr4::atn::\n"; }

}

#pragma once

namespace berth {

/// Asks the kernel for huge pages under the heap of the main thread. A large stack is millions of small values, and faulting their pages in one by one
/// takes as long as evaluating them. Memory is taken when it is used, 2 MiB at a time, and not before. Without effect where there are no huge pages, or
/// where another allocator than glibc's is in use. To be called before other threads are started.
void use_huge_pages();

}  // namespace berth

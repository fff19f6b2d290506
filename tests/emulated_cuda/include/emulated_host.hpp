/// What calls of the host need to keep: work that a capture records, and what kernels may ask for.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace emulated_cuda {

/// Work in the order in which it was queued, on whichever streams.
using Recording = std::vector<std::function<void()>>;
/// Does it now, or records it.
void queue(std::function<void()> work);
bool is_recording();
void begin_recording();
/// The caller's to delete.
Recording* end_recording();

/// Dynamic shared memory that a launch of this kernel may ask for: 48 KB, or what was allowed.
std::size_t allowed_shared_bytes(void* kernel);
void allow_shared_bytes(void* kernel, std::size_t bytes);

/// What the device says that it has: few, so that blocks that stay have several tiles each.
inline int num_multiprocessors = 4;

}  // namespace emulated_cuda

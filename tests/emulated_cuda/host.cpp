#include <map>
#include <memory>
#include <utility>

#include "emulated_cuda.hpp"
#include "emulated_host.hpp"

namespace emulated_cuda {
namespace {

std::unique_ptr<Recording> recording;
std::map<void*, std::size_t> allowed;

}  // namespace

void queue(std::function<void()> work) {
  if (recording) {
    recording->push_back(std::move(work));
  } else {
    work();
  }
}

bool is_recording() { return recording != nullptr; }

void begin_recording() {
  if (recording) fail("a capture within a capture");
  recording = std::make_unique<Recording>();
}

Recording* end_recording() {
  if (!recording) fail("the end of a capture that did not begin");
  return recording.release();
}

std::size_t allowed_shared_bytes(void* kernel) {
  constexpr std::size_t kUnasked = 48 * 1024;
  const auto found = allowed.find(kernel);
  return found == allowed.end() ? kUnasked : found->second;
}

void allow_shared_bytes(void* kernel, std::size_t bytes) { allowed[kernel] = bytes; }

}  // namespace emulated_cuda

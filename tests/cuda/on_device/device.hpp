/// The device that the tests of this folder need.
#pragma once

#include <memory>

#include "cuda/device/moe_bench.hpp"
#include "skip.hpp"

namespace isoflop_test {

/// The device, opened once; the test is skipped, with the reason, where there is none.
inline isoflop::bench::Device& require_device() {
  const std::string reason = isoflop::bench::why_no_device();
  if (!reason.empty()) skip(reason);
  // Never closed: at the end of the program the CUDA runtime may be gone before it.
  static isoflop::bench::Device& device = *isoflop::bench::open_device().release();
  return device;
}

}  // namespace isoflop_test

/// Clocks, power and temperature of a card, read through NVIDIA's management library where the
/// machine has it. The library is opened at run time and a few prototypes are declared by hand, for
/// its header is not part of the CUDA toolkit. Nothing is ever set.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::bench {

/// "GPU-00112233-4455-6677-8899-aabbccddeeff", as the management library names a card.
std::string gpu_uuid_text(const std::array<unsigned char, 16>& bytes);

class Nvml {
 public:
  /// gpu_uuid: as gpu_uuid_text. Never throws for a library or a card that is not there: then
  /// found() is false and everything read is kNotMeasured.
  explicit Nvml(const std::string& gpu_uuid, const std::string& library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  bool found() const;
  /// Takes about a millisecond; kNotMeasured for what the card does not tell.
  GpuState read() const;
  /// "580.65.06", or "" where it is unknown.
  std::string driver_version() const;

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace isoflop::bench

/// What datasheets promise of GPUs: data/gpus.json, which the library carries as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isoflop {

struct GpuSpec {
  std::string name;                ///< "h100-sxm"
  std::string title;               ///< as its maker calls it
  std::string driver_name;         ///< as its driver calls it
  double flops_per_s = 0.0;        ///< bf16 with tensor cores, without sparsity
  double bytes_per_s = 0.0;        ///< of its memory
  std::uint64_t memory_bytes = 0;  ///< as advertised, in powers of ten
  std::string source;              ///< document that states these figures
  std::string note;                ///< where it rounds, or what it does not state; may be empty
};

/// In the order of the file.
const std::vector<GpuSpec>& known_gpus();
/// By name, in either case, or by that of the driver. Throws InvalidArgument with the names there
/// are.
const GpuSpec& find_gpu(std::string_view name);
/// The one that the driver calls so; nullptr for a card that is not in the list.
const GpuSpec* find_gpu_of_driver(std::string_view driver_name);

}  // namespace isoflop

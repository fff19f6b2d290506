#include "isoflop/text/environment.hpp"

#include <cmath>

#include "isoflop/io/units.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {

using app::TextGrid;

std::string describe_environment(const CostEnvironment& e) {
  TextGrid grid({0, 1});
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) grid.add({name, value});
  };
  std::string gpu = e.gpu_name;
  if (!gpu.empty()) {
    gpu += " (" + std::to_string(e.num_sms) + " SMs, compute capability " + e.compute_capability +
           ", " + bytes_text(static_cast<double>(e.memory_bytes)) + ", L2 " +
           bytes_text(static_cast<double>(e.l2_bytes)) + ")";
  }
  add("GPU", gpu);
  add("UUID", e.gpu_uuid);
  add("driver", e.driver);
  add("CUDA", e.cuda);
  add("cuBLAS", e.cublas);
  add("isoflop", e.git_revision);
  add("date", e.date);
  add("command", command_text(e.command_line));
  return grid.text("  ");
}

std::string describe_peaks(const CostPeaks& peaks) {
  TextGrid grid({0, 2});
  auto add = [&](const char* name, double value, std::string (*text)(double),
                 const std::string& note) {
    if (std::isfinite(value)) grid.add({name, text(value), note});
  };
  const auto& mnk = peaks.gemm_mnk;
  add("dense GEMM", peaks.gemm_flops_per_s, flops_text,
      "measured, " + std::to_string(mnk[0]) + " x " + std::to_string(mnk[1]) + " x " +
          std::to_string(mnk[2]));
  add("copy", peaks.copy_bytes_per_s, bandwidth_text, "measured, read and written bytes");
  add("row gather", peaks.gather_bytes_per_s, bandwidth_text, "measured, read and written bytes");
  add("dense bf16", peaks.spec_flops_per_s, flops_text, "specified");
  add("memory", peaks.spec_bytes_per_s, bandwidth_text, "specified");
  return grid.text("  ");
}

}  // namespace isoflop::text

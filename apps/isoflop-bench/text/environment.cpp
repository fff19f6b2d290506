#include "apps/isoflop-bench/text/environment.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

std::string with_unit(double value, const char* unit) {
  return std::isfinite(value) ? digits_text(value) + " " + unit : "-";
}

}  // namespace

std::string digits_text(double value) {
  if (!std::isfinite(value)) return "-";
  const int decimals = value >= 1000.0 ? 0 : value >= 100.0 ? 1 : value >= 10.0 ? 2 : 3;
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string flops_text(double flops_per_s) { return with_unit(flops_per_s / 1e12, "TFLOP/s"); }

std::string bandwidth_text(double bytes_per_s) {
  return bytes_per_s >= 1e12 ? with_unit(bytes_per_s / 1e12, "TB/s")
                             : with_unit(bytes_per_s / 1e9, "GB/s");
}

std::string bytes_text(double bytes) {
  return bytes >= 1e9 ? with_unit(bytes / 1e9, "GB") : with_unit(bytes / 1e6, "MB");
}

std::string time_text(double time_s) {
  if (time_s >= 1.0) return with_unit(time_s, "s");
  return time_s >= 1e-3 ? with_unit(time_s * 1e3, "ms") : with_unit(time_s * 1e6, "us");
}

std::string share_text(double share) {
  if (!std::isfinite(share)) return "-";
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f %%", share * 100.0);
  return text.data();
}

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

std::string command_text(const std::vector<std::string>& command_line) {
  std::string out;
  for (const std::string& word : command_line) {
    out += out.empty() ? word.substr(word.rfind('/') + 1) : " " + word;
  }
  return out;
}

}  // namespace isoflop::app

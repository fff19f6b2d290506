#include "isoflop/io/units.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace isoflop {
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

}  // namespace isoflop

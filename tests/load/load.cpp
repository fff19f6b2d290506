// isoflop_load plans COUNT: so many plans by the door, a thousand budgets a call, and the resident
// memory after every tenth of them.
// isoflop_load rows COUNT: so many runs of a law with noise, as CSV on stdout.
// tests/load/run runs both.
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "isoflop/api/call.hpp"
#include "isoflop/core/random.hpp"

namespace {

constexpr std::size_t kBudgetsPerCall = 1000;

/// Of this process, in MB.
double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024.0;
  }
  return std::nan("");
}

void plans(std::size_t count) {
  const std::size_t num_calls = count / kBudgetsPerCall;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < num_calls; ++i) {
    nlohmann::json request{{"verb", "plan"}, {"law", "krajewski2024-dense"}};
    for (std::size_t k = 0; k < kBudgetsPerCall; ++k) {
      // No two budgets are the same.
      const double step = static_cast<double>(i * kBudgetsPerCall + k) / static_cast<double>(count);
      request["flops"].push_back(1e19 * std::pow(10.0, 6.0 * step));
    }
    bytes += isoflop::api::call(request.dump()).json.size();
    if ((i + 1) % std::max<std::size_t>(num_calls / 10, 1) == 0) {
      std::printf("%zu plans, %.1f MB resident\n", (i + 1) * kBudgetsPerCall, resident_mb());
      std::fflush(stdout);
    }
  }
  std::printf("%zu bytes of answers\n", bytes);
}

void rows(std::size_t count) {
  isoflop::Random random(1);
  std::puts("N,D,loss");
  for (std::size_t i = 0; i < count; ++i) {
    const double n = std::pow(10.0, 7.5 + 2.5 * random.uniform());
    const double d = n * std::pow(10.0, 0.5 + 2.0 * random.uniform());
    const double loss = 1.69 + 406.4 * std::pow(n, -0.34) + 410.7 * std::pow(d, -0.28);
    std::printf("%.6g,%.6g,%.6g\n", n, d, loss * std::exp(0.003 * random.normal()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string what = argc == 3 ? argv[1] : "";
    if (what == "plans") return plans(std::stoull(argv[2])), 0;
    if (what == "rows") return rows(std::stoull(argv[2])), 0;
    std::cerr << "usage: isoflop_load plans|rows COUNT\n";
    return 2;
  } catch (const std::exception& fault) {
    std::cerr << "isoflop_load: " << fault.what() << '\n';
    return 1;
  }
}

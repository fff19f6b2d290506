#include "isoflop/sweep/budgets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

std::string in_digits(double flops) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", flops);
  return text;
}

Budget close(std::span<const double> flops, std::vector<std::size_t> runs, double tolerance) {
  Budget out;
  double log_mean = 0.0;
  for (const std::size_t i : runs) log_mean += std::log(flops[i]);
  out.flops = std::exp(log_mean / static_cast<double>(runs.size()));
  const double low = flops[runs.front()], high = flops[runs.back()];
  out.spread = high / low - 1.0;
  if (std::log(high / low) > 3.0 * std::log1p(tolerance)) {
    throw InvalidArgument(
        "budget", "runs from " + in_digits(low) + " to " + in_digits(high) +
                      " FLOPs lie so close that they are no budgets; name the column that says "
                      "them with " +
                      field("budget") + ", or how FLOPs are counted with " + field("cost"));
  }
  std::sort(runs.begin(), runs.end());
  out.runs = std::move(runs);
  return out;
}

}  // namespace

std::vector<Budget> budgets_of_flops(std::span<const double> flops, double tolerance) {
  std::vector<std::size_t> order(flops.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return flops[a] != flops[b] ? flops[a] < flops[b] : a < b;
  });
  std::vector<Budget> out;
  std::vector<std::size_t> runs;
  for (const std::size_t i : order) {
    if (!runs.empty() && flops[i] > flops[runs.back()] * (1.0 + tolerance)) {
      out.push_back(close(flops, std::move(runs), tolerance));
      runs.clear();
    }
    runs.push_back(i);
  }
  if (!runs.empty()) out.push_back(close(flops, std::move(runs), tolerance));
  return out;
}

std::vector<Budget> budgets_of_names(std::span<const double> budget) {
  std::map<double, std::vector<std::size_t>> runs;
  for (std::size_t i = 0; i < budget.size(); ++i) runs[budget[i]].push_back(i);
  std::vector<Budget> out;
  for (auto& [flops, rows] : runs) out.push_back({flops, std::move(rows), 0.0});
  return out;
}

}  // namespace isoflop

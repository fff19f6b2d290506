#include "isoflop/text/experts.hpp"

#include <cmath>

#include "isoflop/io/number.hpp"

namespace isoflop::text {

std::string count_text(double count) {
  const double whole = std::round(count);
  const bool is_whole = std::abs(count - whole) <= 1e-9 * count;
  return is_whole && whole < 1e15 ? std::to_string(std::llround(whole)) : human_number(count);
}

std::string describe_experts(const ExpertLayer& experts) {
  return "E = " + human_number(experts.expansion()) +
         ", G = " + human_number(experts.granularity()) + ", k0 = " + human_number(experts.k0()) +
         ": E' = E G = " + std::to_string(experts.num_experts) +
         " experts of width n = " + std::to_string(experts.expert_width) +
         ", K = " + std::to_string(experts.top_k) +
         " per token (d_ff = " + std::to_string(experts.d_ff) + ")";
}

std::string describe_rates(const ExpertRates& rates, std::optional<double> d_ff) {
  auto rate = [](const std::optional<double>& x) {
    return x ? " = " + human_number(*x) : std::string(" open");
  };
  std::string out = "E" + rate(rates.expansion) + ", G" + rate(rates.granularity) +
                    ", k0 = " + human_number(rates.k0) + ": E' = E G";
  if (rates.num_experts()) out += " = " + count_text(*rates.num_experts());
  out += " experts of width n = d_ff / G";
  if (rates.granularity && d_ff) {
    out += " = " + count_text(std::round(*d_ff / *rates.granularity));
  }
  return out + ", K = " + (rates.top_k() ? count_text(*rates.top_k()) : "k0 G") + " per token";
}

}  // namespace isoflop::text

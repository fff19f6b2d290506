#include "isoflop/text/hyperparameters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "isoflop/io/number.hpp"

namespace isoflop::text {

std::string outside_range(const std::vector<OutsideRange>& outside) {
  std::string out;
  for (const OutsideRange& o : outside) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {} {} {}", info(o.quantity).symbol, human_number(o.value),
                       o.is_above() ? ">" : "<",
                       human_number(o.is_above() ? o.range.high : o.range.low));
  }
  return out;
}

std::string outside_range(const std::vector<std::vector<OutsideRange>>& runs) {
  std::vector<OutsideRange> farthest;
  for (const std::vector<OutsideRange>& run : runs) {
    for (const OutsideRange& o : run) {
      const auto same = std::find_if(farthest.begin(), farthest.end(), [&](const OutsideRange& f) {
        return f.quantity == o.quantity && f.is_above() == o.is_above();
      });
      if (same == farthest.end()) {
        farthest.push_back(o);
      } else if ((o.value > same->value) == o.is_above()) {
        *same = o;
      }
    }
  }
  return outside_range(farthest);
}

std::string learning_rate(const std::optional<double>& lr,
                          const std::vector<OutsideRange>& outside) {
  return (lr ? fmt::format("{:.3e}", *lr) : std::string("-")) + (outside.empty() ? "" : " !");
}

std::string hyperparameters_text(const std::optional<HyperparameterLaw>& law, bool batch_is_said,
                                 const std::vector<std::vector<OutsideRange>>& outside) {
  if (!law) return "";
  std::string out = "batch and lr by " + law->name;
  if (!law->lr) out = "batch by " + law->name;
  if (!law->batch_tokens || batch_is_said) out = "lr by " + law->name;
  if (law->lr && !law->schedule.empty()) out += "; its schedule: " + law->schedule;
  const std::string beyond = outside_range(outside);
  if (!beyond.empty()) out += "\n! outside the runs behind " + law->name + ": " + beyond;
  return out + "\n";
}

}  // namespace isoflop::text

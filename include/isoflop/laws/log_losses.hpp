/// What a law says of every run of a table.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {

/// ln of the loss in nats per token [num_runs]; coefficients [P] in the law's order and units.
/// Throws InvalidArgument as to_axis does, and for runs without a variable of the law.
template <Law L>
std::vector<double> log_losses(const L& law, std::span<const double> coefficients,
                               const RunTable& runs) {
  const auto theta = to_axis(law, coefficients);
  const std::span<const Variable> variables = variables_of(law);
  for (const Variable v : variables) {
    if (runs.column(v).size() == runs.num_runs()) continue;
    throw InvalidArgument("the runs have no column " + std::string(info(v).symbol) +
                          ", which the law " + std::string(name_of(law)) + " needs");
  }
  std::vector<double> out(runs.num_runs());
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::array<double, kNumVariablesOf<L>> log_x{};
    for (std::size_t v = 0; v < variables.size(); ++v) {
      log_x[v] = log_value(runs.column(variables[v])[i]);
    }
    out[i] = law.log_loss(theta, log_x);
  }
  return out;
}

/// The same for any law.
inline std::vector<double> log_losses(const AnyLaw& law, std::span<const double> coefficients,
                                      const RunTable& runs) {
  return visit_law(law, [&](const auto& own) { return log_losses(own, coefficients, runs); });
}

}  // namespace isoflop

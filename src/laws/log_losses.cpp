#include "isoflop/laws/log_losses.hpp"

#include <array>
#include <cmath>
#include <string>

#include "isoflop/error.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {
namespace {

template <Law L>
std::array<double, kNumVariablesOf<L>> log_x_of(std::span<const double> x) {
  std::array<double, kNumVariablesOf<L>> log_x{};
  for (std::size_t v = 0; v < x.size(); ++v) log_x[v] = log_value(x[v]);
  return log_x;
}

}  // namespace

std::vector<double> log_losses(const AnyLaw& law, std::span<const double> coefficients,
                               const RunTable& runs) {
  return visit_law(law, [&]<Law L>(const L& own) {
    const auto theta = to_axis(own, coefficients);
    const std::span<const Variable> variables = variables_of(own);
    for (const Variable v : variables) {
      if (runs.column(v).size() == runs.num_runs()) continue;
      throw InvalidArgument("the runs have no column " + std::string(info(v).symbol) +
                            ", which the law " + law.name() + " needs");
    }
    std::vector<double> out(runs.num_runs());
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::array<double, kNumVariablesOf<L>> log_x{};
      for (std::size_t v = 0; v < variables.size(); ++v) {
        log_x[v] = log_value(runs.column(variables[v])[i]);
      }
      out[i] = own.log_loss(theta, log_x);
    }
    return out;
  });
}

double loss(const AnyLaw& law, std::span<const double> coefficients, std::span<const double> x) {
  return visit_law(law, [&]<Law L>(const L& own) {
    return std::exp(own.log_loss(to_axis(own, coefficients), log_x_of<L>(x)));
  });
}

std::vector<LawFigure> figures_of(const AnyLaw& law, std::span<const double> coefficients,
                                  std::span<const double> x) {
  return visit_law(law, [&]<Law L>(const L& own) {
    return figures_of(own, to_axis(own, coefficients), log_x_of<L>(x));
  });
}

}  // namespace isoflop

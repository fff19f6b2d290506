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
std::array<double, kNumVariablesOf<L>> log_x_of(const L& law, std::span<const double> x) {
  std::array<double, kNumVariablesOf<L>> log_x{};
  const std::span<const Variable> variables = variables_of(law);
  for (std::size_t v = 0; v < x.size(); ++v) log_x[v] = law_input(variables[v], x[v]);
  return log_x;
}

/// f(law, theta, log_x) of every run.
template <Law L, class F>
std::vector<double> over_runs(const L& law, std::span<const double> coefficients,
                              const RunTable& runs, const F& f) {
  const auto theta = to_axis(law, coefficients);
  const std::span<const Variable> variables = variables_of(law);
  for (const Variable v : variables) {
    if (runs.column(v).size() == runs.num_runs()) continue;
    throw InvalidArgument("the runs have no column " + std::string(info_of(law, v).symbol) +
                          ", which the law " + std::string(name_of(law)) + " needs");
  }
  std::vector<double> out(runs.num_runs());
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::array<double, kNumVariablesOf<L>> log_x{};
    for (std::size_t v = 0; v < variables.size(); ++v) {
      log_x[v] = law_input(variables[v], runs.column(variables[v])[i]);
    }
    out[i] = f(law, theta, log_x);
  }
  return out;
}

}  // namespace

std::vector<double> log_losses(const AnyLaw& law, std::span<const double> coefficients,
                               const RunTable& runs) {
  return visit_law(law, [&]<Law L>(const L& own) {
    return over_runs(own, coefficients, runs, [](const L& l, const auto& theta, const auto& x) {
      return l.log_loss(theta, x);
    });
  });
}

std::vector<double> predictions(const AnyLaw& law, std::span<const double> coefficients,
                                const RunTable& runs) {
  return visit_law(law, [&]<Law L>(const L& own) {
    return over_runs(own, coefficients, runs, [](const L& l, const auto& theta, const auto& x) {
      return prediction_of(l, theta, x);
    });
  });
}

double loss(const AnyLaw& law, std::span<const double> coefficients, std::span<const double> x) {
  return visit_law(law, [&]<Law L>(const L& own) {
    return prediction_of(own, to_axis(own, coefficients), log_x_of(own, x));
  });
}

std::vector<LawFigure> figures_of(const AnyLaw& law, std::span<const double> coefficients,
                                  std::span<const double> x) {
  return visit_law(law, [&]<Law L>(const L& own) {
    return figures_of(own, to_axis(own, coefficients), log_x_of(own, x));
  });
}

}  // namespace isoflop

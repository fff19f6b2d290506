#include "isoflop/laws/hyperparameter_law.hpp"

#include <cmath>
#include <vector>

namespace isoflop {
namespace {

/// A Formula is evaluated with at least one coefficient, so it gets one that the expression cannot
/// mean.
Formula with_one_coefficient(const std::string& expression) {
  std::vector<std::string> symbols;
  for (const RunQuantityInfo& q : kRunQuantities) symbols.emplace_back(q.symbol);
  // Faults are said of an expression without coefficients.
  const Formula alone(expression, symbols, {});
  std::string unused = "unused";
  while (expression.find(unused) != std::string::npos) unused += "_";
  return Formula(expression, symbols, {unused});
}

}  // namespace

HyperparameterFormula::HyperparameterFormula(const std::string& expression)
    : formula_(with_one_coefficient(expression)) {}

double HyperparameterFormula::operator()(const RunQuantities& run) const {
  RunQuantities logs;
  for (std::size_t q = 0; q < kNumRunQuantities; ++q) logs[q] = std::log(run[q]);
  return formula_(std::array{0.0}, logs);
}

}  // namespace isoflop

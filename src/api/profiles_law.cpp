#include "api/profiles_law.hpp"

#include <cmath>
#include <optional>

#include "api/run_conventions.hpp"
#include "isoflop/core/ranges.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/formula_law.hpp"

namespace isoflop::api {
namespace {

constexpr double kSmallestExponent = 1e-6, kLargestExponent = 100.0;
constexpr double kSmallestScale = 1e-300, kLargestScale = 1e300;

FormulaLaw form() {
  auto scale = [](const char* name, const char* meaning) {
    return FormulaCoefficient{name,          meaning, Scale::kLog,   kSmallestScale,
                              kLargestScale, 1.0,     std::exp(25.0)};
  };
  auto exponent = [](const char* name, const char* meaning) {
    return FormulaCoefficient{name, meaning, Scale::kLinear, kSmallestExponent, kLargestExponent,
                              1e-2, 1.0};
  };
  OwnFormula own{
      "profiles",
      "isoFLOP profiles: Hoffmann et al. 2022, arXiv 2203.15556, Approach 2",
      "power laws of the optimum as a law; exact on the optimum alone",
      Formula("A*N^-alpha + B*D^-beta", {"N", "D"}, {"A", "alpha", "B", "beta"}),
      {Variable::kN, Variable::kD},
      {scale("A", "scale of the parameter term"), exponent("alpha", "exponent of parameters"),
       scale("B", "scale of the token term"), exponent("beta", "exponent of tokens")}};
  return FormulaLaw(std::move(own));
}

/// Nothing where power laws are those of no such law. log_total: ln N over active parameters.
std::optional<std::vector<double>> coefficients_of(const PowerLaws& laws, double log_total) {
  const PowerLaw& n = laws[index_of(SweepQuantity::kN)];
  const PowerLaw& loss = laws[index_of(SweepQuantity::kLoss)];
  const double a = n.exponent, e = -loss.exponent;
  if (!(a > 0.0 && a < 1.0 && e > 0.0)) return std::nullopt;
  const double alpha = e / a, beta = e / (1.0 - a);
  const double log_a = std::log(a) + loss.intercept + alpha * n.intercept;
  const double log_b =
      std::log1p(-a) + loss.intercept + beta * (log_total - std::log(6.0) - n.intercept);
  std::vector<double> out{std::exp(log_a), alpha, std::exp(log_b), beta};
  for (const std::size_t exponent : {1u, 3u}) {
    if (!(out[exponent] >= kSmallestExponent && out[exponent] <= kLargestExponent)) {
      return std::nullopt;
    }
  }
  for (const std::size_t scale : {0u, 2u}) {
    if (!(out[scale] >= kSmallestScale && out[scale] <= kLargestScale)) return std::nullopt;
  }
  return out;
}

}  // namespace

LawRecord law_of_profiles(const ProfilesReport& report, const SweepTable& table,
                          const RunConventions& conventions, const std::string& cost) {
  const std::vector<double>& n = table.runs.n;
  if (report.num_answers() < 2) {
    throw InvalidArgument("a law of profiles needs vertices at two budgets or more");
  }
  if (!table.runs.by.empty()) {
    throw InvalidArgument("profiles with " + field("by") + " are no law of N and D alone");
  }
  if (cost != "6nd" || n.empty() || table.runs.d.empty()) {
    throw InvalidArgument("a law of profiles needs N and D, and budgets counted as 6 N D");
  }
  // One ratio for all sizes: so it is without embeddings.
  const double log_total = std::log(n.front() / table.n_active.front());
  for (std::size_t i = 0; i < n.size(); ++i) {
    if (std::abs(std::log(n[i] / table.n_active[i]) - log_total) > 1e-6) {
      throw InvalidArgument(
          "a law of profiles needs an N that is in proportion to that of a token");
    }
  }
  LawRecord out = law_of_runs(AnyLaw(form()), conventions);
  const auto coefficients = coefficients_of(report.laws, log_total);
  if (!coefficients) {
    throw InvalidArgument(
        "the power laws are those of no law A/N^alpha + B/D^beta: N* and D* do not both grow with "
        "the budget, or the loss does not fall");
  }
  out.coefficients = *coefficients;
  for (const PowerLaws& laws : report.draws) {
    if (auto drawn = coefficients_of(laws, log_total)) out.draws.bootstrap.push_back(*drawn);
  }
  out.flops = FlopAccounting::kSixNd;
  out.ranges = ranges_of(table.records.runs);
  out.source = "isoFLOP profiles of " + table.records.log.path;
  out.note =
      "power laws of isoFLOP vertices: N*, D* and the loss at the optimum of 6 N_active D are "
      "those "
      "of the sweep; losses off the optimum are those of the form, which has no irreducible loss";
  return out;
}

}  // namespace isoflop::api

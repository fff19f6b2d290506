// What every law must be, run on all that ship.
#include <ceres/jet.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "catch.hpp"
#include "difference.hpp"
#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "law_rows.hpp"
#include "within.hpp"

namespace isoflop::testing::every_law_test {
namespace {

// Two programs for the same formula differ by a few roundings of exponents up to 30.
constexpr double kRounding = 1e-13;

template <Law L>
using JetOf = ceres::Jet<double, static_cast<int>(kNumCoefficients<L>)>;

template <Law L>
JetOf<L> with_jets(const L& law, const Theta<L>& theta, const LogX<L>& log_x) {
  std::array<JetOf<L>, kNumCoefficients<L>> jets;
  for (std::size_t p = 0; p < jets.size(); ++p) jets[p] = JetOf<L>(theta[p], static_cast<int>(p));
  return law.log_loss(jets, log_x);
}

/// f(law, theta, log_x) for the published coefficients of every law at every point.
template <class F>
void at_every_point(const F& f) {
  for_each_law([&]<Law L>(const L& law) {
    INFO("law " << name_of(law));
    for (const LogX<L>& log_x : points(law)) {
      CAPTURE(log_x);
      f(law, published_theta(law), log_x);
    }
  });
}

TEST_CASE("law: derivatives by Jet are those by finite differences", "[laws][derivative]") {
  at_every_point([]<Law L>(const L& law, const Theta<L>& theta, const LogX<L>& log_x) {
    // Derivatives of order k are below (10 ln N)^k: truncation 1e-20 / 30 times 1e12, rounding of
    // terms of up to 30 by 1e-15 / h.
    constexpr double kStep = 1e-5, kTolerance = 1e-7;
    const JetOf<L> jet = with_jets(law, theta, log_x);
    for (std::size_t p = 0; p < theta.size(); ++p) {
      CAPTURE(coefficients_of(law)[p].name);
      const double slope =
          difference([&](double x) { return law.log_loss(moved(theta, p, x), log_x); }, kStep);
      CHECK(jet.v[static_cast<Eigen::Index>(p)] == within(slope, kTolerance));
    }
  });
}

TEST_CASE("law: first derivatives by Dual are those by Jet", "[laws][derivative]") {
  at_every_point([]<Law L>(const L& law, const Theta<L>& theta, const LogX<L>& log_x) {
    const JetOf<L> jet = with_jets(law, theta, log_x);
    const auto first = law.log_loss(dual_parameters<1>(theta), log_x);
    const auto second = law.log_loss(dual_parameters<2>(theta), log_x);
    REQUIRE(first.kSize == theta.size());
    const double rounding = kRounding * row_of(law).steepness;
    for (std::size_t p = 0; p < theta.size(); ++p) {
      CAPTURE(coefficients_of(law)[p].name);
      CHECK(first.grad[p] == within(jet.v[static_cast<Eigen::Index>(p)], rounding));
      CHECK(second.grad[p] == within(first.grad[p], rounding));
    }
  });
}

TEST_CASE("law: second derivatives by Dual are differences of first ones by Jet",
          "[laws][derivative]") {
  at_every_point([]<Law L>(const L& law, const Theta<L>& theta, const LogX<L>& log_x) {
    // As above, with one order more: truncation 1e-20 / 30 times 1e15, rounding of first
    // derivatives of up to 300 by 1e-12 / h.
    constexpr double kStep = 1e-5, kTolerance = 1e-6;
    const auto dual = law.log_loss(dual_parameters<2>(theta), log_x);
    for (std::size_t i = 0; i < theta.size(); ++i) {
      using Slopes = decltype(JetOf<L>::v);
      const Slopes curvature = difference(
          [&](double x) -> Slopes { return with_jets(law, moved(theta, i, x), log_x).v; }, kStep);
      for (std::size_t j = 0; j <= i; ++j) {
        CAPTURE(coefficients_of(law)[i].name, coefficients_of(law)[j].name);
        CHECK(dual.hess[detail::pair_index(i, j)] ==
              within(curvature[static_cast<Eigen::Index>(j)], kTolerance));
      }
    }
  });
}

TEST_CASE("law: double and Batch and Jet give one value", "[laws][identity]") {
  at_every_point([]<Law L>(const L& law, const Theta<L>& theta, const LogX<L>& log_x) {
    const double plain = law.log_loss(theta, log_x);
    CHECK(std::isfinite(plain));
    CHECK(with_jets(law, theta, log_x).a == within(plain, kRounding));
    std::array<Batch, kNumCoefficients<L>> batches;
    std::copy(theta.begin(), theta.end(), batches.begin());
    const Batch batch = law.log_loss(batches, log_x);
    for (int lane = 0; lane < Batch::kWidth; ++lane) {
      CHECK(batch.lanes[lane] == within(plain, kRounding));
    }
  });
}

TEST_CASE("law: without end to N and D the irreducible loss is left", "[laws][identity]") {
  for_each_law([]<Law L>(const L& law) {
    INFO("law " << name_of(law));
    const std::string_view name = row_of(law).irreducible;
    if (name.empty()) return;
    LogX<L> log_x{};
    for (std::size_t v = 0; v < log_x.size(); ++v) {
      // ln N = ln D = 10,000: the terms that fall with N and D are below 1e-400. All tokens unique.
      const Variable variable = variables_of(law)[v];
      if (variable != Variable::kG && variable != Variable::kE) log_x[v] = 1e4;
    }
    const std::size_t p = coefficient_index(facts_of(law), name);
    CHECK(coefficients_of(law)[p].lower == kIrreducibleLossFloor);
    CHECK(std::exp(law.log_loss(published_theta(law), log_x)) ==
          Approx(row_of(law).coefficients[p]).epsilon(1e-15));
  });
}

TEST_CASE("law: what is bounded below as an irreducible loss is left at infinite N and D",
          "[laws][identity]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    std::size_t num_floors = 0;
    for (const CoefficientInfo& c : coefficients_of(law)) {
      num_floors += c.lower == kIrreducibleLossFloor && c.meaning.starts_with("irreducible loss");
    }
    // In the law of sparsity the term in S alone is left as well; test_formulas.cpp has that limit.
    const bool expected = !row_of(law).irreducible.empty() || name_of(law) == Sparsity::kName;
    CHECK(num_floors == (expected ? 1 : 0));
  });
}

TEST_CASE("law: the loss falls with the variables that its row names", "[laws][identity]") {
  at_every_point([]<Law L>(const L& law, const Theta<L>& theta, const LogX<L>& log_x) {
    const LawRow& row = row_of(law);
    auto rise = [&](Variable variable) {
      LogX<L> more = log_x;
      for (std::size_t v = 0; v < log_x.size(); ++v) {
        if (variables_of(law)[v] == variable) more[v] += std::log(1.1);
      }
      return law.log_loss(theta, more) - law.log_loss(theta, log_x);
    };
    for (const Variable v : row.falls_with) {
      CAPTURE(info(v).symbol);
      CHECK(rise(v) < 0.0);
    }
    for (const Variable v : row.never_rises_with) {
      CAPTURE(info(v).symbol);
      CHECK(rise(v) <= kRounding);
    }
  });
}

TEST_CASE("law: every loss falls with parameters and tokens or stays", "[laws][identity]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    if (!predicts_loss(law)) return;
    const LawRow& row = row_of(law);
    auto has = [](const auto& list, Variable v) {
      return std::find(list.begin(), list.end(), v) != list.end();
    };
    for (const Variable v : {Variable::kN, Variable::kD}) {
      if (!has_variable(law, v)) continue;
      CAPTURE(info(v).symbol);
      CHECK((has(row.falls_with, v) || has(row.never_rises_with, v)));
    }
  });
}

TEST_CASE("law: coefficients survive the way to the axis of the optimiser and back",
          "[laws][identity]") {
  for_each_law([]<Law L>(const L& law) {
    INFO("law " << name_of(law));
    const std::vector<double>& given = row_of(law).coefficients;
    const Theta<L> theta = to_axis(law, given);
    for (std::size_t p = 0; p < theta.size(); ++p) {
      const CoefficientInfo& c = coefficients_of(law)[p];
      CAPTURE(c.name);
      // exp(log x) costs two roundings of a logarithm of at most 6, or of 39 in newer laws.
      const double rounding = std::abs(theta[p]) < 10.0 ? 2e-15 : 2e-14;
      CHECK(from_axis(c, theta[p]) == Approx(given[p]).epsilon(rounding));
      CHECK(theta[p] == (c.scale == Scale::kLog ? std::log(given[p]) : given[p]));
    }
  });
}

TEST_CASE("law: no two coefficients share a name", "[laws][identity]") {
  for_each_law([](const auto& law) {
    INFO("law " << name_of(law));
    std::set<std::string_view> names;
    for (const CoefficientInfo& c : coefficients_of(law)) {
      CAPTURE(c.name);
      CHECK(names.insert(c.name).second);
    }
  });
}

TEST_CASE("law: bounds are ordered and hold the published coefficients", "[laws][identity]") {
  for_each_law([]<Law L>(const L& law) {
    INFO("law " << name_of(law));
    for (std::size_t p = 0; p < kNumCoefficients<L>; ++p) {
      const CoefficientInfo& c = coefficients_of(law)[p];
      CAPTURE(c.name);
      CHECK(c.lower < row_of(law).coefficients[p]);
      CHECK(row_of(law).coefficients[p] < c.upper);
      CHECK(c.start_low < c.start_high);
      if (c.scale == Scale::kLog) CHECK(c.lower > 0.0);
    }
  });
}

TEST_CASE("law: the formula for people names its variables and coefficients", "[laws][format]") {
  for_each_law([](const auto& law) {
    const std::string formula(formula_of(law));
    CAPTURE(formula);
    std::string head = std::string(target_of(law).symbol) + "(";
    for (const Variable v : variables_of(law)) head += std::string(info(v).symbol) + ",";
    head.back() = ')';
    CHECK(formula.rfind(head + " = ", 0) == 0);
    for (const CoefficientInfo& c : coefficients_of(law)) {
      CAPTURE(c.name);
      CHECK(formula.find(c.name, head.size()) != std::string::npos);
      CHECK_FALSE(c.meaning.empty());
    }
    CHECK_FALSE(source_of(law).empty());
  });
}

}  // namespace
}  // namespace isoflop::testing::every_law_test

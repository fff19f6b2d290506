#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>

#include "catch.hpp"
#include "formula/forms/public_form.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/formula_law.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop::testing::public_forms_test {
namespace {

using isoflop_test::PublicForm;

/// Every variable as one of the formula's own.
AnyLaw law_of_form(const PublicForm& form) {
  std::vector<std::string> variables, coefficients;
  std::vector<Variable> ids;
  std::vector<bool> plain;
  std::vector<OwnVariable> own;
  std::size_t places[2] = {0, 0};
  std::istringstream words(form.variables);
  for (std::string word; words >> word;) {
    plain.push_back(word[0] == '~');
    OwnVariable v;
    v.name = v.column = word.substr(plain.back() ? 1 : 0);
    if (plain.back()) v.values = OwnValues::kAny;
    variables.push_back(v.name);
    own.push_back(v);
    ids.push_back(own_variable(plain.back(), places[plain.back()]++));
  }
  std::vector<FormulaCoefficient> about;
  for (const auto& [name, value] : form.coefficients) {
    coefficients.push_back(name);
    const double room = 10.0 * std::abs(value) + 1.0;
    about.push_back({name, "", Scale::kLinear, -room, room, value, value});
  }
  return FormulaLaw({form.name, "", "", Formula(form.expression, variables, coefficients, plain),
                     ids, about, own});
}

std::vector<double> values_of(const PublicForm& form) {
  std::vector<double> out;
  for (const auto& [name, value] : form.coefficients) out.push_back(value);
  return out;
}

std::vector<PublicForm> all_forms() {
  std::vector<PublicForm> out;
  for (const auto& part :
       {isoflop_test::forms_of_repetition(), isoflop_test::forms_of_parallel_streams(),
        isoflop_test::forms_of_vocabulary(), isoflop_test::forms_of_fine_tuning(),
        isoflop_test::forms_of_experts(), isoflop_test::forms_of_learning_rate_and_batch(),
        isoflop_test::forms_of_u_shapes(), isoflop_test::forms_of_mixtures(),
        isoflop_test::forms_of_other_kinds()}) {
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

}  // namespace

TEST_CASE("public forms: each gives what plain arithmetic gives", "[formula][published]") {
  for (const PublicForm& form : all_forms()) {
    CAPTURE(form.name, form.expression);
    const std::vector<double> c = values_of(form);
    const double expected = form.value(c.data(), form.x.data());
    REQUIRE(std::isfinite(expected));
    const double given = loss(law_of_form(form), c, form.x);
    // A dozen operations, and powers of numbers up to 1e12.
    CHECK(std::abs(given - expected) <= 1e-11 * std::max(std::abs(expected), 1.0));
  }
}

TEST_CASE("public forms: the slopes of each are those of differences", "[formula][derivative]") {
  for (const PublicForm& form : all_forms()) {
    CAPTURE(form.name, form.expression);
    const AnyLaw law = law_of_form(form);
    const std::unique_ptr<const FitLaw> fit = fit_law(law);
    const std::vector<double> c = values_of(form);
    const std::vector<double> theta = to_axis(fit->facts(), c);
    std::vector<double> x;
    for (std::size_t v = 0; v < form.x.size(); ++v) {
      x.push_back(law_input(fit->facts().variables[v], form.x[v]));
    }
    std::vector<int> entry(theta.size(), -1);
    for (std::size_t p = 0; p < c.size(); ++p) entry[p] = static_cast<int>(p);
    std::vector<double> slopes(c.size());
    const CoefficientVector at =
        Eigen::Map<const CoefficientVector>(theta.data(), static_cast<Eigen::Index>(theta.size()));
    const double value = fit->prediction_by_jets(at, entry, x, slopes);
    const double expected = form.value(c.data(), form.x.data());
    CHECK(std::abs(value - expected) <= 1e-11 * std::max(std::abs(expected), 1.0));
    for (std::size_t p = 0; p < c.size(); ++p) {
      CAPTURE(form.coefficients[p].first);
      // Five points: the error is of the fourth order in the step, 1e-12 beside rounding.
      const double h = 1e-3 * std::max(std::abs(c[p]), 1e-3);
      const auto moved = [&](double by) {
        std::vector<double> near = c;
        near[p] += by * h;
        return form.value(near.data(), form.x.data());
      };
      const double difference =
          (8.0 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12.0 * h);
      const double scale = std::max({std::abs(difference), std::abs(slopes[p]),
                                     std::abs(expected) / std::max(std::abs(c[p]), 1e-3)});
      CHECK(std::abs(slopes[p] - difference) <= 1e-6 * scale);
    }
    if (!(value > 0.0)) continue;
    const CoefficientVector logs = fit->gradient(at, x);
    for (std::size_t p = 0; p < c.size(); ++p) {
      CHECK(std::abs(logs[static_cast<Eigen::Index>(p)] * value - slopes[p]) <=
            1e-9 * std::max(1.0, std::abs(slopes[p])));
    }
  }
}

// What the collection of forecasts compares, github.com/PlanarG/active-sl: ten proposals for each
// of eight kinds of runs, and eight single laws. Two of them, of mixtures, are no formula: one law
// of five losses with 35 coefficients, some of them shared (mixtures.cpp).
TEST_CASE("public forms: 86 of the 88 laws of one collection can be said", "[formula][published]") {
  std::size_t in_collection = 0, shared_between_losses = 0;
  for (const PublicForm& form : all_forms()) {
    const bool of_a_paper = form.name.find(", arXiv") != std::string::npos;
    const bool own_law =
        form.name == "vocabulary, Tao et al. 2024" || form.name == "mixture, Ye et al. 2024";
    const bool single = form.name.starts_with("size and tokens") ||
                        form.name.starts_with("distillation") ||
                        form.name.starts_with("sparse autoencoders");
    in_collection += (!of_a_paper && !own_law) || single;
    shared_between_losses += form.name == "mixture 4" || form.name == "mixture 5";
  }
  CHECK(in_collection == 88);
  CHECK(in_collection - shared_between_losses == 86);
}

}  // namespace isoflop::testing::public_forms_test

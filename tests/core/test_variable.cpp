#include <cmath>
#include <limits>
#include <set>

#include "catch.hpp"
#include "isoflop/core/variable.hpp"

namespace isoflop::variable_test {
namespace {

TEST_CASE("kVariables: rows come in the order of the enumerators under names of their own",
          "[core][identity]") {
  std::set<std::string_view> keys, symbols;
  for (std::size_t v = 0; v < kVariables.size(); ++v) {
    CHECK(index_of(kVariables[v].id) == v);
    CHECK(keys.insert(kVariables[v].key).second);
    CHECK(symbols.insert(kVariables[v].symbol).second);
  }
}

TEST_CASE("value_fault: counts and compute are positive", "[core][refusal]") {
  for (const Variable v : {Variable::kN, Variable::kD, Variable::kG, Variable::kU, Variable::kC}) {
    CHECK(value_fault(info(v), 1e-3).empty());
    CHECK(value_fault(info(v), 1e30).empty());
    CHECK(value_fault(info(v), 0.0) == "is not > 0");
    CHECK(value_fault(info(v), -1.0) == "is not > 0");
  }
}

TEST_CASE("value_fault: there is at least one expert", "[core][refusal]") {
  CHECK(value_fault(info(Variable::kE), 1.0).empty());
  CHECK(value_fault(info(Variable::kE), 0.5) == "is not >= 1");
}

TEST_CASE("value_fault: a sparsity may be zero but not one", "[core][refusal]") {
  const VariableInfo& s = info(Variable::kS);
  CHECK(value_fault(s, 0.0).empty());
  CHECK(value_fault(s, 0.999999).empty());
  CHECK(value_fault(s, 1.0) == "is not < 1");
  CHECK(value_fault(s, -0.1) == "is not >= 0");
}

TEST_CASE("value_fault: an activation ratio may be one but not zero", "[core][refusal]") {
  const VariableInfo& a = info(Variable::kA);
  CHECK(value_fault(a, 1.0).empty());
  CHECK(value_fault(a, 0.0) == "is not > 0");
  CHECK(value_fault(a, 1.1) == "is not <= 1");
}

TEST_CASE("value_fault: what is no number is refused for every variable", "[core][refusal]") {
  for (const VariableInfo& v : kVariables) {
    CAPTURE(v.symbol);
    CHECK_FALSE(value_fault(v, std::numeric_limits<double>::quiet_NaN()).empty());
  }
}

TEST_CASE("log_value: it is the logarithm and finite at zero", "[core][identity]") {
  CHECK(log_value(5.0) == std::log(5.0));
  CHECK(std::isfinite(log_value(0.0)));
}

}  // namespace
TEST_CASE("own_variable: places are distinct and behind the library's", "[core][identity]") {
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < kNumOwnLogged; ++i) seen.insert(index_of(own_variable(false, i)));
  for (std::size_t i = 0; i < kNumOwnPlain; ++i) seen.insert(index_of(own_variable(true, i)));
  CHECK(seen.size() == kNumOwn);
  CHECK(*seen.begin() == kVariables.size());
  CHECK(*seen.rbegin() == kNumVariables - 1);
  CHECK_FALSE(is_plain(own_variable(false, kNumOwnLogged - 1)));
  CHECK(is_plain(own_variable(true, 0)));
}

TEST_CASE("value_fault: an own variable has the values that it declares", "[core][refusal]") {
  const VariableInfo rate{own_variable(false, 0), "lr", "lr", "learning rate", 0.0, 1.0};
  CHECK(value_fault(rate, 1e-3).empty());
  CHECK(value_fault(rate, 0.0) == "is not > 0");
  CHECK(value_fault(rate, 2.0) == "is not <= 1");
  const VariableInfo share{own_variable(true, 0), "r", "r", "share", 0.0, 1.0};
  CHECK(value_fault(share, 0.0).empty());
  CHECK(value_fault(share, -0.5) == "is not >= 0");
  const VariableInfo any{own_variable(true, 1), "x", "x", "", -kNoLimit, kNoLimit};
  CHECK(value_fault(any, -3.0).empty());
  CHECK(value_fault(any, kNoLimit) == "is not a finite number");
}

TEST_CASE("law_input: logarithms, and plain variables as they are", "[core][identity]") {
  CHECK(law_input(Variable::kN, 5.0) == std::log(5.0));
  CHECK(law_input(own_variable(false, 0), 5.0) == std::log(5.0));
  CHECK(law_input(own_variable(true, 0), -5.0) == -5.0);
  CHECK(from_law_input(own_variable(true, 0), -5.0) == -5.0);
}

}  // namespace isoflop::variable_test

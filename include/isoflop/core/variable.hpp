/// The measured quantities that a law may depend on: those of the library, of which a new one is
/// one enumerator and one row here, and the own variables of a law that is given as text, which
/// that law declares (laws/formula_law.hpp). An own variable is a place beside the library's, so
/// that columns, ranges and values stay arrays; what the place holds, its law says.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "isoflop/core/decimal.hpp"

namespace isoflop {

/// The library's; own variables are the numbers above, by own_variable().
enum class Variable : std::size_t { kN, kD, kG, kE, kU, kS, kA, kC };

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();
inline constexpr double kBelowOne = 1.0 - std::numeric_limits<double>::epsilon();

/// One row per Variable of the library, in the order of the enumerators; one per own variable in
/// the law that has it.
struct VariableInfo {
  Variable id;
  std::string_view key;     ///< command-line flag and --column key, e.g. "n"
  std::string_view symbol;  ///< letter in formulas, and default column name, e.g. "N"
  std::string_view meaning;
  double lower, upper;           ///< values are in [lower, upper]; N, D, U and C also positive
  std::string_view column = {};  ///< default column of an own variable, which may have any name
};

inline constexpr std::array<VariableInfo, 8> kVariables{{
    {Variable::kN, "n", "N", "parameters", 0.0, kNoLimit},
    {Variable::kD, "d", "D", "training tokens", 0.0, kNoLimit},
    {Variable::kG, "g", "G", "granularity", 0.0, kNoLimit},
    {Variable::kE, "e", "E", "expansion rate, or number of experts", 1.0, kNoLimit},
    {Variable::kU, "u", "U", "unique training tokens", 0.0, kNoLimit},
    {Variable::kS, "s", "S", "sparsity, share of the experts that a token does not use", 0.0,
     kBelowOne},
    {Variable::kA, "a", "A", "activation ratio, share of the experts that a token uses", 0.0, 1.0},
    {Variable::kC, "c", "C", "training compute", 0.0, kNoLimit},
}};

/// Own variables of all laws that one table is read for: so many that a formula takes the logarithm
/// of, as it does of all of the library's, and so many that it takes as they are, since they may be
/// zero or negative.
inline constexpr std::size_t kNumOwnLogged = 8, kNumOwnPlain = 16;
inline constexpr std::size_t kNumOwn = kNumOwnLogged + kNumOwnPlain;
/// Room of everything that is indexed by Variable.
inline constexpr std::size_t kNumVariables = kVariables.size() + kNumOwn;

constexpr std::size_t index_of(Variable v) { return static_cast<std::size_t>(v); }
constexpr bool is_own(Variable v) { return index_of(v) >= kVariables.size(); }
/// Whether laws take the values as they are in place of their logarithms.
constexpr bool is_plain(Variable v) { return index_of(v) >= kVariables.size() + kNumOwnLogged; }
/// The own variable in this place, counted for each kind from 0.
constexpr Variable own_variable(bool plain, std::size_t place) {
  return static_cast<Variable>(kVariables.size() + (plain ? kNumOwnLogged : 0) + place);
}

/// Stands where nobody knows the law that a variable is an own one of.
inline constexpr VariableInfo kSomeOwnVariable{own_variable(true, 0),         "own",     "own",
                                               "a variable of the law's own", -kNoLimit, kNoLimit};
/// Of the library's variables. What an own variable is, its law knows: LawFacts::info().
constexpr const VariableInfo& info(Variable v) {
  return is_own(v) ? kSomeOwnVariable : kVariables[index_of(v)];
}

namespace detail {

/// The same where these own variables are known.
constexpr const VariableInfo& info_among(std::span<const VariableInfo> own, Variable v) {
  for (const VariableInfo& about : own) {
    if (about.id == v) return about;
  }
  return info(v);
}

/// value_fault of an own variable.
std::string own_value_fault(const VariableInfo& about, double x);

}  // namespace detail

/// What is wrong with a value, as the end of a sentence; empty if nothing is.
inline std::string value_fault(const VariableInfo& about, double x) {
  if (is_own(about.id)) return detail::own_value_fault(about, x);
  if (about.lower <= 0.0 && x <= 0.0 && about.id != Variable::kS) return "is not > 0";
  if (!(x >= about.lower)) return about.lower == 1.0 ? "is not >= 1" : "is not >= 0";
  if (x > about.upper) return about.upper < 1.0 ? "is not < 1" : "is not <= 1";
  return "";
}

/// ln of a value, as laws take it. Zero, which only a sparsity may be, counts as the smallest
/// positive number: no formula tells the two apart.
inline double log_value(double x) {
  return std::log(std::max(x, std::numeric_limits<double>::min()));
}

/// A value as laws take it: its logarithm, or itself where the variable is plain.
inline double law_input(Variable v, double x) { return is_plain(v) ? x : log_value(x); }
/// The value that is taken so.
inline double from_law_input(Variable v, double input) {
  return is_plain(v) ? input : std::exp(input);
}

namespace detail {

inline std::string own_value_fault(const VariableInfo& about, double x) {
  if (!std::isfinite(x)) return "is not a finite number";
  if (!is_plain(about.id) && !(x > 0.0)) return "is not > 0";
  if (x < about.lower) return "is not >= " + general_decimal(about.lower, 12);
  if (x > about.upper) return "is not <= " + general_decimal(about.upper, 12);
  return "";
}

}  // namespace detail

}  // namespace isoflop

/// The format isoflop.formula/1: a law of one's own as JSON.
///   {"format": "isoflop.formula/1",
///    "name": "my-law",                                     optional, as are "source" and "note"
///    "expression": "E + A*N^-alpha + B*D^-beta",
///    "variables": {"N": "n", "D": "d", "lr": {"column": "learning_rate", …}},    or ["N", "D"]
///    "target": {"column": "batch", …},                     optional
///    "coefficients": {"alpha": {"bounds": [0.01, 2], "start": [0.1, 1], "meaning": "…"}, …}}
/// The expression gives the loss in nats per token, or the target; Formula says what it may hold.
/// Under "variables" stands, for each name in the expression, the variable it is, by its symbol or
/// key in kVariables; a list says it for names that are such themselves. Every variable and
/// coefficient that is listed must be used.
///
/// A variable that is none of these is declared by an object. Of it everything may be left out but
/// that it is one:
/// - "column": its default column in tables, or an expression of columns. If not given, its name.
/// - "meaning" and "unit", texts for people.
/// - "values", "positive" (the default), "nonnegative" or "any": which numbers it may be. Only of a
///   positive one the formula takes powers and logarithms as exactly as of N.
/// - "bounds": [low, high] of its values, null where there is none.
/// "target" says what the expression gives, where that is not the loss: its "column", "meaning" and
/// "unit".
///
/// Of a coefficient everything may be left out; all numbers are in its own units:
/// - "scale", "log" or "linear": on which axis it is optimised. If not given, log where the bounds
///   (without bounds, the range of starts) are positive and span more than a factor of 10,000, and
///   no start is 0 or negative; else linear. So an exponent between 0.001 and 10 is linear.
/// - "bounds": [low, high] of what a fit may return. If not given, 1e-9 to 1e18 on a log scale,
///   widened to a thousandth of the lowest and a thousand times the highest start; -1000 to 1000 on
///   a linear scale, widened to a thousand times the largest start.
/// - "start": [low, high], or one number; where starts lie. If not given, what the bounds leave of
///   1 to e^25 on a log scale, of 0 to 2 on a linear one; all of the bounds where that is nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isoflop/laws/formula_law.hpp"

namespace isoflop {

inline constexpr std::string_view kFormulaFormat = "isoflop.formula/1";

/// What formula_from_json reads back to the same; every default is written out.
nlohmann::ordered_json formula_to_json(const OwnFormula& file);

/// Throws DataError(origin, …) for anything that is not such a file: one line, and under it, where
/// the expression is at fault, the expression with a caret.
OwnFormula formula_from_json(const nlohmann::ordered_json& json, const std::string& origin);

OwnFormula read_formula_file(const std::string& path);

}  // namespace isoflop

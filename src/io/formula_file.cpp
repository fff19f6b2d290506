#include "isoflop/io/formula_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "in_quotes.hpp"
#include "io/formats.hpp"
#include "isoflop/core/plain_line.hpp"
#include "isoflop/error.hpp"
#include "json_file.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

struct Span {
  double low, high;
};

// Whether a positive quantity that ranges over this is better seen on a logarithmic axis.
bool is_wide(const Span& s) { return s.low > 0.0 && s.high / s.low > 1e4; }

constexpr std::array<std::pair<OwnValues, std::string_view>, 3> kOwnValues{{
    {OwnValues::kPositive, "positive"},
    {OwnValues::kNotNegative, "nonnegative"},
    {OwnValues::kAny, "any"},
}};

Json bound_to_json(double bound) { return std::isfinite(bound) ? Json(bound) : Json(nullptr); }

Json variable_to_json(const OwnVariable& v) {
  Json out;
  out["column"] = v.column;
  if (!v.meaning.empty()) out["meaning"] = v.meaning;
  if (!v.unit.empty()) out["unit"] = v.unit;
  for (const auto& [values, word] : kOwnValues) {
    if (values == v.values) out["values"] = word;
  }
  if (std::isfinite(v.lower) || std::isfinite(v.upper)) {
    out["bounds"] = Json::array({bound_to_json(v.lower), bound_to_json(v.upper)});
  }
  return out;
}

constexpr double kLargest = std::numeric_limits<double>::max();

Span default_bounds(Scale scale, const std::optional<Span>& start) {
  if (scale == Scale::kLog) {
    if (!start) return {1e-9, 1e18};
    return {std::min(1e-9, start->low / 1e3),
            std::max(1e18, std::min(kLargest, start->high * 1e3))};
  }
  const double largest = start ? 1e3 * std::max(std::abs(start->low), std::abs(start->high)) : 0.0;
  const double limit = std::max(1e3, std::min(kLargest, largest));
  return {-limit, limit};
}

Span default_start(Scale scale, const Span& bounds) {
  const Span usual = scale == Scale::kLog ? Span{1.0, std::exp(25.0)} : Span{0.0, 2.0};
  const Span start{std::max(bounds.low, usual.low), std::min(bounds.high, usual.high)};
  return start.low < start.high ? start : bounds;
}

/// Reads the parts of one file; every fault names the field.
class FormulaReader {
 public:
  FormulaReader(const Json& json, const std::string& origin) : json_(json), origin_(origin) {}

  OwnFormula read() const {
    if (!json_.is_object() || !json_.contains("format")) {
      fail("is not a formula file: it has no \"format\"");
    }
    if (text(json_, "format") != kFormulaFormat) {
      fail(detail::other_format(text(json_, "format"), kFormulaFormat));
    }
    require_known(
        json_, "a formula file",
        {"format", "name", "source", "note", "expression", "variables", "target", "coefficients"});
    std::vector<std::string> variable_names, coefficient_names;
    std::vector<Variable> variables;
    std::vector<OwnVariable> own;
    read_variables(variable_names, variables, own);
    require_apart(variables, own);
    const Json& given = coefficients_object();
    for (const auto& [name, value] : given.items()) coefficient_names.push_back(name);
    std::vector<bool> plain;
    for (const Variable v : variables) plain.push_back(is_plain(v));

    OwnFormula file{
        optional_text("name"),
        optional_text("source"),
        optional_text("note"),
        parsed(text(json_, "expression"), variable_names, coefficient_names, std::move(plain)),
        std::move(variables),
        {},
        std::move(own),
        read_target()};
    require_used(file.formula);
    for (const auto& [name, value] : given.items()) {
      file.coefficients.push_back(read_coefficient(name, value));
    }
    return file;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin_, what); }

  std::string text(const Json& where, const char* key) const {
    const auto it = where.find(key);
    if (it == where.end()) fail("lacks \"" + std::string(key) + "\"");
    if (!it->is_string()) fail("\"" + std::string(key) + "\" must be a text");
    return plain_line(it->get<std::string>());
  }
  std::string optional_text(const char* key) const {
    return !json_.contains(key) || json_[key].is_null() ? std::string() : text(json_, key);
  }

  // A misspelt key would silently leave a default in place.
  void require_known(const Json& object, const std::string& what,
                     const std::vector<std::string_view>& keys) const {
    if (const auto fault = detail::unknown_member(object, what, keys)) fail(*fault);
  }

  void read_variables(std::vector<std::string>& names, std::vector<Variable>& ids,
                      std::vector<OwnVariable>& own) const {
    std::array<std::size_t, 2> num_own{};  // positive ones, plain ones
    const auto given = json_.find("variables");
    if (given == json_.end() || !given->is_structured() || given->empty()) {
      fail("must list its variables, such as \"variables\": [\"N\", \"D\"]");
    }
    for (const auto& [key, value] : given->items()) {
      if (value.is_object() && given->is_object()) {
        own.push_back(read_own_variable(key, value));
        const bool plain = own.back().values != OwnValues::kPositive;
        std::size_t& place = num_own[plain];
        const std::size_t room = plain ? kNumOwnPlain : kNumOwnLogged;
        if (place == room) {
          fail("\"variables\" declares more than " + std::to_string(room) +
               (plain ? " variables that may be zero or negative" : " positive variables"));
        }
        names.push_back(key);
        ids.push_back(own_variable(plain, place++));
        continue;
      }
      if (!value.is_string()) {
        fail(given->is_array() ? "\"variables\" must hold texts only"
                               : "\"variables\" must hold texts, or objects that declare others");
      }
      const std::string id = value.get<std::string>();
      names.push_back(given->is_array() ? id : key);
      ids.push_back(variable(id));
      if (std::count(ids.begin(), ids.end(), ids.back()) > 1) {
        fail("\"variables\" names the variable " + in_quotes(id) + " twice");
      }
    }
  }

  OwnVariable read_own_variable(const std::string& name, const Json& given) const {
    const std::string place = "variable " + in_quotes(name);
    require_known(given, place, {"column", "meaning", "unit", "values", "bounds"});
    require_free(name, place);
    OwnVariable out;
    out.name = name;
    out.column = given.contains("column") ? text(given, "column") : name;
    if (out.column.empty()) fail(place + ": \"column\" must not be empty");
    if (given.contains("meaning")) out.meaning = text(given, "meaning");
    if (given.contains("unit")) out.unit = text(given, "unit");
    if (given.contains("values")) {
      const std::string word = text(given, "values");
      const auto known = std::find_if(kOwnValues.begin(), kOwnValues.end(),
                                      [&](const auto& entry) { return entry.second == word; });
      if (known == kOwnValues.end()) {
        fail(place + R"(: "values" must be "positive", "nonnegative" or "any")");
      }
      out.values = known->first;
    }
    if (given.contains("bounds")) {
      const Json& bounds = given["bounds"];
      auto bound = [&](std::size_t i, double none) {
        return bounds[i].is_null() ? none : bounds[i].get<double>();
      };
      auto is_bound = [](const Json& x) { return x.is_null() || x.is_number(); };
      if (!bounds.is_array() || bounds.size() != 2 || !is_bound(bounds[0]) ||
          !is_bound(bounds[1])) {
        fail(place + ": \"bounds\" must be [low, high], null where there is none");
      }
      out.lower = bound(0, -kNoLimit);
      out.upper = bound(1, kNoLimit);
      if (!(out.lower < out.upper)) {
        fail(place + ": the lower of its \"bounds\" must be below the upper");
      }
    }
    return out;
  }

  // What a column map and the fields of a request say of a variable by its key.
  void require_free(const std::string& name, const std::string& place) const {
    const bool is_key = std::any_of(kVariables.begin(), kVariables.end(),
                                    [&](const VariableInfo& v) { return v.key == name; });
    if (is_key || name == "loss" || name == "weight" || name == "group") {
      fail(place + " needs another name: " + in_quotes(name) + " is that of " +
           (is_key ? "one of the program's own variables" : "another column of the runs"));
    }
  }

  std::optional<OwnTarget> read_target() const {
    const auto given = json_.find("target");
    if (given == json_.end() || given->is_null()) return std::nullopt;
    if (!given->is_object()) fail("\"target\" must be an object");
    require_known(*given, "the target", {"column", "meaning", "unit"});
    OwnTarget out;
    out.column = text(*given, "column");
    if (out.column.empty()) fail("the target: \"column\" must not be empty");
    require_free(out.column, "the target");
    if (given->contains("meaning")) out.meaning = text(*given, "meaning");
    if (given->contains("unit")) out.unit = text(*given, "unit");
    return out;
  }

  // Ranges and reports name a variable by its symbol.
  void require_apart(const std::vector<Variable>& ids, const std::vector<OwnVariable>& own) const {
    for (const OwnVariable& v : own) {
      const bool taken = std::any_of(ids.begin(), ids.end(), [&](Variable id) {
        return !is_own(id) && info(id).symbol == v.name;
      });
      if (taken) {
        fail("variable " + in_quotes(v.name) + " needs another name: the formula also has the " +
             "program's own " + v.name);
      }
    }
  }

  Variable variable(const std::string& id) const {
    std::string known;
    for (const VariableInfo& v : kVariables) {
      if (id == v.symbol || id == v.key) return v.id;
      known += " " + std::string(v.symbol);
    }
    fail("\"variables\" names " + in_quotes(id) + ", which is none; there are:" + known);
  }

  const Json& coefficients_object() const {
    const auto it = json_.find("coefficients");
    if (it == json_.end() || !it->is_object() || it->empty()) {
      fail("lacks the object \"coefficients\", one member for each name");
    }
    return *it;
  }

  Formula parsed(const std::string& expression, const std::vector<std::string>& variables,
                 const std::vector<std::string>& coefficients, std::vector<bool> plain) const {
    try {
      return Formula(expression, variables, coefficients, std::move(plain));
    } catch (const FormulaError& fault) {
      fail("\"expression\": " + std::string(fault.what()));
    } catch (const InvalidArgument& fault) {
      fail(fault.what());
    }
  }

  void require_used(const Formula& formula) const {
    for (std::size_t v = 0; v < formula.variables().size(); ++v) {
      if (!formula.uses_variable(v)) {
        fail("the expression does not use the variable \"" + formula.variables()[v] + "\"");
      }
    }
    for (std::size_t p = 0; p < formula.coefficients().size(); ++p) {
      if (!formula.uses_coefficient(p)) {
        fail("the expression does not use the coefficient \"" + formula.coefficients()[p] + "\"");
      }
    }
  }

  FormulaCoefficient read_coefficient(const std::string& name, const Json& given) const {
    const std::string place = "coefficient \"" + name + "\"";
    if (!given.is_object()) fail(place + " must be an object, {} where there is nothing to say");
    require_known(given, place, {"bounds", "start", "scale", "meaning"});
    FormulaCoefficient c;
    c.name = name;
    if (given.contains("meaning")) c.meaning = text(given, "meaning");
    const auto bounds = span(given, "bounds", place), start = span(given, "start", place);
    if (bounds && !(bounds->low < bounds->high)) {
      fail(place + ": the lower of its \"bounds\" must be below the upper");
    }
    if (start && !(start->low <= start->high)) {
      fail(place + ": the lower end of its \"start\" must not be above the upper");
    }
    c.scale = scale(given, place, bounds, start);
    const Span limits = bounds.value_or(default_bounds(c.scale, start));
    const Span from = start.value_or(default_start(c.scale, limits));
    if (c.scale == Scale::kLog && !(limits.low > 0.0 && from.low > 0.0)) {
      fail(place + ": on a log scale its \"bounds\" and \"start\" must be positive");
    }
    if (from.low < limits.low || from.high > limits.high) {
      fail(place + ": its \"start\" must lie inside its \"bounds\"");
    }
    c.lower = limits.low, c.upper = limits.high;
    c.start_low = from.low, c.start_high = from.high;
    return c;
  }

  std::optional<Span> span(const Json& given, const char* key, const std::string& place) const {
    const auto it = given.find(key);
    if (it == given.end()) return std::nullopt;
    const bool one = it->is_number() && std::string_view(key) == "start";
    const bool pair =
        it->is_array() && it->size() == 2 && (*it)[0].is_number() && (*it)[1].is_number();
    if (one) return Span{it->get<double>(), it->get<double>()};
    if (pair) return Span{(*it)[0].get<double>(), (*it)[1].get<double>()};
    fail(place + ": \"" + key + "\" must be [low, high]" +
         (std::string_view(key) == "start" ? " or a number" : ""));
  }

  Scale scale(const Json& given, const std::string& place, const std::optional<Span>& bounds,
              const std::optional<Span>& start) const {
    if (given.contains("scale")) {
      const std::string word = text(given, "scale");
      if (word == "log") return Scale::kLog;
      if (word == "linear") return Scale::kLinear;
      fail(place + ": \"scale\" must be \"log\" or \"linear\"");
    }
    const std::optional<Span>& range = bounds ? bounds : start;
    const bool log = range && is_wide(*range) && !(start && start->low <= 0.0);
    return log ? Scale::kLog : Scale::kLinear;
  }

  const Json& json_;
  const std::string& origin_;
};

}  // namespace

nlohmann::ordered_json formula_to_json(const OwnFormula& file) {
  Json out;
  out["format"] = kFormulaFormat;
  if (!file.name.empty()) out["name"] = file.name;
  if (!file.source.empty()) out["source"] = file.source;
  if (!file.note.empty()) out["note"] = file.note;
  out["expression"] = file.formula.expression();
  std::size_t next_own = 0;
  for (std::size_t v = 0; v < file.variables.size(); ++v) {
    Json& written = out["variables"][file.formula.variables()[v]];
    if (is_own(file.variables[v])) {
      written = variable_to_json(file.own_variables.at(next_own++));
    } else {
      written = info(file.variables[v]).key;
    }
  }
  if (file.target) {
    Json& target = out["target"] = {{"column", file.target->column}};
    if (!file.target->meaning.empty()) target["meaning"] = file.target->meaning;
    if (!file.target->unit.empty()) target["unit"] = file.target->unit;
  }
  for (const FormulaCoefficient& c : file.coefficients) {
    Json& written = out["coefficients"][c.name] = Json::object();
    written["bounds"] = {c.lower, c.upper};
    if (c.start_low == c.start_high) {
      written["start"] = c.start_low;
    } else {
      written["start"] = {c.start_low, c.start_high};
    }
    written["scale"] = c.scale == Scale::kLog ? "log" : "linear";
    if (!c.meaning.empty()) written["meaning"] = c.meaning;
  }
  return out;
}

OwnFormula formula_from_json(const nlohmann::ordered_json& json, const std::string& origin) {
  return FormulaReader(json, origin).read();
}

OwnFormula read_formula_file(const std::string& path) {
  return formula_from_json(detail::read_json_file(path), path);
}

}  // namespace isoflop

#include "role_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "column_expression.hpp"
#include "column_lookup.hpp"
#include "column_names.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "row_filter.hpp"

namespace isoflop {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string flag_of(const std::string& key, const std::string& column) {
  return field("column") + " " + shell_word(key + "=" + column);
}

/// A column with a unit in its name as an expression that says the unit.
std::string with_unit(const std::string& name) {
  return "`" + name + "`*1e" + format_number(std::log10(unit_name(name).scale));
}

}  // namespace

RoleColumns::Role RoleColumns::role_of(Variable v) const {
  const VariableInfo& about = detail::info_among(options_.own, v);
  return {std::string(about.key), std::string(about.symbol), std::string(about.meaning),
          std::string(about.column)};
}

void RoleColumns::say(ReadNote note) {
  const bool known = std::any_of(notes_.begin(), notes_.end(),
                                 [&](const ReadNote& n) { return n.text == note.text; });
  if (!known) notes_.push_back(std::move(note));
}

RoleSource RoleColumns::column(const Role& role, std::size_t index) {
  const std::string& name = table_.header[index];
  RoleSource out;
  out.label = role.symbol;
  if (name != role.symbol) out.label += " (column " + in_quotes(name) + ")";
  out.column = index;
  out.inputs = {index};
  const bool is_count = role.key == "n" || role.key == "d" || role.key == "c" || role.key == "u";
  const bool is_loss = role.key == "loss" && !options_.is_perplexity && options_.loss_unit == 1.0;
  out.expects = is_count ? Expects::kCount : is_loss ? Expects::kLoss : Expects::kAny;
  log_.columns[role.key] = name;
  const UnitName unit = unit_name(name);
  if (unit.scale != 1.0) {
    out.scale = unit.scale;
    say({"column " + in_quotes(name) + " is in units of " + human_number(unit.scale), true,
         "write " + flag_of(role.key, with_unit(name))});
  }
  return out;
}

RoleSource RoleColumns::expression(const Role& role, const std::string& text) {
  if (std::find(open_.begin(), open_.end(), role.key) != open_.end()) {
    throw InvalidArgument(
        "column", field("column") + " " + role.key + "=" + text + ": is computed from itself");
  }
  open_.push_back(role.key);
  const auto variable_of = [](const std::string& name) -> const VariableInfo* {
    const auto found = std::find_if(kVariables.begin(), kVariables.end(), [&](const auto& about) {
      return name == about.symbol || name == about.key;
    });
    return found == kVariables.end() ? nullptr : &*found;
  };
  ColumnExpression compiled(table_, text,
                            [&](const std::string& name) { return variable_of(name) != nullptr; });
  std::vector<RoleSource> others;
  for (const ColumnExpression::Name& name : compiled.names()) {
    RoleSource source;
    if (name.column) {
      const std::string& column = table_.header[*name.column];
      if (unit_name(column).scale != 1.0) {
        say({"in " + text + " column " + in_quotes(column) +
                 " counts as it stands, without its unit",
             false});
      }
      source.column = name.column;
      source.inputs = {*name.column};
      source.label = in_quotes(table_.header[*name.column]);
    } else {
      source = *find(role_of(variable_of(name.other)->id), true);
    }
    others.push_back(std::move(source));
  }
  open_.pop_back();
  RoleSource out;
  for (const RoleSource& other : others) {
    out.inputs.insert(out.inputs.end(), other.inputs.begin(), other.inputs.end());
  }
  out.label = role.symbol + " (" + text + ")";
  out.computed = [this, compiled = std::move(compiled), others](std::size_t row) {
    std::vector<double> values;
    for (const RoleSource& other : others) values.push_back(value(other, row).value_or(kNaN));
    return compiled.value(values);
  };
  log_.columns[role.key] = text;
  return out;
}

std::optional<double> RoleColumns::value(const RoleSource& source, std::size_t row) {
  if (source.column) return cells_.number(row, *source.column, source.scale, source.expects);
  const double x = source.computed(row);
  return std::isfinite(x) ? std::optional(x) : std::nullopt;
}

std::optional<std::size_t> RoleColumns::only_column(const Role& role, std::string_view quantity) {
  const std::vector<std::size_t> found = columns_named(table_, quantity);
  if (found.size() < 2) return found.empty() ? std::nullopt : std::optional(found.front());
  std::vector<std::string> names;
  for (const std::size_t i : found) names.push_back(table_.header[i]);
  throw DataError(table_.path, table_.header_line,
                  "no column " + in_quotes(role.symbol) + " in the header, and " +
                      std::to_string(found.size()) + " that may be meant: " + list_of(names) +
                      "; add " + flag_of(role.key, names.front()) + " or another of them");
}

/// By the names that people give; nothing where no column has one.
std::optional<RoleSource> RoleColumns::named(const Role& role) {
  const std::optional<std::size_t> index = only_column(role, role.key);
  if (!index) return std::nullopt;
  const std::string& name = table_.header[*index];
  say({role.symbol + " is column " + in_quotes(name), true,
       "add " + flag_of(role.key, unit_name(name).scale == 1.0 ? name : with_unit(name))});
  return column(role, *index);
}

void RoleColumns::refuse_missing(const Role& role) {
  const auto correction = [&](const std::string& name) { return "add " + flag_of(role.key, name); };
  refuse_column(table_, role.column.empty() ? role.symbol : role.column, role.meaning, correction,
                [&](const std::string& name) { return may_hold(name, role.key); });
}

std::optional<RoleSource> RoleColumns::find(const Role& role, bool required) {
  const auto mapped = options_.columns.find(role.key);
  if (mapped != options_.columns.end()) {
    const std::string& text = mapped->second;
    if (const auto index = column_index(table_, text)) return column(role, *index);
    if (looks_like_expression(table_, text)) return expression(role, text);
    refuse_column(table_, text, "",
                  [&](const std::string& name) { return "write " + flag_of(role.key, name); });
  }
  const std::string& usual = role.column.empty() ? role.symbol : role.column;
  if (const auto index = column_index(table_, usual)) return column(role, *index);
  if (!role.column.empty() && looks_like_expression(table_, usual)) return expression(role, usual);
  std::optional<RoleSource> out = named(role);
  if (!out && required) refuse_missing(role);
  return out;
}

std::vector<std::pair<Variable, RoleSource>> RoleColumns::variables(
    std::span<const Variable> needed) {
  std::vector<std::pair<Variable, RoleSource>> out;
  for (const Variable v : needed) {
    const Role role = role_of(v);
    std::optional<RoleSource> source = find(role, false);
    if (!source) source = derived(role, needed);
    if (!source) refuse_missing(role);
    out.emplace_back(v, std::move(*source));
  }
  return out;
}

std::vector<std::pair<Variable, RoleSource>> RoleColumns::present(
    std::span<const Variable> wanted) {
  std::vector<std::pair<Variable, RoleSource>> out;
  for (const Variable v : wanted) {
    if (auto source = find(role_of(v), false)) out.emplace_back(v, std::move(*source));
  }
  return out;
}

/// N or D from the other one and what ties the two: training compute, tokens per parameter.
std::optional<RoleSource> RoleColumns::derived(const Role& role, std::span<const Variable> needed) {
  const bool is_n = role.key == "n", is_d = role.key == "d";
  const auto needs = [&](Variable v) {
    return std::find(needed.begin(), needed.end(), v) != needed.end();
  };
  if (!is_n && !is_d) return std::nullopt;
  const Role other_role = role_of(is_n ? Variable::kD : Variable::kN);
  const std::optional<RoleSource> other = find(other_role, false);
  std::string how;
  RoleSource out;
  const auto by = [&](std::string text, auto compute, const RoleSource& tie) {
    how = std::move(text);
    out.label = role.symbol + " (" + how + ")";
    out.computed = [this, compute, tie, other](std::size_t row) {
      const double t = value(tie, row).value_or(kNaN);
      return compute(t, other ? value(*other, row).value_or(kNaN) : kNaN);
    };
  };
  const auto ratio = only_column({role.key, role.symbol, role.meaning}, "tokens_per_param");
  if (ratio && other) {
    RoleSource tie;
    tie.column = *ratio;
    const std::string name = table_.header[*ratio];
    if (is_d) {
      by(
          name + "*N", [](double r, double n) { return r * n; }, tie);
    } else {
      by(
          "D/" + name, [](double r, double d) { return d / r; }, tie);
    }
  } else if (other && !needs(Variable::kG) && !needs(Variable::kE)) {
    // 6 N D is the compute of a dense model: where experts are among the variables, N may count
    // those that a token does not use.
    const std::optional<RoleSource> compute = find(role_of(Variable::kC), false);
    if (!compute) return std::nullopt;
    by(
        is_d ? "C/(6*N)" : "C/(6*D)", [](double c, double x) { return c / (6.0 * x); }, *compute);
  } else {
    return std::nullopt;
  }
  log_.columns[role.key] = how;
  say({role.symbol + " = " + how, true, "add " + flag_of(role.key, how)});
  return out;
}

RoleSource RoleColumns::target() {
  const Role role{options_.target, options_.target, ""};
  const auto logarithm = [this](const RoleSource& of) {
    RoleSource out;
    out.label = of.label;
    out.inputs = of.inputs;
    out.computed = [this, of](std::size_t row) {
      const std::optional<double> x = value(of, row);
      return x && *x > 0.0 ? std::log(*x) : kNaN;
    };
    return out;
  };
  const bool said = options_.columns.contains(role.key) || column_index(table_, role.symbol);
  if (role.key == "loss" && !said && (options_.is_perplexity || !named(role))) {
    const std::optional<std::size_t> index = only_column(role, "perplexity");
    if (index) {
      const std::string name = table_.header[*index];
      say({"loss is the logarithm of column " + in_quotes(name), true,
           "add " + flag_of("loss", name) +
               (options_.is_perplexity ? "" : " " + field("loss_unit") + " perplexity")});
      RoleSource source = column(role, *index);
      source.expects = Expects::kAny;
      return logarithm(source);
    }
    refuse_missing(role);
  }
  const RoleSource source = *find(role, true);
  return options_.is_perplexity ? logarithm(source) : source;
}

std::optional<RoleSource> RoleColumns::optional(const std::string& key) {
  const bool is_mapped = options_.columns.contains(key);
  if (!is_mapped && !column_index(table_, key)) return std::nullopt;
  return find({key, key, ""}, true);
}

std::vector<std::size_t> RoleColumns::group() {
  const auto mapped = options_.columns.find("group");
  const std::string name = mapped == options_.columns.end() ? "group" : mapped->second;
  if (const auto index = column_index(table_, name)) {
    log_.columns["group"] = name;
    return {*index};
  }
  if (mapped == options_.columns.end()) return {};
  if (name.find(',') != std::string::npos) {
    if (const auto several = columns_of(table_, split_at_commas(name))) {
      log_.columns["group"] = name;
      return *several;
    }
  }
  refuse_column(table_, name, "",
                [&](const std::string& column) { return "write " + flag_of("group", column); });
}

}  // namespace isoflop

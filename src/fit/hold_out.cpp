#include "isoflop/fit/hold_out.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "isoflop/core/decimal.hpp"
#include "isoflop/core/run_compute.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

constexpr std::string_view kForms =
    "write compute:20%, loss:20%, n:20%, d:20%, g:20%, column:NAME or the name of a column";

[[noreturn]] void refuse(std::string_view text, const std::string& fault) {
  throw InvalidArgument("hold_out", "hold-out \"" + std::string(text) + "\": " + fault);
}

std::optional<HoldOutRule> rule_of_key(std::string_view key) {
  HoldOutRule rule;
  if (key == "compute") return rule;
  if (key == "loss") {
    rule.by = HoldOutBy::kLoss;
    return rule;
  }
  for (const VariableInfo& v : kVariables) {
    if (key != v.key) continue;
    rule.by = HoldOutBy::kVariable;
    rule.variable = v.id;
    return rule;
  }
  return std::nullopt;
}

/// "20%" as 0.2; nothing for other texts and shares outside (0, 1).
std::optional<double> share_of(std::string_view text) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  double per_cent = 0.0;
  const DecimalRead read = read_decimal(text, per_cent);
  if (read.fault != std::errc{} || read.length != text.size()) return std::nullopt;
  if (!(per_cent > 0.0) || !(per_cent < 100.0)) return std::nullopt;
  return per_cent / 100.0;
}

/// The rules that these runs allow.
std::string rules_for(const RunTable& runs) {
  std::string out = "write ";
  if (compute_measure(runs) != ComputeMeasure::kNone) out += "compute:20%, ";
  out += "loss:20%, ";
  for (const VariableInfo& v : kVariables) {
    if (!runs.column(v.id).empty()) out += std::string(v.key) + ":20%, ";
  }
  return out + "column:NAME or the name of a column";
}

/// What runs are ranked by; the largest is held out first.
std::vector<double> rank_of(const RunTable& runs, const HoldOutRule& rule) {
  switch (rule.by) {
    case HoldOutBy::kCompute: {
      const ComputeMeasure measure = compute_measure(runs);
      if (measure == ComputeMeasure::kNone) {
        refuse(to_string(rule), "the runs have none of N, D and C; " + rules_for(runs));
      }
      return compute_of(measure, runs);
    }
    case HoldOutBy::kLoss: {
      std::vector<double> out = runs.loss;
      const double highest = *std::max_element(out.begin(), out.end());
      const bool any_sign = std::any_of(out.begin(), out.end(), [](double x) { return x <= 0.0; });
      for (double& x : out) x = any_sign ? 1.0 + (highest - x) : 1.0 / x;
      return out;
    }
    case HoldOutBy::kVariable: {
      const std::vector<double>& column = runs.column(rule.variable);
      if (column.size() != runs.num_runs()) {
        refuse(to_string(rule), "the runs have no column " +
                                    std::string(info(rule.variable).symbol) + "; " +
                                    rules_for(runs));
      }
      return column;
    }
    case HoldOutBy::kColumn:
      break;
  }
  return {};
}

/// Number of the group of every run, from 0 in the order of the table.
std::vector<std::size_t> group_numbers(const RunTable& runs) {
  std::vector<std::size_t> out(runs.num_runs());
  std::iota(out.begin(), out.end(), std::size_t{0});
  if (runs.group.empty()) return out;
  std::map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = numbers.emplace(runs.group[i], numbers.size()).first->second;
  }
  return out;
}

/// Which groups are held out, by number.
std::vector<bool> top_groups(const std::vector<double>& rank, const std::vector<std::size_t>& group,
                             std::size_t num_groups, double share) {
  constexpr double kTie = 1e-9;
  std::vector<double> best(num_groups, 0.0);
  std::vector<std::size_t> size(num_groups, 0), order(num_groups);
  for (std::size_t i = 0; i < rank.size(); ++i) {
    best[group[i]] = std::max(best[group[i]], rank[i]);
    ++size[group[i]];
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return best[a] > best[b]; });
  // A share of 10 % of 30 runs is three, although 0.1 * 30 rounds to a little more.
  const double wanted = share * static_cast<double>(rank.size()) * (1.0 - 1e-12);
  std::vector<bool> out(num_groups, false);
  std::size_t held = 0;
  double last = 0.0;
  for (const std::size_t g : order) {
    if (static_cast<double>(held) >= wanted && best[g] < last * (1.0 - kTie)) break;
    out[g] = true;
    held += size[g];
    last = best[g];
  }
  return out;
}

}  // namespace

HoldOutRule parse_hold_out(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view key = text.substr(0, colon);
  if (const auto known = rule_of_key(key)) {
    if (colon == std::string_view::npos) {
      refuse(text, "say how much: " + std::string(key) + ":20%");
    }
    const auto share = share_of(text.substr(colon + 1));
    if (!share) refuse(text, "the share must be above 0% and below 100%, such as 20%");
    HoldOutRule rule = *known;
    rule.share = *share;
    return rule;
  }
  HoldOutRule rule;
  rule.by = HoldOutBy::kColumn;
  rule.column = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (rule.column.empty()) refuse(text, std::string(kForms));
  if (colon != std::string_view::npos && key != "column") {
    refuse(text, "there is no rule \"" + std::string(key) + "\"; " + std::string(kForms));
  }
  return rule;
}

std::string to_string(const HoldOutRule& rule) {
  if (rule.by == HoldOutBy::kColumn) return "column:" + rule.column;
  std::string out(rule.by == HoldOutBy::kCompute ? "compute"
                  : rule.by == HoldOutBy::kLoss  ? "loss"
                                                 : info(rule.variable).key);
  // 12 digits: 0.07 * 100 is not the double nearest to 7.
  return out + ":" + general_decimal(100.0 * rule.share, 12) + "%";
}

Split split_runs(const RunTable& runs, const HoldOutRule& rule, const std::vector<bool>& marked) {
  const std::vector<std::size_t> group = group_numbers(runs);
  const std::size_t num_groups =
      group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
  std::vector<bool> held;
  if (rule.by == HoldOutBy::kColumn) {
    if (marked.size() != runs.num_runs()) {
      throw InvalidArgument("the marks of the runs to hold out are not one per run");
    }
    held.resize(num_groups, false);
    for (std::size_t i = 0; i < marked.size(); ++i) {
      if (marked[i]) held[group[i]] = true;
    }
  } else {
    held = top_groups(rank_of(runs, rule), group, num_groups, rule.share);
  }

  Split split;
  for (std::size_t i = 0; i < group.size(); ++i) {
    (held[group[i]] ? split.held_out : split.fitted).push_back(i);
  }
  if (split.held_out.empty()) {
    throw DataError(runs.source, "the hold-out " + to_string(rule) + " hides no run");
  }
  if (split.fitted.empty()) {
    throw DataError(runs.source,
                    "the hold-out " + to_string(rule) +
                        " hides every run, ties and groups counted; nothing is left to fit");
  }
  return split;
}

std::vector<double> six_nd_of(const RunTable& runs) {
  const std::vector<double>& n = runs.column(Variable::kN);
  const std::vector<double>& d = runs.column(Variable::kD);
  if (n.size() != runs.num_runs() || d.size() != runs.num_runs()) {
    throw InvalidArgument("compute is 6 N D, and the runs do not have both N and D");
  }
  std::vector<double> out(n.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = 6.0 * n[i] * d[i];
  return out;
}

}  // namespace isoflop

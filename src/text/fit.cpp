#include "isoflop/text/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/law.hpp"
#include "isoflop/text/read_as.hpp"
#include "text/widening.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

std::string range_text(const std::optional<Range>& range) {
  return range ? human_number(range->low) + " to " + human_number(range->high) : "-";
}

template <class List>
bool contains(const List& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// What is special about a coefficient.
std::string mark(const std::string& name, const api::FitOutcome& outcome) {
  if (outcome.options.fixed.contains(name)) return "fixed";
  std::vector<std::string> marks;
  for (const auto& [a, b] : outcome.options.tied) {
    if ((a == name || b == name) && marks.empty()) marks.push_back("tied");
  }
  if (contains(outcome.report.at_bound, name)) marks.push_back("AT BOUND");
  if (contains(outcome.report.weak, name)) marks.push_back("weak");
  return joined(marks, ", ");
}

std::string interval_text(double low, double high) {
  return fmt::format("{:.4g} to {:.4g}", low, high);
}

constexpr std::string_view kIndent = "                ";

/// "  data          clean"
std::string line_of(std::string_view label, const std::string& text) {
  return fmt::format("  {:<14}{}\n", label, text);
}

/// Each sentence on a line of its own below the first.
std::string sentences(const std::string& text) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t stop = text.find(". "); stop != std::string::npos;
       stop = text.find(". ", stop + 1)) {
    if (stop + 2 < text.size() && !(text[stop + 2] >= 'A' && text[stop + 2] <= 'Z')) continue;
    out += text.substr(begin, stop - begin) + "\n" + std::string(kIndent);
    begin = stop + 2;
  }
  return out + text.substr(begin);
}

/// The word that answers a question, what stands behind it, and why it is no better.
std::string question(std::string_view label, const char* word, const std::string& behind,
                     const std::vector<std::string>& why) {
  std::string out = line_of(label, behind.empty() ? word : fmt::format("{}: {}", word, behind));
  for (const std::string& reason : why) out += fmt::format("{}{}\n", kIndent, sentences(reason));
  return out;
}

std::string starts_text(const FitReport& report) {
  const std::size_t finished = report.num_starts - report.starts_abandoned;
  std::string out =
      fmt::format("{} of {} starts reached the best objective", report.starts_at_best, finished);
  if (report.starts_abandoned > 0) out += fmt::format(" ({} abandoned)", report.starts_abandoned);
  if (report.widened) out += ", beyond the bounds that the law's list of coefficients gives";
  return out;
}

std::string form_text(const std::optional<FormCheck>& form) {
  std::vector<std::string> out;
  if (form && form->num_hidden > 0) {
    out.push_back(
        fmt::format("{:.0f} % of the {} largest runs inside their 95 % interval, fitted "
                    "without them",
                    100.0 * form->covered, form->num_hidden));
  }
  if (form && form->error_over_noise > 0.0) {
    out.push_back(
        fmt::format("error {:.2g} times that between repeats of a cell", form->error_over_noise));
  }
  return out.empty() ? "too few runs to hide some, and none repeat" : joined(out, "; ");
}

std::string questions(const FitReport& report) {
  const Questions& q = report.questions;
  return question("optimum", to_string(q.optimum.word), starts_text(report), q.optimum.why) +
         question("coefficients", to_string(q.coefficients.word), "", why_coefficients(report)) +
         question("data", to_string(q.data.word), "", q.data.why) +
         question("form", to_string(q.form.word), form_text(report.form), q.form.why);
}

std::string head(const api::FitOutcome& outcome) {
  const RecordLog& log = outcome.records;
  const FitReport& report = outcome.report;
  std::string out = read_as(log, kIndent.size());
  out += line_of(
      "runs", fmt::format("{} of {} rows of {}", log.num_rows_used, log.num_rows_read, log.path));
  for (const DroppedRows& d : log.dropped) {
    out += fmt::format("{}{} dropped by {}", kIndent, d.count, d.reason);
    // What a person chose by its error is worth naming; a condition explains itself.
    if (d.reason.starts_with(field("drop_worst"))) {
      std::string lines;
      for (const std::size_t line : d.lines) lines += fmt::format(" {}", line);
      out += fmt::format(": line{}{}", d.lines.size() == 1 ? "" : "s", lines);
    }
    out += "\n";
  }
  out += line_of("verdict", verdict_text(to_string(report.verdict)));
  if (outcome.has_law()) {
    out += questions(report);
  } else {
    for (const std::string& reason : report.reasons) out += fmt::format("{}{}\n", kIndent, reason);
  }
  for (const std::string& warning : report.warnings) out += line_of("warning", sentences(warning));
  return out + "\n";
}

/// A value of what the law predicts: a loss with so many decimals, another target, which may have
/// any size, with as many digits.
std::string value_text(double x, int digits, const LawFacts& law) {
  return law.target.is_own ? fmt::format("{:.{}g}", x, digits) : fmt::format("{:.{}f}", x, digits);
}

/// The letter of what the law predicts: "L", or the name of a formula's own target.
std::string symbol_of_target(const LawFacts& law) {
  return law.target.is_own ? std::string(law.target.symbol) : "L";
}

/// "nats", "bits per character", "in L" where nobody named the unit.
std::string unit_of_errors(const LawRecord& law) {
  const Target target = facts_of(law.law).target;
  if (target.is_own) {
    const bool has_unit = !target.unit.empty() && target.unit != "1";
    return has_unit ? std::string(target.unit) : "in " + std::string(target.symbol);
  }
  return law.loss_unit.empty() ? "in L" : unit_of_difference(law.loss_unit);
}

/// The meaning of a coefficient with the unit that the losses have.
std::string in_own_unit(std::string_view meaning, const LawRecord& law) {
  constexpr std::string_view kNats = ", nats per token";
  if (!meaning.ends_with(kNats) || law.loss_unit == kNatsPerToken) return std::string(meaning);
  const std::string unit = unit_words(law.loss_unit);
  return std::string(meaning.substr(0, meaning.size() - kNats.size())) +
         (unit.empty() ? "" : ", " + unit);
}

/// What the losses are counted in, where that is not nats per token; what else is predicted.
std::string unit_line(const LawRecord& law) {
  const Target target = facts_of(law.law).target;
  if (target.is_own) {
    return fmt::format(
        "  predicts      {}{}{}\n", target.symbol,
        target.meaning.empty() ? "" : ", " + std::string(target.meaning),
        target.unit.empty() || target.unit == "1" ? "" : ", " + std::string(target.unit));
  }
  if (!facts_of(law.law).predicts_loss() || law.loss_unit == kNatsPerToken) return "";
  if (!law.loss_unit.empty()) return "  loss in       " + unit_words(law.loss_unit) + "\n";
  return "  loss in       the unit of the table (taken for nats per token; " + field("loss_unit") +
         " names it)\n";
}

std::string coefficient_table(const api::FitOutcome& outcome,
                              std::span<const CoefficientInfo> coefficients, bool with_profile) {
  TextGrid grid({0, 1, 2, 3, 4, 5});
  const FitReport& report = outcome.report;
  const bool with_draws = !outcome.intervals.empty();
  if (with_draws || with_profile) {
    std::vector<std::string> names{"", ""};
    if (with_draws) names.push_back("95 % interval");
    if (with_profile) names.push_back("95 % profile");
    grid.add(names);
  }
  for (std::size_t p = 0; p < report.coefficients.size(); ++p) {
    const std::string name(coefficients[p].name);
    std::vector<std::string> row{name, format_number(report.coefficients[p])};
    if (with_draws) {
      const EstimatedInterval& interval = outcome.intervals[p];
      const bool known =
          interval.method != IntervalMethod::kNone && !outcome.options.fixed.contains(name);
      row.push_back(known ? interval_text(interval.range.low, interval.range.high) : "");
    }
    if (with_profile) {
      row.emplace_back();
      for (const ProfileInterval& i : report.profile) {
        if (i.coefficient == name) row.back() = interval_text(i.low, i.high);
      }
    }
    row.push_back(in_own_unit(coefficients[p].meaning, outcome.law));
    row.push_back(mark(name, outcome));
    grid.add(row);
  }
  return grid.text("  ") + "\n";
}

std::string minima_table(const api::FitOutcome& outcome,
                         std::span<const CoefficientInfo> coefficients) {
  const FitReport& report = outcome.report;
  if (report.minima.size() < 2) return "";
  TextGrid grid({0});
  const bool planned = !outcome.minima_plans.empty();
  std::vector<std::string> names{"local minimum", "objective", "starts"};
  for (const CoefficientInfo& c : coefficients) names.emplace_back(c.name);
  if (planned) {
    names.push_back(
        fmt::format("plans at {} FLOPs", human_number(outcome.minima_plans[0]->budget)));
  }
  grid.add(names);
  for (std::size_t i = 0; i < report.minima.size(); ++i) {
    std::vector<std::string> row{fmt::format("{}", i + 1),
                                 fmt::format("{:.6g}", report.minima[i].objective),
                                 fmt::format("{}", report.minima[i].num_starts)};
    for (const double c : report.minima[i].coefficients) row.push_back(fmt::format("{:.4g}", c));
    if (planned) {
      const Plan& plan = *outcome.minima_plans[i];
      row.push_back(plan.usable() ? fmt::format("N {}, D {}", human_number(plan.n_law),
                                                human_number(plan.d_tokens))
                                  : to_string(plan.status));
    }
    grid.add(row);
  }
  return "\n" + grid.text("  ");
}

}  // namespace

std::string fit(const api::FitOutcome& outcome, bool with_profile) {
  std::string out;
  const FitReport& report = outcome.report;
  const LawRecord& law = outcome.law;
  const LawFacts own = facts_of(law.law);
  const std::string target = symbol_of_target(own);
  out += fmt::format("{}   {}\n\n", own.name, own.formula) + head(outcome);
  out += coefficient_table(outcome, own.coefficients, with_profile);

  const double delta = outcome.options.huber_delta;
  out += fmt::format("  objective     {}   (sum of {} over {} residuals)\n",
                     format_number(report.objective),
                     std::isfinite(delta) ? "Huber, delta " + format_number(delta) : "squares / 2",
                     outcome.options.residual == Residual::kLog ? "log" : "raw");
  out += std::isfinite(report.rmse_log)
             ? fmt::format("  rms error     {:.5f} in ln {}, {} {}\n", report.rmse_log, target,
                           value_text(report.rmse_nats, 5, own), unit_of_errors(law))
             : fmt::format("  rms error     {} {}\n", value_text(report.rmse_nats, 5, own),
                           unit_of_errors(law));
  if (outcome.seed_noise) {
    out += fmt::format("  noise         {:.5f} in ln {} between repeats of a cell ({} cells)\n",
                       outcome.seed_noise->sd_log, target, outcome.seed_noise->num_cells);
  }
  out += fmt::format("  gradient      {:.2g}   condition number {}\n", report.gradient_norm,
                     std::isfinite(report.condition_number)
                         ? fmt::format("{:.3g}", report.condition_number)
                         : "not finite");
  if (outcome.bootstrap) {
    const BootstrapReport& b = *outcome.bootstrap;
    out +=
        fmt::format("  bootstrap     {} of {} refits certified, of {} {}\n", b.certified,
                    b.resamples, b.num_groups, b.num_groups == report.num_runs ? "runs" : "groups");
    for (const std::string& clause : draws_at_bounds(own, law.draws.bootstrap)) {
      out += fmt::format("{}{}\n", kIndent, clause);
    }
  }
  if (outcome.calibration) {
    out += outcome.calibration->usable()
               ? calibration_text(outcome.calibration->calibration)
               : "  new runs      not calibrated: " + outcome.calibration->refusal + "\n";
  }
  TextGrid ranges({0, 1});
  for (const Variable v : own.variables) {
    const std::string symbol(own.info(v).symbol);
    ranges.add({symbol + std::string(symbol.size() < 12 ? 12 - symbol.size() : 0, ' '),
                range_text(report.ranges[v])});
  }
  const bool asks_sizes = !own.target.is_own && own.own_variables.empty();
  if (asks_sizes || (own.has(Variable::kN) && own.has(Variable::kD))) {
    ranges.add({"D/N         ", range_text(report.ranges.d_per_n)});
  }
  out += ranges.text("  ");
  if (asks_sizes || own.has(Variable::kN)) {
    out += fmt::format("  N means       {}{}\n", to_string(law.n_means),
                       law.expansion ? ", E = " + format_number(*law.expansion) : "");
  }
  out += unit_line(law);
  if (law.expansion && *law.expansion > 1.0) {
    out += "  experts       " + describe_rates({.expansion = law.expansion}) + "\n";
  }
  if (!report.at_bound.empty())
    out += fmt::format("  at bound      {}\n", joined(report.at_bound, ", "));
  out += minima_table(outcome, own.coefficients);

  constexpr std::size_t kShown = 3;
  TextGrid worst({0});
  worst.add({"furthest off", "observed", "fitted", "error"});
  for (std::size_t i = 0; i < std::min(kShown, report.worst.size()); ++i) {
    const RunResidual& r = report.worst[i];
    worst.add({fmt::format("line {}", outcome.runs.line.empty() ? r.run : outcome.runs.line[r.run]),
               value_text(r.observed, 4, own), value_text(r.predicted, 4, own),
               std::isfinite(report.rmse_log)
                   ? fmt::format("{:+.2f} %", 100.0 * std::expm1(r.log_residual))
                   : fmt::format("{:+.4f}", r.predicted - r.observed)});
  }
  return out + "\n" + worst.text("  ");
}

}  // namespace isoflop::text

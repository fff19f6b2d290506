#include "isoflop/text/predict.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/law_variables.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/law.hpp"
#include "text/widening.hpp"

namespace isoflop::text {
namespace {

/// By which width G is.
std::string_view meaning_of_g(GMeaning meaning) {
  switch (meaning) {
    case GMeaning::kDffOverDexpert:
      return "G is 4 d_model / d_expert";
    case GMeaning::kTwoDmodelOverDexpert:
      return "G is 2 d_model / d_expert";
    case GMeaning::kActiveExperts:
      return "G is the number of experts per token";
    case GMeaning::kUnspecified:
      break;
  }
  return "G as the law counts it";
}

/// " (95 % of the curve: 1.96 - 1.98; 95 % of new runs: 1.93 - 2.01)"; nothing without draws.
std::string intervals_of(const api::PredictOutcome& outcome) {
  if (outcome.interval.method == IntervalMethod::kNone) return "";
  const EstimatedInterval& new_run = outcome.new_run.interval;
  const bool any_size = facts_of(outcome.law.law).target.is_own;
  const std::optional<int> decimals = any_size ? std::nullopt : std::optional(4);
  return fmt::format(" (95 % of the curve: {}{})", human_interval(outcome.interval, decimals),
                     new_run.method == IntervalMethod::kNone
                         ? ""
                         : "; 95 % of new runs: " + human_interval(new_run, decimals));
}

/// Behind a loss; nothing where nobody named the unit.
std::string unit_after(const api::PredictOutcome& outcome) {
  if (!outcome.is_loss && !outcome.target_unit.empty() && outcome.target_unit != "1") {
    return " " + outcome.target_unit;
  }
  if (!outcome.is_loss || outcome.law.loss_unit.empty()) return "";
  return " " + unit_words(outcome.law.loss_unit);
}

/// How the interval of a new run came about, or why there is none.
std::string note_on_new_run(const api::PredictOutcome& outcome) {
  const LawRecord& law = outcome.law;
  if (outcome.interval.method == IntervalMethod::kNone) return "";
  if (!law.scatter.is_known()) {
    return "note: new runs scatter about the curve, and this law file does not say how far; "
           "'isoflop fit' writes that\n";
  }
  if (!law.calibration) return "";
  return "note: " + widening_text(law, outcome.new_run) + "\n";
}

/// "loss 2.9509 nats per token   N = 2.15B, D = 33B (hoffmann2022; N is total)"
std::string headline(const api::PredictOutcome& outcome) {
  std::string run;
  for (const VariableInfo& v : kVariables) {
    const double x = outcome.values[index_of(v.id)];
    if (std::isnan(x)) continue;
    run += fmt::format("{}{} = {}", run.empty() ? "" : ", ", v.symbol, human_number(x));
  }
  for (const VariableInfo& v : facts_of(outcome.law.law).own_variables) {
    run += fmt::format("{}{} = {}", run.empty() ? "" : ", ", v.symbol,
                       human_number(outcome.values[index_of(v.id)]));
  }
  const std::string n_means = law_has_variable(outcome.law, Variable::kN)
                                  ? fmt::format("; N is {}", to_string(outcome.law.n_means))
                                  : "";
  const std::string g_means = law_has_variable(outcome.law, Variable::kG)
                                  ? fmt::format("; {}", meaning_of_g(outcome.law.g_means))
                                  : "";
  const bool any_size = facts_of(outcome.law.law).target.is_own;
  return fmt::format("{} {}{}{}   {} ({}{}{})\n", outcome.is_loss ? "loss" : outcome.target_symbol,
                     any_size ? human_number(outcome.value) : fmt::format("{:.4f}", outcome.value),
                     intervals_of(outcome), unit_after(outcome), run, outcome.request.law.law,
                     n_means, g_means);
}

/// Where a rate of experts refers to the width of a dense layer that nobody said.
std::string by_law_width(const LawRecord& law) {
  return std::isnan(common_granularity_per(law.g_means)) ? "" : ", d_ff = 4 d_model";
}

}  // namespace

std::string predict(const api::PredictOutcome& outcome) {
  const LawRecord& law = outcome.law;
  std::string out = headline(outcome);
  if (outcome.bits_per_byte) {
    out += fmt::format("{:.4f} bits per byte at {} bytes per token\n", *outcome.bits_per_byte,
                       format_number(*law.bytes_per_token));
  }
  for (const std::string& how : outcome.conversions) out += "converted: " + how + "\n";
  if (outcome.layer) {
    out += "experts: " + describe_experts(*outcome.layer) + "\n";
  } else if (outcome.rates) {
    out += "experts: " + describe_rates(*outcome.rates) + by_law_width(law) + "\n";
  }
  for (const api::PredictFigure& figure : outcome.figures) {
    out += fmt::format("{}: {}\n", figure.meaning, human_number(figure.value));
  }
  if (!outcome.outside.empty()) {
    out += fmt::format("note: beyond the runs behind this law in {}\n",
                       fmt::join(outcome.outside, ", "));
  }
  if (outcome.contradicting_expansion) {
    out +=
        fmt::format("note: the law holds for E = {}, this shape has E = {}{}\n",
                    format_number(*law.expansion), format_number(*outcome.contradicting_expansion),
                    outcome.layer ? fmt::format(", {} experts over {} per token",
                                                outcome.layer->num_experts, outcome.layer->top_k)
                                  : "");
  }
  out += note_on_new_run(outcome);
  if (outcome.is_loss && law.loss_unit.empty()) {
    out += "note: the loss is in the unit of the runs behind this law, which nobody named\n";
  }
  for (const std::string& note : outcome.notes) out += "note: " + note + "\n";
  for (const std::string& note : notes_on_fit(law)) out += "note: " + note + "\n";
  return out;
}

}  // namespace isoflop::text

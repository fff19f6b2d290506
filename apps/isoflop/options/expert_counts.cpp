#include "apps/isoflop/options/expert_counts.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/experts.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/convention/granularity.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); }

}  // namespace

std::string count_text(double count) {
  const double whole = std::round(count);
  const bool is_whole = std::abs(count - whole) <= 1e-9 * count;
  return is_whole && whole < 1e15 ? std::to_string(std::llround(whole)) : human_number(count);
}

void ExpertCountArguments::add(CLI::App& command) {
  auto option = [&](const char* flag, std::string& value, const char* meaning) {
    command.add_option(flag, value, meaning)->type_name("X");
  };
  option("--k0", k0, "experts per token before splitting, K = k0 G; laws of experts hold for 1");
  option("--num-experts", num_experts, "E' = E G: actual number of experts per block");
  option("--top-k", top_k, "K = k0 G: experts that each token goes to");
  option("--expert-width", expert_width, "n = d_ff / G: refused here, because d_ff is chosen");
}

bool ExpertCountArguments::any_given() const {
  return !(k0.empty() && num_experts.empty() && top_k.empty() && expert_width.empty());
}

void ExpertCountArguments::settle(const LawRecord& law, std::string& expansion,
                                  std::string& granularity) const {
  if (!any_given()) return;
  if (!expert_width.empty()) {
    throw UsageError(
        "--expert-width: a plan chooses d_ff, so a width says nothing of G; give --granularity, or "
        "--top-k, which is G at k0 = 1");
  }
  ExpertWords words = words_with(expansion, granularity);
  if (!words.expansion) words.expansion = law.expansion;
  const bool with_g = has_granularity(law);
  if (!with_g && !words.granularity) words.granularity = 1.0;
  const ExpertRates rates = rates_of(words);
  require_unsplit(rates);
  if (rates.expansion) expansion = format_number(*rates.expansion);
  if (with_g && rates.granularity) granularity = format_number(*rates.granularity);
}

void ExpertCountArguments::settle_runs(std::string& expansion) const {
  if (!any_given()) return;
  if (!expert_width.empty()) {
    throw UsageError("--expert-width says nothing of E: add --num-experts and --top-k instead");
  }
  const ExpertRates rates = rates_of(words_with(expansion, ""));
  require_unsplit(rates);
  if (!rates.expansion) throw UsageError("--top-k alone leaves E open: add --num-experts");
  expansion = format_number(*rates.expansion);
}

ExpertWords ExpertCountArguments::words_with(const std::string& expansion,
                                             const std::string& granularity) const {
  ExpertArguments all;
  all.expansion = expansion;
  if (parse_number(granularity)) all.granularity = granularity;
  all.k0 = k0;
  all.num_experts = num_experts;
  all.top_k = top_k;
  return all.words();
}

void require_unsplit(const ExpertRates& rates) {
  if (std::abs(rates.k0 - 1.0) <= 1e-9) return;
  throw UsageError("k0 = " + format_number(rates.k0) +
                   ": the laws hold for k0 = 1, one expert per token before splitting");
}

ExpertRates rates_of(const ExpertWords& words) {
  try {
    return settle_rates(words);
  } catch (const InvalidArgument& fault) {
    throw UsageError(fault.what());
  }
}

std::string describe_rates(const ExpertRates& rates, std::optional<double> d_ff) {
  auto rate = [](const std::optional<double>& x) {
    return x ? " = " + human_number(*x) : std::string(" open");
  };
  std::string out = "E" + rate(rates.expansion) + ", G" + rate(rates.granularity) +
                    ", k0 = " + human_number(rates.k0) + ": E' = E G";
  if (rates.num_experts()) out += " = " + count_text(*rates.num_experts());
  out += " experts of width n = d_ff / G";
  if (rates.granularity && d_ff) {
    out += " = " + count_text(std::round(*d_ff / *rates.granularity));
  }
  return out + ", K = " + (rates.top_k() ? count_text(*rates.top_k()) : "k0 G") + " per token";
}

nlohmann::ordered_json rates_to_json(const ExpertRates& rates, std::optional<double> d_ff) {
  std::optional<double> width;
  if (d_ff && rates.granularity) width = *d_ff / *rates.granularity;
  return {{"E", number_or_null(rates.expansion)},
          {"G", number_or_null(rates.granularity)},
          {"k0", rates.k0},
          {"num_experts", number_or_null(rates.num_experts())},
          {"expert_width", number_or_null(width)},
          {"top_k", number_or_null(rates.top_k())},
          {"d_ff", number_or_null(d_ff)}};
}

std::optional<ExpertRates> rates_of_law(const PlanProblem& request) {
  const std::optional<double>& expansion = request.law.expansion;
  const bool with_g = has_granularity(request.law);
  if (!expansion ? !with_g : *expansion == 1.0 && !with_g) return std::nullopt;
  ExpertRates out;
  out.expansion = expansion;
  if (!with_g) out.granularity = 1.0;
  if (with_g && request.search.search == GranularitySearch::kFixed) {
    out.granularity = request.search.granularity;
  }
  return out;
}

std::optional<ExpertRates> rates_of_plan(const PlanProblem& request, const Plan& plan) {
  std::optional<ExpertRates> out = rates_of_law(request);
  if (out && std::isfinite(plan.granularity)) out->granularity = plan.granularity;
  return out;
}

std::optional<double> d_ff_per_d_model(const PlanProblem& request) {
  if (request.law.family) return std::nullopt;
  const bool gated = request.time && request.time->setup().activation == Activation::kSwiGlu;
  return gated ? request.shape.feed_forward / 3.0 : kDffPerDmodel;
}

std::optional<double> d_ff_of_plan(const PlanProblem& request, const Plan& plan) {
  const std::optional<double> ratio = d_ff_per_d_model(request);
  if (!ratio || !std::isfinite(plan.d_model)) return std::nullopt;
  return *ratio * plan.d_model;
}

}  // namespace isoflop::app

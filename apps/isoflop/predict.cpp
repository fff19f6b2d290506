// isoflop predict: the loss that a law gives for one run.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <span>

#include "apps/isoflop/options/expert_counts.hpp"
#include "apps/isoflop/options/law.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/experts.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/convention/of_rates.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  LawArguments law;
  std::array<std::string, kNumVariables> values;
  std::string shape;
  ExpertArguments experts;
  bool json = false;
};

struct Prediction {
  double value;
  EstimatedInterval interval;  ///< 95 %, where the law has draws
  std::vector<LawFigure> extra;
};

template <Law L>
Prediction predict(const L& own, const LawRecord& law,
                   const std::array<double, kNumVariablesOf<L>>& x) {
  auto losses = [&](const std::vector<std::vector<double>>& draws) {
    std::vector<double> out;
    for (const auto& coefficients : draws) out.push_back(loss(own, coefficients, x));
    return out;
  };
  std::array<double, kNumVariablesOf<L>> log_x{};
  for (std::size_t v = 0; v < variables_of(own).size(); ++v) log_x[v] = log_value(x[v]);
  const double best = loss(own, law.coefficients, x);
  return {best, draw_interval(losses(law.draws.bootstrap), best, losses(law.draws.jackknife), 0.95),
          figures_of(own, to_axis(own, law.coefficients), log_x)};
}

/// Of the words: rates where there is no shape, else changes to the shape.
std::optional<ExpertRates> settle_experts(const Arguments& arguments, const LawRecord& law,
                                          std::optional<ModelShape>& shape) {
  if (shape) {
    if (arguments.experts.any_given()) {
      std::optional<std::uint64_t> d_ff;
      if (shape->d_ff > 0) d_ff = shape->d_ff;
      std::optional<ExpertLayer> base;
      if (shape->is_routed()) base = expert_layer(*shape);
      set_experts(*shape, arguments.experts.resolve(d_ff, base));
      require_consistent(*shape);
    }
    return std::nullopt;
  }
  if (!arguments.experts.any_given()) return std::nullopt;
  ExpertWords words = arguments.experts.words();
  const std::string& own = arguments.values[index_of(Variable::kE)];
  if (!own.empty()) {
    if (words.expansion) throw UsageError("give --e or --expansion, not both");
    words.expansion = number_argument("--e", own);
  }
  const bool has_e = law_has_variable(law, Variable::kE);
  const bool of_ratio = law_has_variable(law, Variable::kS) || law_has_variable(law, Variable::kA);
  if (!has_e && !of_ratio && !has_granularity(law) && !law.expansion) {
    throw UsageError(
        fmt::format("the law {} knows nothing of experts, so E, G and counts of them "
                    "say nothing to it",
                    law.law.name()));
  }
  if (!words.expansion) words.expansion = law.expansion;
  const ExpertRates rates = settle_rates(words);
  if (law.expansion && rates.expansion &&
      std::abs(*rates.expansion - *law.expansion) > 1e-9 * *law.expansion) {
    throw UsageError(fmt::format("E = {} contradicts {}, which holds for E = {}",
                                 format_number(*rates.expansion), arguments.law.name(),
                                 format_number(*law.expansion)));
  }
  if (!of_ratio) require_unsplit(rates);
  if (!has_granularity(law) && !of_ratio && rates.granularity && *rates.granularity != 1.0) {
    throw UsageError(fmt::format("G = {}: the law {} has no granularity, it holds for G = 1",
                                 format_number(*rates.granularity), law.law.name()));
  }
  return rates;
}

int run(const Arguments& arguments) {
  const LawRecord law = arguments.law.load();
  nlohmann::ordered_json out;
  out["format"] = "isoflop.predict/1";
  out["law"] = arguments.law.name();
  nlohmann::ordered_json extrapolates = nlohmann::ordered_json::array();
  std::string inputs, outside;
  std::string caution;
  std::vector<std::string> conversions;
  std::optional<ModelShape> shape;
  auto values = PlanProblem::nothing_given();
  if (!arguments.shape.empty()) shape = read_model_config(arguments.shape);
  const std::optional<ExpertRates> rates = settle_experts(arguments, law, shape);
  auto flag_outside = [&](std::string_view symbol, const std::optional<Range>& range, double x) {
    if (!range || range->contains(x)) return;
    outside += fmt::format("{}{}", outside.empty() ? "" : ", ", symbol);
    extrapolates.push_back(symbol);
  };
  const Prediction predicted = visit_law(law.law, [&]<Law L>(const L& own) {
    std::array<double, kNumVariablesOf<L>> x{};
    const std::span<const Variable> variables = variables_of(own);
    for (const VariableInfo& v : kVariables) {
      const std::string& text = arguments.values[index_of(v.id)];
      const std::string flag = "--" + std::string(v.key);
      const auto place = std::find(variables.begin(), variables.end(), v.id);
      if (place == variables.end()) {
        if (!text.empty()) {
          throw UsageError(fmt::format("{} is not a variable of the law {}: {}", flag, name_of(own),
                                       formula_of(own)));
        }
        continue;
      }
      std::optional<Converted> converted;
      if (text.empty() && shape) converted = from_shape(law, v.id, *shape);
      if (rates) {
        const auto said = from_rates(law, v.id, *rates);
        if (said && !text.empty() && v.id != Variable::kE) {
          throw UsageError(
              fmt::format("give {} or {}, not both", flag,
                          v.id == Variable::kG ? "--granularity" : "rates of experts"));
        }
        if (text.empty()) converted = said;
      }
      const bool as_said = converted && rates && v.id == Variable::kE;
      if (converted && !as_said) conversions.push_back(converted->how);
      if (text.empty() && !converted) {
        throw UsageError(fmt::format("the law {} needs {} ({})", name_of(own), flag, v.meaning));
      }
      const double value = converted ? converted->value : variable_argument(v, text);
      if (v.id == Variable::kG && value < 1.0) throw UsageError("--g must be at least 1");
      x[static_cast<std::size_t>(place - variables.begin())] = value;
      out[std::string(v.key)] = value;
      values[index_of(v.id)] = value;
      inputs += fmt::format("{}{} = {}", inputs.empty() ? "" : ", ", v.symbol, human_number(value));
      flag_outside(v.symbol, law.ranges[v.id], value);
    }
    auto at = [&](Variable v) {
      const auto place = std::find(variables.begin(), variables.end(), v);
      return place == variables.end() ? std::numeric_limits<double>::quiet_NaN()
                                      : x[static_cast<std::size_t>(place - variables.begin())];
    };
    if (shape && law.expansion) {
      const double expansion = from_shape(law, Variable::kE, *shape)->value;
      if (std::abs(expansion - *law.expansion) > 1e-9 * expansion) {
        caution = fmt::format("note: the law holds for E = {}, this shape has E = {}\n",
                              format_number(*law.expansion), format_number(expansion));
        outside += outside.empty() ? "E" : ", E";
        extrapolates.push_back("E");
      }
    }
    const double d_per_n = at(Variable::kD) / at(Variable::kN);
    if (!std::isnan(d_per_n)) flag_outside("D/N", law.ranges.d_per_n, d_per_n);
    return predict(own, law, x);
  });
  const Target target = visit_law(law.law, [](const auto& own) { return target_of(own); });
  const bool is_loss = target.key == kLossTarget.key;
  out[std::string(target.key)] = predicted.value;
  if (is_loss && law.bytes_per_token) {
    out["bits_per_byte"] = predicted.value / (std::numbers::ln2 * *law.bytes_per_token);
  }
  for (const LawFigure& extra : predicted.extra) out[std::string(extra.key)] = extra.value;
  out["interval"] = nullptr;
  if (predicted.interval.method != IntervalMethod::kNone) {
    out["interval"] = {predicted.interval.range.low, predicted.interval.range.high};
  }
  out["extrapolates"] = extrapolates;
  if (!conversions.empty()) out["conversions"] = conversions;
  std::string experts;
  if (shape && shape->is_routed()) {
    out["experts"] = experts_to_json(expert_layer(*shape));
    experts = describe_experts(expert_layer(*shape));
  } else if (rates || (law.expansion && *law.expansion > 1.0)) {
    const ExpertRates all = rates.value_or(rates_at(law, values));
    out["experts"] = rates_to_json(all);
    experts = describe_rates(all);
  }
  if (arguments.json) {
    print(json_text(out));
    return 0;
  }
  const std::string interval =
      predicted.interval.method == IntervalMethod::kNone
          ? ""
          : fmt::format(" (95 %: {})", human_interval(predicted.interval, 4));
  const std::string n_means =
      law_has_variable(law, Variable::kN) ? fmt::format("; N is {}", to_string(law.n_means)) : "";
  std::string text = fmt::format("{} {:.4f}{}{}   {} ({}{})\n", is_loss ? "loss" : target.symbol,
                                 predicted.value, interval, is_loss ? " nats per token" : "",
                                 inputs, arguments.law.name(), n_means);
  if (out.contains("bits_per_byte")) {
    text += fmt::format("{:.4f} bits per byte at {} bytes per token\n",
                        out["bits_per_byte"].get<double>(), format_number(*law.bytes_per_token));
  }
  for (const std::string& how : conversions) text += "converted: " + how + "\n";
  if (!experts.empty()) text += "experts: " + experts + "\n";
  for (const LawFigure& extra : predicted.extra) {
    text += fmt::format("{}: {}\n", extra.meaning, human_number(extra.value));
  }
  if (!outside.empty()) {
    text += fmt::format("note: beyond the runs behind this law in {}\n", outside);
  }
  text += caution;
  for (const std::string& note : notes_on_fit(law)) text += "note: " + note + "\n";
  print(text);
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("predict", "The loss that a law gives for one run");
  arguments->law.add_law(*command);
  for (const VariableInfo& v : kVariables) {
    command
        ->add_option(
            "--" + std::string(v.key), arguments->values[index_of(v.id)],
            std::string(v.symbol) + ", " + std::string(v.meaning) + ", as the law counts them")
        ->type_name("X");
  }
  command
      ->add_option("--shape", arguments->shape,
                   "a model's config.json: N, G, E, S and A follow from it, as the law counts them")
      ->type_name("FILE");
  arguments->experts.add(*command);
  command->add_flag("--accept-unconverged", arguments->law.accept_unconverged,
                    "use a fit that did not converge");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.predict/1) and nothing else");
  command->footer("Example:\n  isoflop predict krajewski2024-e64 --n 4.3B --d 28.9B --g 16");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app

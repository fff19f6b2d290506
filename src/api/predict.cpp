#include "isoflop/api/predict.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "api/own_values.hpp"
#include "api/predict_fields.hpp"
#include "isoflop/convention/law_variables.hpp"
#include "isoflop/convention/of_rates.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/laws/new_run.hpp"

namespace isoflop::api {
namespace {

using Values = std::array<double, kNumVariables>;

/// What a prediction is made from.
struct Settled {
  std::optional<ModelShape> shape;
  std::vector<std::string> notes;    ///< on its file
  std::optional<ExpertRates> rates;  ///< that were said, where there is no shape
};

/// Of the words: changes to the shape.
void change_experts(ModelShape& shape, const ExpertWords& words) {
  if (!words.any()) return;
  ExpertWords all = words;
  if (shape.d_ff > 0) all.d_ff = shape.d_ff;
  set_experts(shape,
              resolve_experts(shape.is_routed() ? filled_in(all, expert_layer(shape)) : all));
  require_consistent(shape);
}

/// Of the words: rates that the law is asked at.
std::optional<ExpertRates> asked_rates(const PredictRequest& request, const LawRecord& law) {
  if (!request.experts.any()) return std::nullopt;
  ExpertWords words = request.experts;
  if (const auto& own = request.values[index_of(Variable::kE)]) {
    if (words.expansion) {
      throw InvalidArgument("expansion",
                            "give " + field("e") + " or " + field("expansion") + ", not both");
    }
    words.expansion = own;
  }
  if (!knows_experts(law)) {
    throw InvalidArgument("the law " + law.law.name() +
                          " knows nothing of experts, so E, G and counts of them say nothing to "
                          "it");
  }
  if (!words.expansion) words.expansion = law.expansion;
  const ExpertRates rates = settle_rates(words);
  require_holds_at(law, request.law.law, rates);
  return rates;
}

Settled settle(const PredictRequest& request, const LawRecord& law) {
  Settled out;
  if (request.shape.empty()) {
    out.rates = asked_rates(request, law);
  } else {
    ModelConfig read = read_model(request.shape);
    out.shape = read.shape;
    out.notes = std::move(read.notes);
    change_experts(*out.shape, request.experts);
  }
  return out;
}

/// A variable that was not given, from what was settled; throws where it was given all the same.
std::optional<Converted> converted(const LawRecord& law, Variable variable, bool is_given,
                                   const Settled& settled) {
  if (settled.shape && !is_given) return from_shape(law, variable, *settled.shape);
  if (!settled.rates) return std::nullopt;
  const auto said = from_rates(law, variable, *settled.rates);
  if (said && is_given && variable != Variable::kE) {
    const auto key = info(variable).key;
    throw InvalidArgument(
        key, "give " + field(key) + " or " +
                 (variable == Variable::kG ? field("granularity") : "rates of experts") +
                 ", not both");
  }
  return is_given ? std::nullopt : said;
}

void note_outside(PredictOutcome& out, std::string_view symbol, const std::optional<Range>& range,
                  double x) {
  if (range && !range->contains(x)) out.outside.emplace_back(symbol);
}

/// The value of one variable of the law.
double take_variable(PredictOutcome& out, const VariableInfo& v, const std::string& law_name,
                     const Settled& settled) {
  const auto& given = out.request.values[index_of(v.id)];
  const auto from = converted(out.law, v.id, given.has_value(), settled);
  const bool as_said = settled.rates && v.id == Variable::kE;
  if (from && !as_said) out.conversions.push_back(from->how);
  if (!given && !from) {
    throw InvalidArgument(v.key, "the law " + law_name + " needs " + field(v.key) + " (" +
                                     std::string(v.meaning) + ")");
  }
  const double value = from ? from->value : *given;
  if (v.id == Variable::kG && value < 1.0) {
    throw InvalidArgument("g", field("g") + " must be at least 1");
  }
  note_outside(out, v.symbol, out.law.ranges[v.id], value);
  return value;
}

/// The value of a variable that the law declares.
double take_own(PredictOutcome& out, const LawFacts& law, const VariableInfo& v) {
  const double value = out.values[index_of(v.id)];
  if (std::isnan(value)) {
    throw InvalidArgument("set", "the law " + std::string(law.name) + " needs " + needed_own(v));
  }
  note_outside(out, v.symbol, out.law.ranges[v.id], value);
  return value;
}

/// Where the law holds for another E than that of the shape.
void compare_expansion(PredictOutcome& out, const ModelShape& shape) {
  if (!out.law.expansion) return;
  const double expansion = from_shape(out.law, Variable::kE, shape)->value;
  if (std::abs(expansion - *out.law.expansion) <= 1e-9 * expansion) return;
  out.contradicting_expansion = expansion;
  out.outside.emplace_back("E");
}

/// Everything that only the law itself knows.
void ask(PredictOutcome& out, const Settled& settled) {
  const LawFacts law = facts_of(out.law.law);
  std::vector<double> x(law.variables.size());
  for (const VariableInfo& v : kVariables) {
    const auto place = std::find(law.variables.begin(), law.variables.end(), v.id);
    if (place != law.variables.end()) {
      const double value = take_variable(out, v, std::string(law.name), settled);
      out.values[index_of(v.id)] = value;
      x[static_cast<std::size_t>(place - law.variables.begin())] = value;
    } else if (out.request.values[index_of(v.id)]) {
      throw InvalidArgument(v.key, field(v.key) + " is not a variable of the law " +
                                       std::string(law.name) + ": " + std::string(law.formula));
    }
  }
  set_own(law, out.request.set, out.values);
  for (std::size_t v = 0; v < x.size(); ++v) {
    if (is_own(law.variables[v])) x[v] = take_own(out, law, law.info(law.variables[v]));
  }
  if (settled.shape) compare_expansion(out, *settled.shape);
  auto losses = [&](const std::vector<std::vector<double>>& draws) {
    std::vector<double> all;
    for (const auto& coefficients : draws) all.push_back(loss(out.law.law, coefficients, x));
    return all;
  };
  out.value = loss(out.law.law, out.law.coefficients, x);
  out.interval = draw_interval(losses(out.law.draws.bootstrap), out.value,
                               losses(out.law.draws.jackknife), 0.95);
  for (const LawFigure& figure : figures_of(out.law.law, out.law.coefficients, x)) {
    out.figures.push_back({std::string(figure.key), std::string(figure.meaning), figure.value});
  }
  std::vector<double> drawn = losses(out.law.draws.bootstrap);
  for (double& on_curve : drawn) on_curve = std::log(on_curve);
  out.new_run = new_run_loss(out.law, std::log(out.value), drawn, out.values);
  out.target_key = law.target.key;
  out.target_symbol = law.target.symbol;
  out.target_unit = law.target.unit;
  out.is_loss = law.predicts_loss();
}

void add_experts(PredictOutcome& out, const Settled& settled) {
  const auto& expansion = out.law.expansion;
  if (settled.shape && settled.shape->is_routed()) {
    out.layer = expert_layer(*settled.shape);
  } else if (settled.rates || (expansion && *expansion > 1.0)) {
    out.rates = settled.rates ? *settled.rates : rates_at(out.law, out.values);
  }
}

}  // namespace

PredictOutcome predict(const PredictRequest& request, const Context&) {
  PredictOutcome out = predict_from(load_law(request.law), request);
  out.inputs = inputs_of(request);
  return out;
}

PredictOutcome predict_from(LawRecord law, const PredictRequest& request) {
  PredictOutcome out;
  out.request = request;
  out.law = std::move(law);
  out.values.fill(std::nan(""));
  const Settled settled = settle(request, out.law);
  out.notes = settled.notes;
  ask(out, settled);
  const double d_per_n = out.values[index_of(Variable::kD)] / out.values[index_of(Variable::kN)];
  if (!std::isnan(d_per_n)) note_outside(out, "D/N", out.law.ranges.d_per_n, d_per_n);
  const std::string& unit = out.law.loss_unit;
  if (out.is_loss && out.law.bytes_per_token && (unit.empty() || unit == kNatsPerToken)) {
    out.bits_per_byte = out.value / (std::numbers::ln2 * *out.law.bytes_per_token);
  }
  add_experts(out, settled);
  return out;
}

}  // namespace isoflop::api

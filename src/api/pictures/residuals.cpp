// Residuals ln(loss / loss by the law) of every run over what the law predicts and over each of its
// variables: where they bend, the law is wrong; where they spread, the runs are noisy.
#include <cmath>

#include "api/pictures/law_runs.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {

namespace {

Figure draw_residuals(const PictureInput& input, const FigureRequest&, const Context&) {
  const LawRuns law = require_law_runs(input);
  const LawFacts facts = law.facts();
  std::vector<double> per_cent;
  double sum = 0.0, weights = 0.0, worst = 0.0;
  std::size_t farthest = 0;
  for (std::size_t i = 0; i < law.num_runs(); ++i) {
    const double off = std::log(law.runs.loss[i] / law.predicted[i]);
    if (!std::isfinite(off))
      throw DataError(input.origin, "has losses of zero or below, which have no logarithm");
    per_cent.push_back(100.0 * off);
    const double weight = law.runs.weight.empty() ? 1.0 : law.runs.weight[i];
    sum += weight * off * off;
    weights += weight;
    if (std::abs(off) > worst) {
      worst = std::abs(off);
      farthest = i;
    }
  }
  if (!(weights > 0.0)) throw DataError(input.origin, "has no run of a weight above zero");
  const double rms = 100.0 * std::sqrt(sum / weights);
  const std::vector<std::string> names = run_names(law);

  Figure out{"residuals", "How far the runs lie from the law", ""};
  out.description = "The law " + law.name + " misses its " + std::to_string(law.num_runs()) +
                    " runs by " + in_words(rms) +
                    " % (root mean square), the one farthest off by " +
                    in_words(per_cent[farthest]) + " % (" + names[farthest] + ").";
  const auto add = [&](Axis x, const std::vector<double>& values) {
    Panel& panel = out.panels.emplace_back();
    panel.row = (out.panels.size() - 1) / 2;
    panel.column = (out.panels.size() - 1) % 2;
    panel.x = std::move(x);
    panel.y = {"ln (" + std::string(facts.target.key) + " / that of the law)", "%"};
    std::vector<double> shown = per_cent;
    shown.insert(shown.end(), {-1.2 * rms, 1.2 * rms});
    fit_axis(panel.y, shown);
    Series zero{Mark::kRule, Role::kLaw, "the law"};
    zero.y = {0.0};
    Series spread{Mark::kRule, Role::kReference, "root mean square"};
    spread.y = {-rms, rms};
    panel.series = {zero, spread, {Mark::kPoints, Role::kData, "runs", values, per_cent}};
    panel.series.back().names = names;
  };
  Axis predicted = target_axis(law, law.predicted);
  predicted.label += " by the law";
  add(predicted, law.predicted);
  for (const Variable v : facts.variables) {
    add(variable_axis(law, v, law.runs.column(v)), law.runs.column(v));
  }
  return out;
}

}  // namespace

Picture residuals_picture() {
  return {{"residuals", "how far each run lies from the law", {kLawFormat, kFirstLawFormat}},
          draw_residuals};
}

}  // namespace isoflop::api

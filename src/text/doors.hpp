// What a verb is to a front that shows it to people: its outcome as JSON, as text, and what else it
// writes. A list of doors names its verbs; there is one of all verbs (call.cpp) and one of those
// that a page in a browser has (web/page.cpp).
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/json_file.hpp"
#include "isoflop/error.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/figure/table.hpp"
#include "isoflop/figure/vega_lite.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/backtest.hpp"
#include "isoflop/text/call.hpp"
#include "isoflop/text/consensus.hpp"
#include "isoflop/text/envelope.hpp"
#include "isoflop/text/figure.hpp"
#include "isoflop/text/fit.hpp"
#include "isoflop/text/frontier.hpp"
#include "isoflop/text/granularity.hpp"
#include "isoflop/text/laws.hpp"
#include "isoflop/text/next_runs.hpp"
#include "isoflop/text/plan.hpp"
#include "isoflop/text/predict.hpp"
#include "isoflop/text/profiles.hpp"
#include "isoflop/text/reproduce.hpp"
#include "isoflop/text/sensitivity.hpp"
#include "isoflop/text/shape.hpp"
#include "isoflop/text/sweep.hpp"

namespace isoflop::text::detail {

using Json = nlohmann::ordered_json;

inline std::string lines_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

inline void show(const api::FitOutcome& outcome, Shown& out) {
  if (!outcome.has_law()) {
    out.text = lines_of(outcome.report.reasons);
    return;
  }
  out.text = fit(outcome, false);
  out.more.emplace_back("profile", fit(outcome, true));
}
inline void show(const api::ProfilesOutcome& outcome, Shown& out) {
  out.text = profiles(outcome);
  if (outcome.law) out.more.emplace_back("law", json_text(profiles_law_json(outcome)));
}
inline void show(const api::EnvelopeOutcome& outcome, Shown& out) {
  out.text = envelope(outcome);
  out.more.emplace_back("csv", envelope_csv(outcome));
}
inline void show(const api::SweepOutcome& outcome, Shown& out) {
  out.text = sweep(outcome);
  out.more.emplace_back("csv", sweep_csv(outcome));
  for (const api::SweepRun& run : outcome.runs) {
    if (run.launch.empty()) continue;
    out.more.emplace_back("launch/" + run.name + launch_ending(outcome), run.launch);
  }
}
inline void show(const api::PlanOutcome& outcome, Shown& out) {
  out.text = plan(outcome);
  if (!outcome.launch.empty()) out.more.emplace_back("launch", outcome.launch);
}
inline void show(const api::FrontierOutcome& outcome, Shown& out) {
  out.text = frontier(outcome);
  out.more.emplace_back("csv", frontier_csv(outcome));
}
inline void show(const api::NextRunsOutcome& outcome, Shown& out) {
  out.text = next_runs(outcome);
  out.more.emplace_back("csv", next_runs_csv(outcome));
}
inline void show(const api::SensitivityOutcome& outcome, Shown& out) {
  out.text = outcome.has_fit() ? sensitivity(outcome) : lines_of(outcome.reasons);
}
inline void show(const api::ShapeOutcome& outcome, Shown& out) {
  out.text = shape(outcome);
  out.more.emplace_back("config", json_text(config_json(outcome)));
}
inline void show(const api::FigureOutcome& outcome, Shown& out) {
  out.text = figure(outcome);
  out.more.emplace_back("svg", figure_svg(outcome.figure));
  out.more.emplace_back("vega-lite", json_text(figure_vega_lite(outcome.figure)));
  out.more.emplace_back("csv", figure_csv(outcome.figure));
}
inline void show(const api::PredictOutcome& outcome, Shown& out) { out.text = predict(outcome); }
inline void show(const api::GranularityOutcome& outcome, Shown& out) {
  out.text = granularity(outcome);
}
inline void show(const api::ConsensusOutcome& outcome, Shown& out) {
  out.text = consensus(outcome);
}
inline void show(const api::BacktestOutcome& outcome, Shown& out) { out.text = backtest(outcome); }
inline void show(const api::LawsOutcome& outcome, Shown& out) { out.text = laws(outcome); }
inline void show(const api::ReproduceOutcome& outcome, Shown& out) {
  out.text = reproduce(outcome);
}

/// A verb that is shown to people.
struct Door {
  std::string_view verb;
  Shown (*open)(const Json& request, const api::Context& context);
};

template <auto read_request, auto do_verb>
Shown through(const Json& request, const api::Context& context) {
  const auto outcome = do_verb(read_request(request), context);
  Shown out;
  out.json = json_text(to_json(outcome));
  out.usable = outcome.usable();
  show(outcome, out);
  return out;
}

/// Through the one of these doors whose verb the request names. Throws as text::call() does.
template <class Doors>
Shown open(const Doors& doors, std::string_view request_json, const api::Context& context) {
  const Json request = isoflop::detail::parse_json(request_json, "request");
  std::string verb;
  if (request.is_object() && request.contains("verb") && request["verb"].is_string()) {
    verb = request["verb"].get<std::string>();
  }
  const auto door =
      std::find_if(doors.begin(), doors.end(), [&](const Door& d) { return d.verb == verb; });
  if (door == doors.end()) {
    throw InvalidArgument("verb", "there is no verb \"" + verb + "\" that is shown to people");
  }
  return door->open(request, context);
}

}  // namespace isoflop::text::detail

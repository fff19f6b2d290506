#include "isoflop/text/call.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "isoflop/error.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/figure/table.hpp"
#include "isoflop/figure/vega_lite.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/backtest.hpp"
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

namespace isoflop::text {
namespace {

using Json = nlohmann::ordered_json;

std::string lines_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

void show(const api::FitOutcome& outcome, Shown& out) {
  out.more.emplace_back("runs", json_text(fitted_runs_json(outcome)));
  if (!outcome.has_law()) {
    out.text = lines_of(outcome.report.reasons);
    return;
  }
  out.text = fit(outcome, false);
  out.more.emplace_back("profile", fit(outcome, true));
}
void show(const api::ProfilesOutcome& outcome, Shown& out) {
  out.text = profiles(outcome);
  if (outcome.law) out.more.emplace_back("law", json_text(profiles_law_json(outcome)));
}
void show(const api::EnvelopeOutcome& outcome, Shown& out) {
  out.text = envelope(outcome);
  out.more.emplace_back("csv", envelope_csv(outcome));
}
void show(const api::SweepOutcome& outcome, Shown& out) {
  out.text = sweep(outcome);
  out.more.emplace_back("csv", sweep_csv(outcome));
  for (const api::SweepRun& run : outcome.runs) {
    if (run.launch.empty()) continue;
    out.more.emplace_back("launch/" + run.name + launch_ending(outcome), run.launch);
  }
}
void show(const api::PlanOutcome& outcome, Shown& out) {
  out.text = plan(outcome);
  if (!outcome.launch.empty()) out.more.emplace_back("launch", outcome.launch);
}
void show(const api::FrontierOutcome& outcome, Shown& out) {
  out.text = frontier(outcome);
  out.more.emplace_back("csv", frontier_csv(outcome));
}
void show(const api::NextRunsOutcome& outcome, Shown& out) {
  out.text = next_runs(outcome);
  out.more.emplace_back("csv", next_runs_csv(outcome));
}
void show(const api::SensitivityOutcome& outcome, Shown& out) {
  out.text = outcome.has_fit() ? sensitivity(outcome) : lines_of(outcome.reasons);
}
void show(const api::ShapeOutcome& outcome, Shown& out) {
  out.text = shape(outcome);
  out.more.emplace_back("config", json_text(config_json(outcome)));
}
void show(const api::FigureOutcome& outcome, Shown& out) {
  out.text = figure(outcome);
  out.more.emplace_back("svg", figure_svg(outcome.figure));
  out.more.emplace_back("vega-lite", json_text(figure_vega_lite(outcome.figure)));
  out.more.emplace_back("csv", figure_csv(outcome.figure));
}
void show(const api::PredictOutcome& outcome, Shown& out) { out.text = predict(outcome); }
void show(const api::GranularityOutcome& outcome, Shown& out) { out.text = granularity(outcome); }
void show(const api::ConsensusOutcome& outcome, Shown& out) { out.text = consensus(outcome); }
void show(const api::BacktestOutcome& outcome, Shown& out) { out.text = backtest(outcome); }
void show(const api::LawsOutcome& outcome, Shown& out) { out.text = laws(outcome); }
void show(const api::ReproduceOutcome& outcome, Shown& out) { out.text = reproduce(outcome); }

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

/// Made when it is asked for: a table of functions would be data that the loader writes.
auto doors() {
  return std::array{
      Door{"fit", through<api::fit_request, api::fit>},
      Door{"profiles", through<api::profiles_request, api::profiles>},
      Door{"envelope", through<api::envelope_request, api::envelope>},
      Door{"sweep", through<api::sweep_request, api::sweep>},
      Door{"predict", through<api::predict_request, api::predict>},
      Door{"plan", through<api::plan_request, api::plan>},
      Door{"frontier", through<api::frontier_request, api::frontier>},
      Door{"granularity", through<api::granularity_request, api::granularity>},
      Door{"next_runs", through<api::next_runs_request, api::next_runs>},
      Door{"consensus", through<api::consensus_request, api::consensus>},
      Door{"backtest", through<api::backtest_request, api::backtest>},
      Door{"sensitivity", through<api::sensitivity_request, api::sensitivity>},
      Door{"figure", through<api::figure_request, api::figure>},
      Door{"laws", through<api::laws_request, api::laws>},
      Door{"shape", through<api::shape_request, api::shape>},
      Door{"reproduce", through<api::reproduce_request, api::reproduce>},
  };
}

}  // namespace

Shown call(std::string_view request_json, const api::Context& context) {
  const Json request = Json::parse(request_json, nullptr, false);
  if (request.is_discarded()) throw DataError("request", "is no JSON");
  std::string verb;
  if (request.is_object() && request.contains("verb") && request["verb"].is_string()) {
    verb = request["verb"].get<std::string>();
  }
  const auto all = doors();
  const auto door =
      std::find_if(all.begin(), all.end(), [&](const Door& d) { return d.verb == verb; });
  if (door == all.end()) {
    throw InvalidArgument("verb", "there is no verb \"" + verb + "\" that is shown to people");
  }
  return door->open(request, context);
}

}  // namespace isoflop::text

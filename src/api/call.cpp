#include "isoflop/api/call.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "io/json_file.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/api/compare.hpp"
#include "isoflop/api/consensus.hpp"
#include "isoflop/api/envelope.hpp"
#include "isoflop/api/figure.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/api/frontier.hpp"
#include "isoflop/api/granularity.hpp"
#include "isoflop/api/laws.hpp"
#include "isoflop/api/model.hpp"
#include "isoflop/api/next_runs.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/api/reproduce.hpp"
#include "isoflop/api/sensitivity.hpp"
#include "isoflop/api/shape.hpp"
#include "isoflop/api/show.hpp"
#include "isoflop/api/sweep.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::api {
namespace {

using Json = nlohmann::ordered_json;

struct Door {
  std::string_view verb;
  Called (*open)(const Json& request, const Context& context);
};

template <auto read_request, auto do_verb>
Called through(const Json& request, const Context& context) {
  const auto outcome = do_verb(read_request(request), context);
  return {json_text(to_json(outcome)), outcome.usable()};
}

/// Made when it is asked for: a table of functions would be data that the loader writes.
auto doors() {
  return std::array{
      Door{"fit", through<fit_request, fit>},
      Door{"profiles", through<profiles_request, profiles>},
      Door{"envelope", through<envelope_request, envelope>},
      Door{"sweep", through<sweep_request, sweep>},
      Door{"predict", through<predict_request, predict>},
      Door{"plan", through<plan_request, plan>},
      Door{"frontier", through<frontier_request, frontier>},
      Door{"granularity", through<granularity_request, granularity>},
      Door{"next_runs", through<next_runs_request, next_runs>},
      Door{"consensus", through<consensus_request, consensus>},
      Door{"backtest", through<backtest_request, backtest>},
      Door{"sensitivity", through<sensitivity_request, sensitivity>},
      Door{"figure", through<figure_request, figure>},
      Door{"laws", through<laws_request, laws>},
      Door{"shape", through<shape_request, shape>},
      Door{"reproduce", through<reproduce_request, reproduce>},
      Door{"model", through<model_request, model>},
      Door{"show", through<show_request, show>},
      Door{"compare", through<compare_request, compare>},
  };
}

Called open(const Json& request, const Context& context) {
  std::string verb;
  if (request.is_object() && request.contains("verb") && request["verb"].is_string()) {
    verb = request["verb"].get<std::string>();
  }
  const auto all = doors();
  const auto door =
      std::find_if(all.begin(), all.end(), [&](const Door& d) { return d.verb == verb; });
  if (door != all.end()) return door->open(request, context);
  std::string known;
  for (const Door& d : all) known += " " + std::string(d.verb);
  throw InvalidArgument("verb", (verb.empty() ? "a request names its " + field("verb")
                                              : "there is no verb \"" + verb + "\"") +
                                    "; there are:" + known);
}

}  // namespace

std::vector<std::string_view> verb_names() {
  std::vector<std::string_view> out;
  for (const Door& door : doors()) out.push_back(door.verb);
  return out;
}

Called call(std::string_view request_json, const Context& context) {
  return open(detail::parse_json(request_json, "request"), context);
}

Rerun rerun(std::string_view outcome_json, const std::string& origin, const Context& context) {
  const Json before = detail::parse_json(outcome_json, origin);
  if (!before.is_object() || !before.contains("request")) {
    throw DataError(origin, "carries no \"request\", so that nothing says what to do again");
  }
  Rerun out;
  out.now = open(before["request"], context);
  out.same_bytes = out.now.json == outcome_json;
  const Json now = Json::parse(out.now.json);
  const Json none = Json::array();
  for (const Json& input : before.contains("inputs") ? before["inputs"] : none) {
    const auto& inputs = now["inputs"];
    if (std::find(inputs.begin(), inputs.end(), input) != inputs.end()) continue;
    out.changed_inputs.push_back(input.value("path", ""));
  }
  return out;
}

}  // namespace isoflop::api

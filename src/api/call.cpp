#include "isoflop/api/call.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "api/backtest_fields.hpp"
#include "api/compare_fields.hpp"
#include "api/consensus_fields.hpp"
#include "api/envelope_fields.hpp"
#include "api/fields.hpp"
#include "api/figure_fields.hpp"
#include "api/fit_fields.hpp"
#include "api/frontier_fields.hpp"
#include "api/granularity_fields.hpp"
#include "api/laws_fields.hpp"
#include "api/model_fields.hpp"
#include "api/next_runs_fields.hpp"
#include "api/plan_fields.hpp"
#include "api/predict_fields.hpp"
#include "api/profiles_fields.hpp"
#include "api/reproduce_fields.hpp"
#include "api/sensitivity_fields.hpp"
#include "api/shape_fields.hpp"
#include "api/show_fields.hpp"
#include "api/sweep_fields.hpp"
#include "io/formats.hpp"
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

using Json = nlohmann::ordered_json;

namespace {

struct Door {
  std::string_view verb;
  Called (*open)(const Json& request, const Context& context);
  InputLister (*named)(const Json& request);  ///< the files
};

template <auto read_request, auto do_verb>
Called through(const Json& request, const Context& context) {
  const auto outcome = do_verb(read_request(request), context);
  return {json_text(to_json(outcome)), outcome.usable()};
}

template <auto read_request>
InputLister files_of(const Json& json) {
  auto request = read_request(json);
  InputLister out;
  list_fields(out, request);
  return out;
}

template <auto read_request, auto do_verb>
Door door_for(std::string_view verb) {
  return {verb, through<read_request, do_verb>, files_of<read_request>};
}

/// Made when it is asked for: a table of functions would be data that the loader writes.
auto doors() {
  return std::array{
      door_for<fit_request, fit>("fit"),
      door_for<profiles_request, profiles>("profiles"),
      door_for<envelope_request, envelope>("envelope"),
      door_for<sweep_request, sweep>("sweep"),
      door_for<predict_request, predict>("predict"),
      door_for<plan_request, plan>("plan"),
      door_for<frontier_request, frontier>("frontier"),
      door_for<granularity_request, granularity>("granularity"),
      door_for<next_runs_request, next_runs>("next_runs"),
      door_for<consensus_request, consensus>("consensus"),
      door_for<backtest_request, backtest>("backtest"),
      door_for<sensitivity_request, sensitivity>("sensitivity"),
      door_for<figure_request, figure>("figure"),
      door_for<laws_request, laws>("laws"),
      door_for<shape_request, shape>("shape"),
      door_for<reproduce_request, reproduce>("reproduce"),
      door_for<model_request, model>("model"),
      door_for<show_request, show>("show"),
      door_for<compare_request, compare>("compare"),
  };
}

/// The one that a request names.
Door door_of(const Json& request) {
  std::string verb;
  if (request.is_object() && request.contains("verb") && request["verb"].is_string()) {
    verb = request["verb"].get<std::string>();
  }
  const auto all = doors();
  const auto door =
      std::find_if(all.begin(), all.end(), [&](const Door& d) { return d.verb == verb; });
  if (door != all.end()) return *door;
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
  const Json request = detail::parse_json(request_json, "request");
  return door_of(request).open(request, context);
}

void require_recorded_inputs(std::string_view outcome_json, const std::string& origin) {
  const Json outcome = detail::parse_json(outcome_json, origin);
  const Json none;
  const Json request = outcome.is_object() ? outcome.value("request", none) : none;
  require_recorded(outcome, origin, door_of(request).named(request));
}

Rerun rerun(std::string_view outcome_json, const std::string& origin, const Context& context) {
  const Json before = detail::parse_json(outcome_json, origin);
  detail::require_known_format(before, origin);
  if (!before.is_object() || !before.contains("request")) {
    throw DataError(origin, "carries no \"request\", so that nothing says what to do again");
  }
  const Json none = Json::array();
  const Json& inputs_before = before.contains("inputs") ? before["inputs"] : none;
  const bool has_paths = std::all_of(inputs_before.begin(), inputs_before.end(), [](const Json& x) {
    return x.is_object() && x.contains("path") && x["path"].is_string();
  });
  if (!inputs_before.is_array() || !has_paths) {
    throw DataError(origin, "has \"inputs\" that are no list of files with their \"path\"");
  }
  Rerun out;
  out.now = door_of(before["request"]).open(before["request"], context);
  out.same_bytes = out.now.json == detail::printed_json_within(outcome_json, origin);
  const Json now = Json::parse(out.now.json);
  for (const Json& input : inputs_before) {
    const auto& inputs = now["inputs"];
    if (std::find(inputs.begin(), inputs.end(), input) != inputs.end()) continue;
    out.changed_inputs.push_back(input["path"].get<std::string>());
  }
  return out;
}

}  // namespace isoflop::api

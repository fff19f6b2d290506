#include <nlohmann/json.hpp>

#include "api/layer_choice.hpp"
#include "api/model_fields.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

void list_fields(FieldVisitor& f, ModelRequest& request) {
  f.text("gpu", request.gpu);
  f.number("peak_flops", request.peak_flops, Numbers::kPositive);
  f.number("bandwidth", request.bandwidth, Numbers::kPositive);
  list_fields(f, request.layers);
  f.text("date", request.date);
  f.text("git_revision", request.git_revision);
  f.texts("command_line", request.command_line);
}

ModelRequest model_request(const Json& json) { return read_request<ModelRequest>(json); }

Json to_json(const ModelRequest& request) { return request_json("model", request); }

Json to_json(const ModelOutcome& outcome) {
  return with_provenance(Json::parse(cost_table_to_text(outcome.table)), to_json(outcome.request),
                         outcome.inputs);
}

std::string cost_table_text(const ModelOutcome& outcome) {
  // The table keeps its form; what is added stands behind its rows.
  std::string out = cost_table_to_text(outcome.table);
  out.resize(out.rfind("\n}"));
  const Json added = with_provenance(Json::object(), to_json(outcome.request), outcome.inputs);
  const std::string text = added.dump(2, ' ', false, Json::error_handler_t::replace);
  return out + "," + text.substr(1) + "\n";
}

}  // namespace isoflop::api

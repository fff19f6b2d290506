#include "isoflop/figure/figure_json.hpp"

#include <nlohmann/json.hpp>

#include "api/figure_fields.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

void list_fields(FieldVisitor& f, FigureRequest& request) {
  f.text("kind", request.kind);
  f.document("input", request.input, request.document);
  f.number("from", request.from, Numbers::kPositive);
  f.number("to", request.to, Numbers::kPositive);
  f.amounts("flops", request.flops);
}

FigureRequest figure_request(const Json& json) { return read_request<FigureRequest>(json); }

Json to_json(const FigureRequest& request) { return request_json("figure", request); }

Json to_json(const FigureOutcome& outcome) {
  return with_provenance(figure_to_json(outcome.figure), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api

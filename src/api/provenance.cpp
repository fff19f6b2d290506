#include <nlohmann/json.hpp>

#include "api/fields.hpp"
#include "isoflop/error.hpp"
#include "isoflop/version.hpp"

namespace isoflop::api {
namespace {

using Json = nlohmann::ordered_json;

/// Documents are read by programs and by people of every front: they show fields as flags.
void show_all_fields(Json& json) {
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text.find('\x02') != std::string::npos) json = show_fields(text, FieldStyle::kFlag);
  } else if (json.is_structured() && !(json.is_array() && !json.empty() && json[0].is_number())) {
    for (Json& item : json) show_all_fields(item);
  }
}

}  // namespace

Json named_verb(std::string_view verb) { return Json{{"verb", verb}}; }

Json with_provenance(Json outcome, Json request, const InputFiles& inputs) {
  show_all_fields(outcome);
  Json draws = nullptr;
  if (const auto place = outcome.find("draws"); place != outcome.end() && place->is_structured()) {
    draws = std::move(*place);
    outcome.erase(place);
  }
  request.erase("threads");  // no outcome depends on it
  outcome["request"] = std::move(request);
  outcome["isoflop_version"] = kVersion;
  outcome["inputs"] = Json::array();
  for (const InputFile& file : inputs) {
    outcome["inputs"].push_back({{"path", file.path}, {"sha256", file.sha256}});
  }
  if (!draws.is_null()) outcome["draws"] = std::move(draws);
  return outcome;
}

}  // namespace isoflop::api

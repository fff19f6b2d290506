#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/fields.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/version.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

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

void require_recorded(const Json& document, const std::string& origin, const InputLister& named) {
  const auto refuse = [&](const std::string& path) {
    throw DataError(origin, "names " + in_quotes(path) + ", none of its inputs: it is not read");
  };
  if (!named.others.empty()) refuse(named.others.front());
  const Json none = Json::array();
  const Json inputs = document.value("inputs", none);
  for (const InputFile& file : named.found) {
    const auto input = std::find_if(inputs.begin(), inputs.end(), [&](const Json& known) {
      return known.is_object() && known.value("path", Json()) == file.path;
    });
    if (input == inputs.end()) refuse(file.path);
    if (input->value("sha256", Json()) != file.sha256) {
      throw DataError(file.path, "is not the file any more that " + origin + " was made with");
    }
  }
}

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

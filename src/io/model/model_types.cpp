#include "model_types.hpp"

#include <algorithm>
#include <stdexcept>

#include "io/embedded_texts.hpp"

namespace isoflop::detail {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> texts_of(const Json& json, const char* key) {
  return json.value(key, std::vector<std::string>{});
}

/// What is inherited with what is said here in its place.
Json changed(Json inherited, const Json& json, const char* key) {
  if (json.contains(key)) inherited.update(json.at(key));
  return inherited;
}

ModelType type_of(const Json& json, const ModelTable& before) {
  ModelType out;
  out.shape = out.experts = out.mixers = Json::object();
  out.fills = Json::object();
  out.refuse = Json::array();
  if (json.contains("like")) {
    const auto like = json.at("like").get<std::string>();
    const ModelType* model = before.find(like);
    if (model == nullptr) throw std::logic_error("no model type before this one: " + like);
    out = *model;
  }
  out.name = json.at("model_type").get<std::string>();
  out.names = texts_of(json, "also");
  out.names.insert(out.names.begin(), out.name);
  out.needs = texts_of(json, "needs");
  out.has = texts_of(json, "has");
  if (json.contains("other_layers")) out.other_layers = texts_of(json, "other_layers");
  out.shape = changed(out.shape, json, "shape");
  out.experts = changed(out.experts, json, "experts");
  out.mixers = changed(out.mixers, json, "mixers");
  out.fills = changed(out.fills, json, "fills");
  out.defaults = json.value("defaults", Json::object());
  out.write = json.value("write", Json());
  for (const Json& refusal : json.value("refuse", Json::array())) out.refuse.push_back(refusal);
  return out;
}

ModelTable read_table() {
  const Json json = Json::parse(model_texts().front().text);
  ModelTable out;
  for (const Json& type : json.at("types")) out.types.push_back(type_of(type, out));
  for (const Json& type : json.at("stand_ins")) out.stand_ins.push_back(type_of(type, out));
  out.same_keys = json.at("same_keys").get<std::vector<std::vector<std::string>>>();
  out.text_parts = texts_of(json, "text_parts");
  out.layer_lists = texts_of(json, "layer_lists");
  out.attention_kinds = texts_of(json, "attention_kinds");
  out.uncounted_types = json.at("uncounted_types");
  out.uncounted_keys = json.at("uncounted_keys");
  return out;
}

}  // namespace

const ModelType* ModelTable::find(std::string_view name) const {
  const auto type = std::find_if(types.begin(), types.end(), [&](const ModelType& t) {
    return std::find(t.names.begin(), t.names.end(), name) != t.names.end();
  });
  return type == types.end() ? nullptr : &*type;
}

const ModelTable& model_table() {
  static const ModelTable table = read_table();
  return table;
}

}  // namespace isoflop::detail

#include "model_fields.hpp"

#include <algorithm>

namespace isoflop::detail {
namespace {

using Json = nlohmann::ordered_json;

/// What stands under a key, which may lead into objects inside; null where the key is missing.
const Json* at_path(const Json& json, const std::string& key) {
  const Json* out = &json;
  for (std::size_t start = 0; start <= key.size();) {
    const std::size_t end = std::min(key.find('.', start), key.size());
    if (!out->is_object()) return nullptr;
    const auto it = out->find(key.substr(start, end - start));
    if (it == out->end()) return nullptr;
    out = &*it;
    start = end + 1;
  }
  return out;
}

/// The same under this key or another that means the same.
const Json* at_any(const Json& json, const std::string& key) {
  if (const Json* found = at_path(json, key)) return found;
  for (const auto& group : model_table().same_keys) {
    if (std::find(group.begin(), group.end(), key) == group.end()) continue;
    for (const std::string& other : group) {
      const Json* found = at_path(json, other);
      if (found != nullptr && !found->is_null()) return found;
    }
  }
  return nullptr;
}

}  // namespace

const Json* ModelFields::member(const std::string& key) const {
  const Json* found = at_any(json(), key);
  // Whether the head is the embedding is said of the whole model as often as of the part.
  if (found == nullptr && is_part() && key == "tie_word_embeddings") found = at_any(whole_, key);
  if (found == nullptr && type_ != nullptr) {
    auto it = type_->fills.find(key);
    bool fills = it != type_->fills.end();
    if (!fills && is_part()) {
      it = type_->defaults.find(key);
      fills = it != type_->defaults.end();
    }
    if (!fills) return nullptr;
    const std::string note = "\"" + key + "\" is not in the file: " + it->dump() + ", as " +
                             type_->name + " has it by default";
    if (std::find(filled_in_.begin(), filled_in_.end(), note) == filled_in_.end()) {
      filled_in_.push_back(note);
    }
    found = &*it;
  }
  return found == nullptr || found->is_null() ? nullptr : found;
}

}  // namespace isoflop::detail

// The keys of a config.json as a model type asks for them: other spellings of a key, objects inside
// the object, what only the file around a text part says, and what a type fills in. Private to
// src/io.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config_fields.hpp"
#include "model_types.hpp"

namespace isoflop::detail {

class ModelFields : public ConfigFields {
 public:
  /// `part` is the text part of `whole`, or `whole` itself.
  ModelFields(const nlohmann::ordered_json& whole, const nlohmann::ordered_json& part,
              const std::string& origin, const std::string& advice)
      : ConfigFields(part, origin, advice), whole_(whole) {}

  bool is_part() const { return &whole_ != &json(); }
  /// From here on what this type has by default stands in for what is left out.
  void fill_in(const ModelType& type) { type_ = &type; }
  const nlohmann::ordered_json* member(const std::string& key) const override;
  /// One sentence for each key that was filled in, in the order in which they were asked for.
  const std::vector<std::string>& filled_in() const { return filled_in_; }

 private:
  const nlohmann::ordered_json& whole_;
  const ModelType* type_ = nullptr;
  mutable std::vector<std::string> filled_in_;
};

}  // namespace isoflop::detail

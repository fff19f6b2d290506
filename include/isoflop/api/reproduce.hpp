/// Published results, derived again from coefficients that ship or from public data, and compared
/// with what was printed.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop::api {

struct ReproduceRequest {
  std::string name{};         ///< what to derive; empty: only say what there is
  std::string data{};         ///< path of the table that `name` needs; its sha256 is checked
  std::uint64_t threads = 0;  ///< 0: one per core; the result does not depend on it
};

struct ReproduceOutcome {
  ReproduceRequest request;
  InputFiles inputs;
  std::optional<Recipe> recipe;        ///< nothing where only the list was asked for
  std::vector<DerivedNumber> figures;  ///< of the recipe

  /// Every figure is what was published, within its tolerance.
  bool reproduced() const;
  bool usable() const { return !recipe || reproduced(); }
};

/// Throws InvalidArgument for an unknown name and for data where none are needed, Error where they
/// are needed and missing, DataError where they are not those that are known.
ReproduceOutcome reproduce(const ReproduceRequest& request, const Context& context = {});

ReproduceRequest reproduce_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const ReproduceRequest& request);
/// isoflop.reproduce/1.
nlohmann::ordered_json to_json(const ReproduceOutcome& outcome);

}  // namespace isoflop::api

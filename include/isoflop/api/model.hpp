/// What layers of experts would cost on a GPU that always reaches one of its two peaks; needs no
/// GPU. Times are lower bounds and no measurement (cost/roofline.hpp).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/layer_choice.hpp"
#include "isoflop/cost/roofline.hpp"

namespace isoflop::api {

struct ModelRequest {
  std::string gpu;                   ///< of a datasheet (cost/gpus.hpp); or both of these:
  std::optional<double> peak_flops;  ///< dense bf16 FLOPs per second
  std::optional<double> bandwidth;   ///< bytes per second of the memory
  LayerChoice layers;
  /// What the table says of where it comes from.
  std::string date, git_revision;
  std::vector<std::string> command_line;
};

struct ModelOutcome {
  ModelRequest request;
  InputFiles inputs;  ///< none: a datasheet is part of the library
  RooflineTable table;

  bool usable() const { return true; }
};

/// Throws InvalidArgument for words that contradict each other, a GPU that is not in the list and
/// layers that cannot be run.
ModelOutcome model(const ModelRequest& request, const Context& context = {});

/// Of the datasheets that a request may name.
std::vector<std::string> gpu_names();

ModelRequest model_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const ModelRequest& request);
/// isoflop.cost/1 with its request.
nlohmann::ordered_json to_json(const ModelOutcome& outcome);
/// The same as the text of a file, a line per row.
std::string cost_table_text(const ModelOutcome& outcome);

}  // namespace isoflop::api

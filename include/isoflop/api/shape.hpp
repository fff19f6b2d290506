/// Parameters, FLOPs and bytes of an architecture.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/shape/edit_shape.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/model_shape.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop::api {

inline constexpr std::string_view kShapeFormat = "isoflop.shape/1";

struct ShapeRequest {
  std::string file;  ///< config.json of a model; empty: the words say all of it
  ShapeWords words;  ///< change what the file says
  std::uint64_t router_cost = kPaperRouterCost;  ///< c_r of the accounting `paper`
};

struct ShapeOutcome {
  ShapeRequest request;
  InputFiles inputs;

  ModelShape shape;
  std::vector<std::string> notes;  ///< on how the file was read, one sentence each
  ParameterCount params;
  FlopCount training, inference;  ///< per token; transformer is 0 without a seq_len
  MemoryCount bytes;

  bool usable() const { return true; }
};

/// Throws InvalidArgument where the words contradict each other or say too little, DataError for
/// the file.
ShapeOutcome shape(const ShapeRequest& request, const Context& context = {});

/// The shape as a config.json.
nlohmann::ordered_json config_json(const ShapeOutcome& outcome);

/// isoflop.shape/1, described in docs/shapes.md.
nlohmann::ordered_json to_json(const ShapeOutcome& outcome);
nlohmann::ordered_json to_json(const ShapeRequest& request);
ShapeRequest shape_request(const nlohmann::ordered_json& json);

}  // namespace isoflop::api

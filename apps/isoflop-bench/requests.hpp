// Requests of the commands that run something on a device, and how they are read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cuda/campaign/measure.hpp"
#include "cuda/campaign/run_choice.hpp"
#include "isoflop/api/layer_choice.hpp"

namespace isoflop::app {

struct VerifyRequest {
  VerifyRequest() { layers.tokens = 512; }

  api::LayerChoice layers;
  bench::RunChoice run;
};

struct MoeRequest {
  api::LayerChoice layers;
  bench::RunChoice run;
  std::string regime = "sustained", pass = "both";
  bench::MeasureRequest measure;
};

struct SweepRequest {
  std::string preset;
  std::optional<double> time_limit;  ///< minutes; else those of the preset
  std::uint64_t seed = 1;
  bench::BackendChoice backends;
  bench::MeasureRequest measure;
};

VerifyRequest verify_request(const nlohmann::ordered_json& json);
MoeRequest moe_request(const nlohmann::ordered_json& json);
SweepRequest sweep_request(const nlohmann::ordered_json& json);

}  // namespace isoflop::app

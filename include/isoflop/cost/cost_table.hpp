/// What a benchmark of MoE layers found, or a roofline model says in its place: the content of an
/// isoflop.cost/1 file (docs/reference/formats.md). The benchmark writes it, the planner reads it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/cost/fusion.hpp"
#include "isoflop/cost/moe_layer.hpp"

namespace isoflop {

inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

enum class CostSource { kRoofline, kMeasured };
enum class Pass { kForward, kBackward, kBoth };
enum class Check { kReference, kSelf, kNone };  ///< from the strongest to the weakest
enum class Regime { kSustained, kBurst };       ///< on a card that is warm and busy; after a pause
/// Order of execution. kWhole is the layer without inner events; the others are its parts.
enum class Stage {
  kWhole,
  // Forward.
  kRouter,      ///< GEMM to E' logits per token
  kTopK,        ///< softmax over all experts, the K best, counts and positions
  kPermute,     ///< gather of token rows by expert
  kUp,          ///< up (and gate) projection
  kActivation,  ///< between the projections
  kDown,        ///< down projection
  kCombine,     ///< weighted sum of a token's K rows
  // Backward.
  kCombineBackward,     ///< dY to the K rows of a token; gradients of the weights
  kDownDgrad,           ///< dA = dY W2
  kDownWgrad,           ///< dW2 = dY^T A
  kActivationBackward,  ///< dA to dH
  kUpDgrad,             ///< dX rows = dH W1
  kUpWgrad,             ///< dW1 = dH^T X
  kPermuteBackward,     ///< sum of a token's K rows of dX
  kTopKBackward,        ///< gradients of the weights to those of the logits
  kRouterDgrad,         ///< dX += dlogits W_router
  kRouterWgrad          ///< dW_router = dlogits^T X
};
inline constexpr std::array<std::string_view, 2> kCostSourceNames{"roofline", "measured"};
inline constexpr std::array<std::string_view, 3> kPassNames{"forward", "backward", "both"};
inline constexpr std::array<std::string_view, 3> kCheckNames{"reference", "self", "none"};
inline constexpr std::array<std::string_view, 2> kRegimeNames{"sustained", "burst"};
inline constexpr std::array<std::string_view, 18> kStageNames{
    "whole",         "router",       "topk",
    "permute",       "up",           "activation",
    "down",          "combine",      "combine_backward",
    "down_dgrad",    "down_wgrad",   "activation_backward",
    "up_dgrad",      "up_wgrad",     "permute_backward",
    "topk_backward", "router_dgrad", "router_wgrad"};
constexpr std::string_view to_string(Pass x) { return kPassNames[static_cast<std::size_t>(x)]; }
constexpr std::string_view to_string(Check x) { return kCheckNames[static_cast<std::size_t>(x)]; }
constexpr std::string_view to_string(Regime x) { return kRegimeNames[static_cast<std::size_t>(x)]; }
constexpr std::string_view to_string(Stage x) { return kStageNames[static_cast<std::size_t>(x)]; }
constexpr bool is_forward(Stage x) { return x >= Stage::kRouter && x <= Stage::kCombine; }
constexpr bool is_backward(Stage x) { return x >= Stage::kCombineBackward; }
/// Whether the stage is run although products do what `fused` says; else its work is part of
/// theirs.
constexpr bool is_run(Stage x, const Fusion& fused) {
  switch (x) {
    case Stage::kPermute:
      return !fused.gather;
    case Stage::kActivation:
    case Stage::kActivationBackward:
      return !fused.activation;
    case Stage::kCombineBackward:  // with the combination fused, rows of dOut are only copied
      return !(fused.combination && fused.gather);
    default:
      return true;
  }
}

/// Where a table comes from. Everything but the first three is empty in a roofline table.
struct CostEnvironment {
  std::string date;                       ///< UTC, ISO 8601
  std::string git_revision;               ///< of isoflop, "" where unknown
  std::vector<std::string> command_line;  ///< as typed
  std::string gpu_name, gpu_uuid;
  std::uint64_t num_sms = 0, memory_bytes = 0, l2_bytes = 0;
  std::string compute_capability;  ///< "9.0"
  std::string driver, cuda, cublas;
};

/// The words of a command line as one text, the program's name without its folder.
inline std::string command_text(const std::vector<std::string>& command_line) {
  std::string out;
  for (const std::string& word : command_line) {
    out += out.empty() ? word.substr(word.rfind('/') + 1) : " " + word;
  }
  return out;
}

/// Rates that times are compared with. Specified ones come from a datasheet, measured ones from the
/// same run as the rows; kNotMeasured where there is none.
struct CostPeaks {
  double spec_flops_per_s = kNotMeasured;  ///< dense bf16
  double spec_bytes_per_s = kNotMeasured;
  std::string spec_of;  ///< whose datasheet that is ("h200"), "" where the rates were typed
  double gemm_flops_per_s = kNotMeasured;  ///< best dense bf16 GEMM, sustained
  std::array<std::uint64_t, 3> gemm_mnk{};
  double copy_bytes_per_s = kNotMeasured;    ///< read and written bytes of a device copy
  double gather_bytes_per_s = kNotMeasured;  ///< read and written bytes of a random row gather
};

/// Rows per expert after routing.
struct RoutingStats {
  std::uint64_t min_rows = 0, max_rows = 0, num_empty = 0;
  double mean_rows = 0.0;
  std::uint64_t padding_rows = 0;  ///< rows computed beyond those routed
  std::uint64_t dropped_rows = 0;
};

/// Clocks, power and temperature while a row was measured, through NVML; kNotMeasured without it.
struct GpuState {
  double sm_clock_mhz = kNotMeasured, memory_clock_mhz = kNotMeasured;
  double power_w = kNotMeasured, temperature_c = kNotMeasured;
};

/// One configuration, backend, pass, stage and regime.
struct CostRow {
  MoeLayer layer;
  std::string backend;     ///< "loop", "wgmma:gather", ...; "roofline" for a model
  Fusion fused;            ///< of that backend
  std::string routing;     ///< "router", "balanced", "multinomial", "zipf:0.5", "file:NAME"
  std::uint64_t seed = 0;  ///< of inputs and routing
  RoutingStats stats;
  Regime regime = Regime::kSustained;
  Pass pass = Pass::kForward;
  Stage stage = Stage::kWhole;
  bool graph = true;     ///< a CUDA graph; false: launched kernel by kernel
  std::string counts;    ///< rows per expert were "preknown", "copied" to the host, or "device"
  std::string dw_dtype;  ///< "bf16" or "fp32", of the weight gradients
  double capacity_factor = 0.0;  ///< of the batched backend; 0: none

  double time_s = kNotMeasured;  ///< median
  double p10_s = kNotMeasured, p90_s = kNotMeasured;
  double low_s = kNotMeasured, high_s = kNotMeasured;  ///< 95 % interval of the median
  std::vector<double> samples_s;                       ///< empty in a roofline table

  double model_flops = 0.0;     ///< of the routed rows
  double padded_flops = 0.0;    ///< with rows per expert rounded up to whole tiles of 128
  double executed_flops = 0.0;  ///< what the backend was asked to compute
  double bytes = 0.0;           ///< least traffic with memory, stage by stage (moe_work.hpp)

  /// What the results were compared with before anything was timed: the float64 reference, or the
  /// layer itself (the same tokens in another order), which a wrong layer may pass; or nothing.
  Check checked = Check::kReference;
  double check_error = kNotMeasured;      ///< largest relative error of that comparison
  double check_tolerance = kNotMeasured;  ///< what it had to stay below
  GpuState state;
  std::vector<std::string> remarks;  ///< "stages: approximate", "drift: 2.4 %"
};

struct CostTable {
  CostSource source = CostSource::kRoofline;
  CostEnvironment environment;
  CostPeaks peaks;
  std::vector<CostRow> rows;
};

}  // namespace isoflop

/// The cost table whose times budgets are counted in, and which of them.
#pragma once

#include <optional>
#include <string>

#include "isoflop/cost/choose_rows.hpp"

namespace isoflop::api {

struct TimeChoice {
  std::string cost_table;  ///< a file that isoflop-bench writes; "": budgets are no time
  std::string backend{kBestBackend};
  std::string regime{to_string(Regime::kSustained)};  ///< or "burst"
  /// Tokens that pass a layer of one GPU at once, where the table has several.
  std::optional<double> micro_batch;
  std::string activation;                       ///< of the experts, where the table has several
  std::optional<double> time_k0;                ///< experts per token before splitting
  std::optional<double> mfu_dense;              ///< share of the table's GEMM peak
  std::optional<double> gpus_per_layer;         ///< GPUs that share the experts of a layer
  std::optional<double> all_to_all_latency_us;  ///< per exchange between them
  std::optional<double> all_to_all_bandwidth;   ///< bytes per second and GPU of these exchanges
};

}  // namespace isoflop::api

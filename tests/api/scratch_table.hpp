/// A roofline table of one layer, in a file.
#pragma once

#include <cstdint>
#include <string>

#include "io/scratch_folder.hpp"
#include "isoflop/api/model.hpp"

namespace isoflop::testing {

/// Its path.
inline std::string roofline_file(const ScratchFolder& folder, const std::string& name,
                                 std::uint64_t d_model, double peak_flops, double bandwidth) {
  api::ModelRequest request;
  request.peak_flops = peak_flops;
  request.bandwidth = bandwidth;
  request.layers.tokens = 1024;
  request.layers.d_model = d_model;
  request.layers.num_experts = 8;
  request.layers.expert_width = 64;
  request.layers.top_k = 2;
  return folder.write(name, cost_table_text(api::model(request)));
}

}  // namespace isoflop::testing

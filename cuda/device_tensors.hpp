/// Tensors of a layer on the device, brought to the host as real numbers: rows and columns, so that
/// a layer need not fit into the host's memory. Every function waits for its copy; whatever writes
/// the tensors must be over.
#pragma once

#include <cstdint>
#include <vector>

#include "layer_run.hpp"
#include "reference_expert.hpp"
#include "spot_reference.hpp"

namespace isoflop::bench {

class DeviceTensors {
 public:
  DeviceTensors(const MoeLayer& layer, const LayerView& view) : layer_(layer), view_(view) {}

  const LayerView& view() const { return view_; }
  /// Inputs and weights; may be called from several threads at once.
  RowFetcher inputs() const;

  Reals out(std::uint64_t first_token, std::uint64_t num_tokens) const;
  Reals d_x(std::uint64_t first_token, std::uint64_t num_tokens) const;
  Reals d_w_router(std::uint64_t first_expert, std::uint64_t num_experts) const;
  Reals d_w1(std::uint64_t first_row, std::uint64_t num_rows) const;  ///< rows of [E' u n, d]
  Reals d_w2(std::uint64_t first_row, std::uint64_t num_rows) const;  ///< rows of [E' d, n]
  /// [d]: the column of hidden unit `unit` in dW2 of an expert.
  Reals d_w2_column(std::uint64_t expert, std::uint64_t unit) const;
  Reals d_logits(std::uint64_t token) const;          ///< [E']
  Reals d_logits_column(std::uint64_t expert) const;  ///< [T]

 private:
  /// `count` rows of a weight gradient.
  Reals gradient(const void* tensor, std::uint64_t width, std::uint64_t first_row,
                 std::uint64_t num_rows) const;

  MoeLayer layer_;
  LayerView view_;
};

}  // namespace isoflop::bench

/// The time of layers that were not measured, from those that were: every stage of a backend by an
/// affine law of its own (affine_time.hpp), a pass as the sum of its stages.
/// How far that carries is told by errors on layers that the fit had not seen. Layers of one T and
/// one E say nothing of others: FLOPs and weight bytes of their GEMMs are in proportion, T k0 / E
/// of the one to one of the other, so their rates cannot be told apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isoflop/cost/affine_time.hpp"
#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

/// Layers that have to be there before a law of five coefficients is fitted.
inline constexpr std::size_t kMinLayers = 6;

/// |t_model / t - 1| over layers; NaN where there are none.
struct ModelError {
  std::size_t num_rows = 0;
  double median = kNotMeasured, largest = kNotMeasured;
};

class CostModel {
 public:
  /// Rows of one backend, regime, routing and manner of launching, any layers, passes and stages
  /// (choose_rows). A stage with fewer than min_layers different layers gets no law.
  explicit CostModel(const std::vector<const CostRow*>& rows, std::size_t min_layers = kMinLayers);
  explicit CostModel(const std::vector<CostRow>& rows);

  /// Whether seconds() knows an answer: all stages of the pass have a law, or the pass as a whole
  /// has, or both its directions have.
  bool covers(Pass pass) const { return !parts(pass).empty(); }
  /// NaN where not covered. Sums the stages if all of them have a law, else takes the whole.
  /// Padding is that of balanced_rows for balanced routing and else of multinomial_rows.
  double seconds(const LayerSize& size, Pass pass) const;

 private:
  /// The law of one stage, or of one pass as a whole.
  struct Part {
    Pass pass;
    Stage stage;
    AffineTime law;
  };
  const std::vector<Part>& parts(Pass pass) const { return parts_[static_cast<std::size_t>(pass)]; }

  /// By pass: what its time is the sum of.
  std::array<std::vector<Part>, kPassNames.size()> parts_;
  bool balanced_ = false;
  WorkOptions options_;
};

/// How well a model of these rows tells the whole time of a pass.
struct CostModelReport {
  std::string backend;
  Pass pass = Pass::kBoth;
  ModelError in_sample;
  /// On the finest granularity of every series of layers that differ by granularity alone, by a
  /// model that saw none of these.
  ModelError finest;
  /// On every layer in turn, by a model of all others.
  ModelError left_out;
};

/// One per backend and pass that `rows` hold as a whole; rows as for CostModel, of any backends.
std::vector<CostModelReport> report_cost_models(const std::vector<CostRow>& rows);

/// Rows of as many layers, drawn with replacement, each with all that was measured of it. Equal
/// seeds give equal draws on every machine.
std::vector<const CostRow*> resampled_layers(const std::vector<CostRow>& rows, std::uint64_t seed);

/// What a row took, with its padded FLOPs as counted and bytes by moe_work.hpp.
TimedWork timed_work(const CostRow& row);

}  // namespace isoflop

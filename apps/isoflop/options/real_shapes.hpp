// Models that can be built around a plan, and the run of one of them as a trainer wants to be told.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "isoflop/io/launch_config.hpp"
#include "isoflop/plan/shape_search.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct RealShapeArguments {
  bool shapes = false, gated = false, plain = false, tied_head = false;
  std::string multiple_of, expert_multiple_of, head_dim, expert_parallel, depth_tolerance;
  std::string vocab_size, seq_length, batch_tokens;
  std::string emit, emit_output, rank;
  double timed_tokens = 0.0;  ///< micro-batch that times are of; 0: a sequence at once

  void add(CLI::App& command);
  /// Whether shapes are asked for. Throws UsageError where the other options are given without.
  bool wanted() const;
  bool emits() const { return !emit.empty(); }
  /// `vocab` and `tied`: what the command says of the vocabulary already, "" where nothing; the
  /// options here go before them. Throws UsageError.
  ShapeOptions options(const PlanProblem& request, const std::string& vocab = "",
                       bool tied = false) const;
  /// The run of a shape with the batch that was asked for, else the default one.
  LaunchConfig run_of(const RealShape& shape) const;
  /// The run of the chosen shape in the format asked for. Throws UsageError or InvalidArgument, and
  /// Error where the search has no such shape.
  std::string emitted(const ShapeSearch& search) const;
  /// Writes that run, of the only budget, to the file or to stdout. True if it went to stdout,
  /// where nothing else should go then. Throws as emitted does, and DataError for the file.
  bool emit_run(const std::vector<ShapeSearch>& searches) const;
};

/// A table of the shapes for this budget, best first, or the reason why there are none.
std::string shapes_text(const RealShapeArguments& arguments, const PlanProblem& request,
                        double budget, const ShapeSearch& search);

/// The shapes as a list; docs/real-shapes.md describes the fields.
nlohmann::ordered_json shapes_to_json(const RealShapeArguments& arguments,
                                      const ShapeSearch& search);

}  // namespace isoflop::app

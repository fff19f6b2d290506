/// isoflop::api::envelope: the lower envelope of training curves (Approach 1 of Hoffmann et al.
/// 2022) from checkpoints of runs.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/run_conventions.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/core/ranges.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/sweep/envelope.hpp"

namespace isoflop::api {

inline constexpr std::string_view kEnvelopeFormat = "isoflop.envelope/1";

struct EnvelopeRequest {
  RunsChoice runs{};  ///< its column "group" names the run; without one, the size does
  RunConventions conventions{};
  std::string cost = "6nd";  ///< "6nd", "paper", or a column or expression of FLOPs so far
  std::string schedule{};    ///< the column that says which learning-rate schedule
  std::uint64_t points = EnvelopeOptions{}.num_points;
  bool keep_edges = false;  ///< also fit where the smallest or largest model wins
  std::vector<double> flops{};
};

/// Where one model wins without a break.
struct EnvelopeStretch {
  std::size_t first, last;  ///< points
};

struct EnvelopeOutcome {
  EnvelopeRequest request;
  InputFiles inputs;
  RecordLog records;
  std::size_t num_checkpoints = 0;
  std::vector<TrainingCurve> curves;
  Envelope envelope;
  std::vector<EnvelopeStretch> stretches;
  std::vector<std::pair<std::string, std::size_t>> schedules;  ///< with their checkpoints
  std::vector<SweepAnswer> at;  ///< one per budget that was asked for

  bool usable() const { return !envelope.points.empty(); }
};

/// Throws InvalidArgument for a request that contradicts itself, fewer than two sizes, or budgets
/// beyond an envelope without power laws; DataError for a table that is not what it should be.
EnvelopeOutcome envelope(const EnvelopeRequest& request, const Context& context = {});

EnvelopeRequest envelope_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const EnvelopeRequest& request);
/// isoflop.envelope/1.
nlohmann::ordered_json to_json(const EnvelopeOutcome& outcome);

}  // namespace isoflop::api

/// isoflop::api::profiles: a sweep of a few budgets read by parabolas (IsoFLOP profiles, Approach 2
/// of Hoffmann et al. 2022), with the parabola's own bias taken out by a fit of the law (Approach
/// 3).
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/run_conventions.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan.hpp"
#include "isoflop/sweep/parabola_shift.hpp"
#include "isoflop/sweep/profiles.hpp"

namespace isoflop::api {

inline constexpr std::string_view kProfilesFormat = "isoflop.profiles/1";

struct ProfilesRequest {
  RunsChoice runs{};
  RunConventions conventions{};
  std::string budget{};  ///< the column that names each run's budget; "": by the runs' own FLOPs
  std::string cost = "6nd";  ///< "6nd", "paper", or a column or expression of a run's FLOPs
  /// How far, as a share, FLOPs of one budget may lie apart, and a named budget from its runs'
  /// FLOPs.
  double tolerance = 0.1;
  std::string axis = "n";  ///< n, d, or a column of sizes
  std::string by{};        ///< g, or a column: a profile for each value of it
  double huber_delta = std::numeric_limits<double>::infinity();  ///< of the loss over its mean
  std::vector<double> flops{};                                   ///< budgets to extrapolate to
  std::string approach_3 =
      "auto";  ///< "auto": where there are runs enough and not too many; yes, no
  std::uint64_t bootstrap = 1000;  ///< resamples behind the intervals
  std::uint64_t seed = 1;
  std::uint64_t threads = 0;  ///< 0: one per core; the result does not depend on it
};

/// What the sweep says at one budget, in logarithms: of the power laws as measured, corrected for
/// the parabola, and of Approach 3.
struct ProfilesAt {
  double flops = 0.0;
  SweepAnswer measured = no_answer(), corrected = no_answer(), law = no_answer();
};

/// The law that was fitted to the same runs.
struct ApproachThree {
  FitReport fit;
  std::size_t num_draws = 0;  ///< refits behind the intervals
  ApproachComparison comparison;
  double compared_at = 0.0;    ///< FLOPs: the largest budget asked for, else of the sweep
  Interval log_size, log_law;  ///< 95 % there: of the vertices as measured, and of the law
  bool disagree = false;       ///< the two intervals do not meet
};

struct ProfilesOutcome {
  ProfilesRequest request;
  InputFiles inputs;
  RecordLog records;
  std::size_t num_runs = 0;
  std::vector<std::size_t> lines;  ///< [num_runs] in the file
  std::string axis;                ///< symbol of the size: "N", "D" or the column
  std::string by;                  ///< of the further size; empty without
  double farthest = 0.0;  ///< largest |FLOPs / budget - 1| of a run; NaN where FLOPs are not known
  ProfilesReport report;
  std::vector<ProfilesAt> at;  ///< one per budget that was asked for
  std::optional<ApproachThree> approach_3;
  std::string no_approach_3;  ///< why there is none
  /// With --by g: the plans of fine-grained-moe fitted to the same runs, for the budgets of the
  /// sweep and then those asked for; empty where that was not possible.
  std::vector<Plan> fine_grained;
  std::string no_fine_grained;
  std::optional<LawRecord> law;  ///< "profiles": the power laws as a law that plans and predicts
  std::string no_law;            ///< why there is none

  bool usable() const { return report.num_answers() > 0; }
};

/// Throws InvalidArgument for a request that contradicts itself or asks more than the sweep can say
/// (a power law of one budget), DataError for a table that is not what it should be, and for a run
/// whose FLOPs contradict its budget.
ProfilesOutcome profiles(const ProfilesRequest& request, const Context& context = {});

/// The law file (isoflop.law/2) of an outcome with a law.
nlohmann::ordered_json profiles_law_json(const ProfilesOutcome& outcome);

ProfilesRequest profiles_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const ProfilesRequest& request);
/// isoflop.profiles/1.
nlohmann::ordered_json to_json(const ProfilesOutcome& outcome);

}  // namespace isoflop::api

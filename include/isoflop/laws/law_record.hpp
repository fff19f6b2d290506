/// A law with its coefficients and what its numbers mean: what a fit leaves, a published law is,
/// and a planner starts from.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/core/ranges.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/run_scatter.hpp"

namespace isoflop {

/// What a law's N counts.
enum class NMeaning {
  kUnspecified,
  kTotalNonEmbedding,
  kActiveNonEmbedding,
  kTotal,
  kActive,
  kDense
};

struct NMeaningInfo {
  NMeaning id;
  std::string_view name;  ///< in files and on the command line
  std::string_view meaning;
};
inline constexpr std::array<NMeaningInfo, 6> kNMeanings{{
    {NMeaning::kUnspecified, "unspecified", "nobody said"},
    {NMeaning::kTotalNonEmbedding, "total_non_embedding",
     "all parameters, every expert counted, without embeddings and router"},
    {NMeaning::kActiveNonEmbedding, "active_non_embedding",
     "parameters used per token, without embeddings and router"},
    {NMeaning::kTotal, "total", "all parameters, embeddings included"},
    {NMeaning::kActive, "active", "parameters used per token, embedding and unembedding included"},
    {NMeaning::kDense, "dense", "parameters of the dense model that the routed one is made from"},
}};
constexpr std::string_view to_string(NMeaning meaning) {
  return kNMeanings[static_cast<std::size_t>(meaning)].name;
}

/// What a law's G counts.
enum class GMeaning { kUnspecified, kDffOverDexpert, kTwoDmodelOverDexpert, kActiveExperts };

struct GMeaningInfo {
  GMeaning id;
  std::string_view name;
  std::string_view meaning;
};
inline constexpr std::array<GMeaningInfo, 4> kGMeanings{{
    {GMeaning::kUnspecified, "unspecified", "nobody said"},
    {GMeaning::kDffOverDexpert, "dff_over_dexpert",
     "width of the dense feed-forward layer over the width of one expert"},
    {GMeaning::kTwoDmodelOverDexpert, "two_dmodel_over_dexpert",
     "twice the model width over the width of one expert"},
    {GMeaning::kActiveExperts, "active_experts", "experts that a token goes to"},
}};
constexpr std::string_view to_string(GMeaning meaning) {
  return kGMeanings[static_cast<std::size_t>(meaning)].name;
}

/// How training FLOPs are counted: 6 N_active D, or as Krajewski et al. 2024 do, routing included.
enum class FlopAccounting { kSixNd, kPaper };

struct FlopAccountingInfo {
  FlopAccounting id;
  std::string_view name;
  std::string_view meaning;
};
inline constexpr std::array<FlopAccountingInfo, 2> kFlopAccountings{{
    {FlopAccounting::kSixNd, "6nd", "6 N_active D"},
    {FlopAccounting::kPaper, "paper", "(12 d^2 c_f + d E G c_r) D n_blocks"},
}};
constexpr std::string_view to_string(FlopAccounting accounting) {
  return kFlopAccountings[static_cast<std::size_t>(accounting)].name;
}

/// How the coefficients scatter: each entry is a set of coefficients [P] in the law's order and
/// units, refitted to a resample of the runs.
struct Draws {
  std::vector<std::vector<double>> bootstrap;  ///< resamples of runs or groups with replacement
  std::vector<std::vector<double>> jackknife;  ///< each run or group left out once; for BCa
};

struct LawRecord {
  std::string name;                  ///< of a published law; empty for a fit of one's own
  AnyLaw law;                        ///< which formula, e.g. "fine-grained-moe"
  std::vector<double> coefficients;  ///< [P] in the law's order and units
  NMeaning n_means = NMeaning::kUnspecified;
  GMeaning g_means = GMeaning::kUnspecified;  ///< only for laws with a granularity
  std::optional<double> expansion;            ///< E of the runs, 1 for dense models
  std::optional<FlopAccounting> flops;        ///< what its optima are meant under
  /// Of the losses: a word of laws/loss_unit.hpp; empty where nobody said.
  std::string loss_unit;
  std::optional<double> bytes_per_token;  ///< of its tokenizer: nats per token as bits per byte
  std::optional<ModelShapeRule> family;   ///< of the models, where the law's N follows from it
  Ranges ranges;
  bool secondary_source = false;  ///< coefficients were read in a paper that quotes them
  std::string fit_status;         ///< "converged", …; empty where the law is no fit
  std::string verdict;  ///< "certified", "doubtful" or "failed"; empty where nobody judged
  std::vector<std::string> reasons;   ///< why the verdict is not better, and what else to know
  std::vector<std::string> warnings;  ///< what a reader should know all the same
  std::vector<std::string> at_bound;  ///< coefficients that ended on a bound of the fit
  std::optional<double> noise;        ///< sd of ln L of a run about the fit, per degree of freedom
  std::optional<double> huber_delta;  ///< of the fit, in ln L; infinity is least squares
  Draws draws;                        ///< of a fit that was bootstrapped
  RunScatter scatter;                 ///< of the runs about the fit; empty where none is known
  std::optional<NewRunCalibration> calibration;  ///< of a fit that was calibrated
  std::string source;                            ///< where published coefficients come from
  std::string note;                              ///< what a reader should know before trusting them
  bool published = false;                        ///< one of the laws that ship
  /// What its file holds beside all that, under names that this program does not know, as JSON:
  /// {"file": {…}, "fit": {…}}; empty for nothing. Written again where the law is.
  std::string unknown_members;

  bool is_fit() const { return !fit_status.empty(); }
};

}  // namespace isoflop

/// What several laws say of one budget of training FLOPs, side by side in one convention and not
/// averaged:
///   N active and N total without embeddings where the law's N settles them,
///   G = d_ff / d_expert with d_ff = 4 d_model (Krajewski, Ludziejewski et al. 2024), so that the
///   2 d_model / d_expert of Tian et al. 2025 counts twice,
///   E = weights of all experts over those of the dense feed-forward layer, one expert per token
///   before splitting (k0 = 1).
/// Each law is planned with under its own accounting of FLOPs (own_accounting). Losses of different
/// laws are of different data and tokenizers: do not compare them across papers.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

struct ConsensusQuestion {
  double budget_flops = 0.0;        ///< training FLOPs, forward and backward
  std::optional<double> expansion;  ///< E >= 1; laws that hold at another E are left out
  std::optional<double> unique_tokens;
  std::vector<std::pair<std::string, double>> own_values = {};  ///< of variables that laws declare
  std::optional<double> granularity = {};  ///< d_ff / d_expert >= 1 to hold; else the best
};

/// Whether a number of parameters counts embeddings.
enum class Embeddings { kUnknown, kExcluded, kIncluded };

/// A law at another expansion rate or another budget.
struct ExpansionTried {
  double expansion, loss;
};
struct GranularityAt {
  double budget_flops, granularity;
};

/// What one law says of one budget. Numbers that it does not give are NaN.
struct LawOpinion {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::string law;  ///< name of the record
  double budget_flops = kNone;
  bool applicable = false;  ///< it recommends something at this budget
  std::string reason;       ///< why it is not applicable, or what else to know; may be empty
  std::string note;         ///< of the record: how far to trust it

  double n_active = kNone;                       ///< active parameters per token
  double n_total = kNone;                        ///< all parameters, router left out
  Embeddings embeddings = Embeddings::kUnknown;  ///< what n_active and n_total count
  double d_tokens = kNone;
  double epochs = kNone;  ///< d_tokens per unique token, where those are given
  double loss = kNone;    ///< nats per token
  double expansion = kNone;
  bool one_expansion = false;                    ///< the law holds at this E and knows no other
  std::vector<ExpansionTried> expansions_tried;  ///< where the best of several was taken

  double granularity = kNone;      ///< d_ff / d_expert with d_ff = 4 d_model
  double granularity_own = kNone;  ///< as the law counts it
  GMeaning g_means = GMeaning::kUnspecified;
  std::vector<GranularityAt> granularity_elsewhere;  ///< at a hundredth and a hundred times
  /// At the same N and D, the price of routing aside, twice the granularity is better still.
  std::optional<bool> finer_is_better;
  double leverage = kNone;           ///< compute of a dense model over that of the mixture
  double cutoff_parameters = kNone;  ///< dense size from which on more experts no longer help

  std::optional<FlopAccounting> accounting;  ///< under which the law was planned with
  std::string n_convention, g_convention, flops_convention;  ///< what was converted, and how
  Ranges ranges;                  ///< of the runs behind the law, as the law counts them
  std::optional<bool> in_range;   ///< nothing where the ranges are not known
  std::vector<Variable> outside;  ///< beyond the runs behind the law
  bool outside_d_per_n = false;

  double tokens_per_active_parameter() const { return d_tokens / n_active; }
  /// E G and k0 G with k0 = 1, not rounded.
  double num_experts() const { return expansion * granularity; }
};

/// One opinion per law, in their order. Throws InvalidArgument for a budget or number of unique
/// tokens that is not positive and finite, an expansion rate below 1, or a record of no known law.
std::vector<LawOpinion> consensus(const std::vector<LawRecord>& laws,
                                  const ConsensusQuestion& question);

/// The lowest and the highest value that applicable laws give, and which they are.
struct Spread {
  std::string low_law, high_law;
  double low, high;
  double ratio() const { return high / low; }
};
struct Disagreement {
  std::optional<Spread> n_active, d_tokens, tokens_per_active_parameter;
};
Disagreement disagreement(const std::vector<LawOpinion>& opinions);

}  // namespace isoflop

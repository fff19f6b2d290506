/// What N counts: parameters of all experts or of those that a token uses, with embeddings or
/// without, of a model with exact counts, of a planned one, or from one meaning to another.
///   N_total = N_active (8 E + 4) / 12 without embeddings,
///   embeddings = rows d_model, with d_model of the family of model_shape_rule.hpp.
///
/// In a dense model all experts are active, so that total and active, and total and active without
/// embeddings, are the same numbers; `dense` counts all of it.
#pragma once

#include <optional>
#include <string>

#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {

/// Whether an N of this meaning leaves embedding and head out. Of the others two count them, one
/// is that of a dense model, and of one nobody said.
constexpr bool is_without_embeddings(NMeaning meaning) {
  return meaning == NMeaning::kTotalNonEmbedding || meaning == NMeaning::kActiveNonEmbedding;
}
/// Whether it counts embedding and head.
constexpr bool counts_embeddings(NMeaning meaning) {
  return meaning == NMeaning::kTotal || meaning == NMeaning::kActive;
}
/// Whether it counts experts that a token does not use.
constexpr bool counts_all_experts(NMeaning meaning) {
  return meaning == NMeaning::kTotal || meaning == NMeaning::kTotalNonEmbedding;
}

/// N of a model. Nothing where nobody said what N counts, and for the dense model behind a routed
/// one.
std::optional<double> counted_parameters(NMeaning meaning, const ParameterCount& params);

/// What is known of the models whose N is converted.
struct SizeConvention {
  std::optional<double> expansion;  ///< E, 1 for dense models
  double embedding_rows = 0.0;      ///< vocabulary, twice if the head is apart; 0 = not known
  ModelShapeRule shape{};           ///< its own embedding_rows are not used
};

/// n > 0 of meaning `from` in the meaning `to`. Throws InvalidArgument where what is known does not
/// settle it, naming the field that would: n_means, expansion or vocab.
double convert_n(double n, NMeaning from, NMeaning to, const SizeConvention& known);

/// N as a law counts it per active parameter of a planned model, which are those without embeddings
/// where the law's N is without them or embedding_rows > 0, else N as it is. The number of
/// embeddings in an N that counts embedding_rows comes on top. Throws InvalidArgument where nobody
/// said enough.
double n_law_per_active(const LawRecord& law, FlopAccounting accounting, double embedding_rows);

/// What n_law_per_active would throw; nothing where it is known.
std::optional<InvalidArgument> n_law_fault(const LawRecord& law, FlopAccounting accounting,
                                           double embedding_rows);

/// All parameters per active parameter of a planned model; N itself where that counts embeddings or
/// nobody said, and NaN where the ratio is not the same for every size. Throws as n_law_per_active.
double n_total_per_active(const LawRecord& law, FlopAccounting accounting, double embedding_rows);

}  // namespace isoflop

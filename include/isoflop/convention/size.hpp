/// N of one meaning as N of another: total or active, with or without embeddings.
///   N_total = N_active (8 E + 4) / 12 without embeddings,
///   embeddings = rows d_model, with d_model of the family of model_shape_rule.hpp.
#pragma once

#include <optional>

#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// What is known of the models whose N is converted.
struct SizeConvention {
  std::optional<double> expansion;  ///< E, 1 for dense models
  double embedding_rows = 0.0;      ///< vocabulary, twice if the head is apart; 0 = not known
  ModelShapeRule shape{};           ///< its own embedding_rows are not used
};

/// n > 0 of meaning `from` in the meaning `to`. Throws InvalidArgument where what is known does not
/// settle it, naming the flag that would: --n-means, --expansion or --vocab.
double convert_n(double n, NMeaning from, NMeaning to, const SizeConvention& known);

}  // namespace isoflop

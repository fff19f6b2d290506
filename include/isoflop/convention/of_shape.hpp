/// The numbers of an architecture in the convention of a law: what N, G, E, S and A are there.
///   E = experts / K, S = 1 - K / experts, A = K / experts, K experts per token; a dense model has
///   E = 1, S = 0, A = 1
///   G from the width of an expert, 4 d_model in the place of d_ff, as the laws have it
#pragma once

#include <optional>

#include "isoflop/convention/converted.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// The variable of the law for a model of this shape; nothing for a variable that is none of the
/// architecture (D, U, C). Throws InvalidArgument where the law does not say what it counts, or the
/// shape has no such thing.
std::optional<Converted> from_shape(const LawRecord& law, Variable variable,
                                    const ModelShape& shape);

/// Rows of d_model weights of embedding and head.
inline double embedding_rows(const ModelShape& shape) {
  return static_cast<double>(shape.vocab_size) * (shape.tied ? 1.0 : 2.0);
}

/// d_model / n_blocks of the family that a shape is one of.
inline double width_per_block(const ModelShape& shape) {
  return static_cast<double>(shape.d_model) / static_cast<double>(shape.num_blocks);
}

}  // namespace isoflop

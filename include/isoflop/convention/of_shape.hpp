// The numbers of an architecture in the convention of a law: what N, G, E, S and A are there.
#pragma once

#include <optional>
#include <string>

#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop::app {

struct Converted {
  double value;
  std::string how;  ///< one clause: what was counted
};

/// The variable of the law for a model of this shape; nothing for a variable that is none of the
/// architecture (D, U, C). Throws InvalidArgument where the law does not say what it counts, or the
/// shape has no such thing.
std::optional<Converted> from_shape(const LawRecord& law, Variable variable,
                                    const ModelShape& shape);

/// The law's G from d_ff / d_expert with d_ff = 4 d_model. Throws InvalidArgument where the law
/// does not say what its G counts, or counts something that does not follow.
Converted granularity_of_law(const LawRecord& law, double dff_over_dexpert);

}  // namespace isoflop::app

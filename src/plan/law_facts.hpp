// What a planner and a consensus ask of a law beside its loss as a function of N, D and G. Only
// here and in loss_surface.cpp are laws told apart. All throw InvalidArgument where no law has the
// record's name.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// In the order of the law.
std::vector<Variable> variables_of(const LawRecord& law);

/// What the law predicts at these values, by Variable, in their own units.
double predicted(const LawRecord& law, const std::array<double, kNumVariables>& values);

/// G of the best prediction, as the law counts it, where the law knows one by itself.
std::optional<double> best_granularity(const LawRecord& law);

/// Parameters of a dense model from which on more experts no longer help, where the law knows them.
std::optional<double> cutoff_parameters(const LawRecord& law);

}  // namespace isoflop

/// The variables of a law from the rates of a layer of experts, and back: E is E, S = 1 - k0 / E,
/// A = k0 / E, and G is d_ff / d_expert in the law's own meaning.
#pragma once

#include <array>
#include <optional>

#include "isoflop/convention/converted.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop {

/// A variable of the law from rates; nothing where they leave it open. Throws InvalidArgument where
/// the law does not say what its G counts.
std::optional<Converted> from_rates(const LawRecord& law, Variable variable,
                                    const ExpertRates& rates);

/// The rates that the law and values of its variables (NaN: none) settle.
ExpertRates rates_at(const LawRecord& law, const std::array<double, kNumVariables>& values);

/// Whether a law says anything of experts.
bool knows_experts(const LawRecord& law);

/// Throws InvalidArgument for rates at which the law does not hold: another E, k0 other than 1 and
/// G other than 1 where it has no variable for them. `name` is what the law was called.
void require_holds_at(const LawRecord& law, const std::string& name, const ExpertRates& rates);

}  // namespace isoflop

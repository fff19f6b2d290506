/// Layers of experts as a person reads them, in both vocabularies.
#pragma once

#include <optional>
#include <string>

#include "isoflop/shape/experts.hpp"

namespace isoflop::text {

/// A count as a person reads it: 1024, or 42.67 where it is not whole.
std::string count_text(double count);

/// "E = 8, G = 8, k0 = 1: E' = E G = 64 experts of width n = 1024, K = 8 per token (d_ff = 8192)"
std::string describe_experts(const ExpertLayer& experts);

/// "E = 64, G = 16, k0 = 1: E' = E G = 1024 experts of width n = d_ff / 16, K = 16 per token"; with
/// `d_ff` n is a number. What is open is called so.
std::string describe_rates(const ExpertRates& rates, std::optional<double> d_ff = std::nullopt);

}  // namespace isoflop::text

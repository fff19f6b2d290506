// A layer of experts as requests say it, by rates (expansion, granularity, k0) or by actual counts
// (num_experts, expert_width, top_k), in the same words for every verb; and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "api/fields.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop::api {

/// All of it but d_ff.
void list_fields(FieldVisitor& f, ExpertWords& words);
/// k0 and counts, for verbs whose other fields are the rates.
void list_counts(FieldVisitor& f, ExpertWords& words);

/// {E, G, k0, num_experts, expert_width, top_k, d_ff}.
nlohmann::ordered_json experts_to_json(const ExpertLayer& experts);
/// The same; null where open.
nlohmann::ordered_json rates_to_json(const ExpertRates& rates,
                                     std::optional<double> d_ff = std::nullopt);

}  // namespace isoflop::api

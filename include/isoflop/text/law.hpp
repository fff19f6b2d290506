/// What a person should know of a law before relying on it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop::text {

/// "published", "given", or that it is a fit with its verdict (its status in files without one),
/// for the head of a report.
std::string describe_origin(const LawRecord& law);

/// "NAME (published): fine-grained-moe, N is total_non_embedding, E = 64", with a line end: the
/// first line of a report.
std::string head_of_law(const std::string& name, const LawRecord& law);

/// The verdict on a fit as a law file has it, with what it means; the questions are shown below it.
std::string verdict_text(const std::string& verdict);

/// What the law's file says against relying on it, one line each: a verdict that is not certified
/// with its reasons, coefficients on a bound, warnings of the fit.
std::vector<std::string> notes_on_fit(const LawRecord& law);

/// Whether the law says, beside the interval of its curve, that of one new run.
bool has_new_runs(const LawRecord& law);

/// "1.2B - 3.4B", each end as human_number writes it or with so many decimals; "-" for none.
std::string human_interval(const EstimatedInterval& interval,
                           std::optional<int> decimals = std::nullopt);

}  // namespace isoflop::text

#include "isoflop/convention/experts.hpp"

#include <cmath>

#include "isoflop/convention/law_variables.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

bool has_more_than_rates(const ExpertWords& words) { return words.k0 || words.has_counts(); }

}  // namespace

void require_unsplit(const ExpertRates& rates) {
  if (std::abs(rates.k0 - 1.0) <= 1e-9) return;
  throw InvalidArgument("k0", "k0 = " + format_number(rates.k0) +
                                  ": the laws hold for k0 = 1, one expert per token before "
                                  "splitting");
}

void settle_for_plan(ExpertWords& words, const LawRecord& law) {
  if (!has_more_than_rates(words)) return;
  if (words.expert_width) {
    throw InvalidArgument(
        "expert_width",
        field("expert_width") + ": a plan chooses d_ff, so a width says nothing of G; give " +
            field("granularity") + ", or " + field("top_k") + ", which is G at k0 = 1");
  }
  ExpertWords all = words;
  if (!all.expansion) all.expansion = law.expansion;
  const bool with_g = has_granularity(law);
  if (!with_g && !all.granularity) all.granularity = 1.0;
  const ExpertRates rates = settle_rates(all);
  require_unsplit(rates);
  if (rates.expansion) words.expansion = rates.expansion;
  if (with_g && rates.granularity) words.granularity = rates.granularity;
}

void settle_for_runs(ExpertWords& words) {
  if (!has_more_than_rates(words)) return;
  if (words.expert_width) {
    throw InvalidArgument("expert_width", field("expert_width") + " says nothing of E: add " +
                                              field("num_experts") + " and " + field("top_k") +
                                              " instead");
  }
  const ExpertRates rates = settle_rates(words);
  require_unsplit(rates);
  if (!rates.expansion) {
    throw InvalidArgument("top_k",
                          field("top_k") + " alone leaves E open: add " + field("num_experts"));
  }
  words.expansion = rates.expansion;
}

std::optional<ExpertRates> rates_of_law(const LawRecord& law,
                                        std::optional<double> held_granularity) {
  const bool with_g = has_granularity(law);
  if (!law.expansion ? !with_g : *law.expansion == 1.0 && !with_g) return std::nullopt;
  ExpertRates out;
  out.expansion = law.expansion;
  out.granularity = with_g ? held_granularity : 1.0;
  return out;
}

}  // namespace isoflop

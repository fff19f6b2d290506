#include "api/experts.hpp"

#include "io/json_values.hpp"

namespace isoflop::api {

using detail::number_or_null;

void list_fields(FieldVisitor& f, ExpertWords& words) {
  f.number("expansion", words.expansion, Numbers::kPositive);
  f.number("granularity", words.granularity, Numbers::kPositive);
  f.number("k0", words.k0, Numbers::kPositive);
  f.count("num_experts", words.num_experts, 1);
  f.count("expert_width", words.expert_width, 1);
  f.count("top_k", words.top_k, 1);
}

void list_counts(FieldVisitor& f, ExpertWords& words) {
  f.number("k0", words.k0, Numbers::kPositive);
  f.count("num_experts", words.num_experts, 1);
  f.count("top_k", words.top_k, 1);
  f.count("expert_width", words.expert_width, 1);
}

nlohmann::ordered_json experts_to_json(const ExpertLayer& experts) {
  return {{"E", experts.expansion()},
          {"G", experts.granularity()},
          {"k0", experts.k0()},
          {"num_experts", experts.num_experts},
          {"expert_width", experts.expert_width},
          {"top_k", experts.top_k},
          {"d_ff", experts.d_ff}};
}

nlohmann::ordered_json rates_to_json(const ExpertRates& rates, std::optional<double> d_ff) {
  std::optional<double> width;
  if (d_ff && rates.granularity) width = *d_ff / *rates.granularity;
  return {{"E", number_or_null(rates.expansion)},
          {"G", number_or_null(rates.granularity)},
          {"k0", rates.k0},
          {"num_experts", number_or_null(rates.num_experts())},
          {"expert_width", number_or_null(width)},
          {"top_k", number_or_null(rates.top_k())},
          {"d_ff", number_or_null(d_ff)}};
}

}  // namespace isoflop::api

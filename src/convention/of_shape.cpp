#include "isoflop/convention/of_shape.hpp"

#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {
namespace {

Converted size_of(const LawRecord& law, const ModelShape& shape) {
  if (law.n_means == NMeaning::kUnspecified) {
    throw InvalidArgument("n", "the law does not say what its N counts: add " + field("n"));
  }
  const auto counted = counted_parameters(law.n_means, count_parameters(shape));
  if (counted) {
    const auto meaning = kNMeanings[static_cast<std::size_t>(law.n_means)].meaning;
    return {*counted, "N counts " + std::string(meaning)};
  }
  throw InvalidArgument(
      "n",
      "the law's N is that of the dense model behind the routed one, which does not follow from "
      "this shape: add " +
          field("n"));
}

Converted granularity_of(const LawRecord& law, const ModelShape& shape) {
  if (!shape.is_routed()) {
    throw InvalidArgument("this shape has no experts, so the law's G does not follow from it");
  }
  if (law.g_means == GMeaning::kActiveExperts) {
    return {static_cast<double>(shape.top_k), "G is the number of experts a token goes to"};
  }
  const auto width = static_cast<double>(shape.expert_width);
  const double law_d_ff = kDffPerDmodel * static_cast<double>(shape.d_model);
  Converted out = granularity_of_law(law, law_d_ff / width);
  const std::string expert = std::to_string(shape.expert_width);
  const bool of_width = law.g_means == GMeaning::kTwoDmodelOverDexpert;
  out.how =
      of_width ? "G is 2 d_model / d_expert = " + std::to_string(2 * shape.d_model) + " / " + expert
               : "G is d_ff / d_expert = " + format_number(law_d_ff) + " / " + expert +
                     " with d_ff = 4 d_model, as the law has it";
  if (static_cast<double>(shape.d_ff) != law_d_ff) {
    out.how += std::string("; with the shape's own d_ff = ") + std::to_string(shape.d_ff) +
               (of_width ? " d_ff / d_expert is " : " it is ") +
               human_number(static_cast<double>(shape.d_ff) / width);
  }
  return out;
}

}  // namespace

std::optional<Converted> from_shape(const LawRecord& law, Variable variable,
                                    const ModelShape& shape) {
  const auto experts = static_cast<double>(shape.num_experts);
  const auto top_k = static_cast<double>(shape.top_k);
  const std::string k_text = std::to_string(shape.top_k);
  const std::string experts_text = std::to_string(shape.num_experts);
  switch (variable) {
    case Variable::kN:
      return size_of(law, shape);
    case Variable::kG:
      return granularity_of(law, shape);
    case Variable::kE:
      if (!shape.is_routed()) return Converted{1.0, "a dense model has E = 1"};
      return Converted{experts / top_k, "E is " + experts_text + " experts over " + k_text +
                                            " per token, which is by d_ff = " + k_text +
                                            " d_expert"};
    case Variable::kS:
      if (!shape.is_routed()) return Converted{0.0, "a dense model has S = 0"};
      return Converted{1.0 - top_k / experts, "S is 1 - " + k_text + " / " + experts_text};
    case Variable::kA:
      if (!shape.is_routed()) return Converted{1.0, "a dense model has A = 1"};
      return Converted{top_k / experts, "A is " + k_text + " / " + experts_text};
    case Variable::kD:
    case Variable::kU:
    case Variable::kC:
      break;
  }
  return std::nullopt;
}

}  // namespace isoflop

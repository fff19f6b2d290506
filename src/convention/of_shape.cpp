#include "isoflop/convention/of_shape.hpp"

#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/error.hpp"
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
  return granularity_of_law(law, kDffPerDmodel * static_cast<double>(shape.d_model) /
                                     static_cast<double>(shape.expert_width));
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
      return Converted{experts / top_k,
                       "E is " + experts_text + " experts over " + k_text + " per token"};
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

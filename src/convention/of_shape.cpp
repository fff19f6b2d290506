#include "isoflop/convention/of_shape.hpp"

#include <fmt/format.h>

#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/convention/granularity.hpp"
#include "isoflop/shape/experts.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop::app {
namespace {

Converted size_of(const LawRecord& law, const ModelShape& shape) {
  const ParameterCount count = count_parameters(shape);
  auto counted = [&](std::uint64_t value) {
    return Converted{
        static_cast<double>(value),
        fmt::format("N counts {}", kNMeanings[static_cast<std::size_t>(law.n_means)].meaning)};
  };
  switch (law.n_means) {
    case NMeaning::kTotalNonEmbedding:
      return counted(count.total_no_embedding());
    case NMeaning::kActiveNonEmbedding:
      return counted(count.active_no_embedding());
    case NMeaning::kTotal:
      return counted(count.total());
    case NMeaning::kActive:
      return counted(count.active());
    case NMeaning::kDense:
      if (!shape.is_routed()) return counted(count.total());
      throw InvalidArgument(
          "the law's N is that of the dense model behind the routed one, which does not follow "
          "from "
          "this shape: add --n");
    case NMeaning::kUnspecified:
      break;
  }
  throw InvalidArgument("the law does not say what its N counts: add --n");
}

}  // namespace

Converted granularity_of_law(const LawRecord& law, double dff_over_dexpert) {
  switch (law.g_means) {
    case GMeaning::kDffOverDexpert:
      return {dff_over_dexpert, "G is d_ff / d_expert"};
    case GMeaning::kTwoDmodelOverDexpert:
      return {dff_over_dexpert / common_granularity_per(law.g_means),
              fmt::format("G is 2 d_model / d_expert, half of {} where d_ff = 4 d_model",
                          format_number(dff_over_dexpert))};
    case GMeaning::kActiveExperts:
      throw InvalidArgument(
          "the law's G is the number of experts a token goes to, which does not follow from "
          "d_ff / d_expert: add --g");
    case GMeaning::kUnspecified:
      break;
  }
  throw InvalidArgument("the law does not say what its G counts: add --g");
}

std::optional<Converted> from_shape(const LawRecord& law, Variable variable,
                                    const ModelShape& shape) {
  auto of_experts = [&](const char* symbol) {
    if (shape.is_routed()) return;
    throw InvalidArgument(
        fmt::format("this shape has no experts, so the law's {} does not follow "
                    "from it",
                    symbol));
  };
  const auto width = static_cast<double>(shape.expert_width);
  const auto experts = static_cast<double>(shape.num_experts);
  const auto top_k = static_cast<double>(shape.top_k);
  switch (variable) {
    case Variable::kN:
      return size_of(law, shape);
    case Variable::kG:
      of_experts("G");
      if (law.g_means == GMeaning::kActiveExperts) {
        return Converted{top_k, "G is the number of experts a token goes to"};
      }
      // 4 d_model stands for d_ff, as the laws have it.
      return granularity_of_law(law, kDffPerDmodel * static_cast<double>(shape.d_model) / width);
    case Variable::kE:
      if (!shape.is_routed()) return Converted{1.0, "a dense model has E = 1"};
      return Converted{experts / top_k, fmt::format("E is {} experts over {} per token",
                                                    shape.num_experts, shape.top_k)};
    case Variable::kS:
      if (!shape.is_routed()) return Converted{0.0, "a dense model has S = 0"};
      return Converted{1.0 - top_k / experts,
                       fmt::format("S is 1 - {} / {}", shape.top_k, shape.num_experts)};
    case Variable::kA:
      if (!shape.is_routed()) return Converted{1.0, "a dense model has A = 1"};
      return Converted{top_k / experts,
                       fmt::format("A is {} / {}", shape.top_k, shape.num_experts)};
    case Variable::kD:
    case Variable::kU:
    case Variable::kC:
      break;
  }
  return std::nullopt;
}

}  // namespace isoflop::app

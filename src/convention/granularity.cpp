#include "isoflop/convention/granularity.hpp"

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {

Converted granularity_of_law(const LawRecord& law, double dff_over_dexpert) {
  switch (law.g_means) {
    case GMeaning::kDffOverDexpert:
      return {dff_over_dexpert, "G is d_ff / d_expert with d_ff = 4 d_model"};
    case GMeaning::kTwoDmodelOverDexpert:
      return {dff_over_dexpert / common_granularity_per(law.g_means),
              "G is 2 d_model / d_expert, half of " + format_number(dff_over_dexpert) +
                  " where d_ff = 4 d_model"};
    case GMeaning::kActiveExperts:
      throw InvalidArgument(
          "g",
          "the law's G is the number of experts a token goes to, which does not follow from d_ff / "
          "d_expert: add " +
              field("g"));
    case GMeaning::kUnspecified:
      break;
  }
  throw InvalidArgument("g", "the law does not say what its G counts: add " + field("g"));
}

}  // namespace isoflop

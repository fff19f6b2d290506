// What Muennighoff et al. 2023 give for two ways to spend one budget on 25B unique tokens.
#include <array>

#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/data_constrained.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop {
namespace muennighoff2023_derived {

std::vector<DerivedNumber> derive(const ReproductionInput&) {
  const LawRecord law = find_law("muennighoff2023");
  auto figure = [&](const char* name, double n, double d, double published) {
    return DerivedNumber{
        name,  published, loss(DataConstrained{}, law.coefficients, std::array{n, d, 25e9}),
        1e-12, true,      "the same arithmetic in another order"};
  };
  return {
      figure("loss of 6.34B parameters, 242B tokens", 6.34e9, 242e9, 2.2256440889984477),
      figure("loss of 8.67B parameters, 178B tokens", 8.67e9, 178e9, 2.2269634075087867),
  };
}

}  // namespace muennighoff2023_derived

Recipe muennighoff2023() {
  return {"muennighoff2023",
          "the losses of a smaller model with more repetition and a larger one with less",
          "Muennighoff et al. 2023, Scaling Data-Constrained Language Models, arXiv 2305.16264",
          "25B unique tokens in both: 9.7 and 7.1 epochs.",
          std::nullopt,
          muennighoff2023_derived::derive};
}

}  // namespace isoflop

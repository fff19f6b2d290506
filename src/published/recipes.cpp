#include <cmath>

#include "isoflop/published/recipe.hpp"

namespace isoflop::app {

bool Figure::reproduced() const {
  return std::abs(difference()) <= tolerance * (relative ? std::abs(published) : 1.0);
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all{
      besiroglu2024(),        clark2022(),        hoffmann2022(),
      krajewski2024_table2(), ludziejewski2025(), muennighoff2023(),
  };
  return all;
}

}  // namespace isoflop::app

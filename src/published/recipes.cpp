#include <cmath>

#include "isoflop/error.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop {

bool DerivedNumber::reproduced() const {
  return std::abs(difference()) <= tolerance * (relative ? std::abs(published) : 1.0);
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all{
      besiroglu2024(),        clark2022(),        hoffmann2022(),
      krajewski2024_table2(), ludziejewski2025(), muennighoff2023(),
  };
  return all;
}

const Recipe& find_recipe(const std::string& name) {
  std::string known;
  for (const Recipe& recipe : recipes()) {
    if (recipe.name == name) return recipe;
    known += " " + recipe.name;
  }
  throw InvalidArgument("name",
                        "nothing to reproduce is named \"" + name + "\"; there are:" + known);
}

std::string describe_data(const Recipe& recipe) {
  return recipe.name + " needs data that isoflop may not contain: " + recipe.data->source +
         "\n  made to a table: " + recipe.data->making +
         "\n  sha256 of the table: " + recipe.data->sha256;
}

}  // namespace isoflop

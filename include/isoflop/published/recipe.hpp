/// Published results that isoflop derives again: from coefficients that ship, or from data that a
/// user has to fetch. A new one is one file that returns a Recipe and one line in recipes.cpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/options.hpp"

namespace isoflop {

/// One published number and ours.
struct DerivedNumber {
  std::string name;
  double published, ours;
  double tolerance;  ///< of |ours - published|, relative to |published| if `relative`
  bool relative;
  std::string reason;  ///< why this tolerance

  double difference() const { return ours - published; }
  bool reproduced() const;  ///< false where ours is not a number
};

/// A file that may not be part of this project.
struct PublicData {
  std::string source;  ///< where to get it
  std::string making;  ///< how the file that is read is made from it
  std::string sha256;  ///< of that file
};

using Bootstrap =
    std::function<BootstrapReport(const AnyLaw& law, const RunTable&, const FitOptions&,
                                  const FitReport&, const BootstrapOptions&)>;

struct ReproductionInput {
  std::string data;     ///< path of the file that the recipe's PublicData names
  FitOptions fit;       ///< threads and progress; a recipe sets the rest
  Bootstrap bootstrap;  ///< empty: figures that need it are left out
};

struct Recipe {
  std::string name;    ///< by which it is asked for
  std::string title;   ///< what is derived, from what
  std::string source;  ///< the publication
  std::string note;    ///< what a reader should know of the result; may be empty
  std::optional<PublicData> data;
  std::vector<DerivedNumber> (*derive)(const ReproductionInput&);
};

/// All of them, in the order of their names.
const std::vector<Recipe>& recipes();
/// Throws InvalidArgument, naming what there is, for another name.
const Recipe& find_recipe(const std::string& name);
/// Which data a recipe that has PublicData needs, and how its table is made.
std::string describe_data(const Recipe& recipe);

Recipe besiroglu2024();
Recipe clark2022();
Recipe hoffmann2022();
Recipe krajewski2024_table2();
Recipe ludziejewski2025();
Recipe muennighoff2023();

}  // namespace isoflop

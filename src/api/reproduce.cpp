#include "isoflop/api/reproduce.hpp"

#include <algorithm>

#include "api/fit_choice.hpp"
#include "api/progress.hpp"
#include "api/reproduce_fields.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {
namespace {

/// What the request names, if it names all that this needs.
const Recipe& recipe_of(const ReproduceRequest& request) {
  const Recipe& recipe = find_recipe(request.name);
  if (!recipe.data && !request.data.empty()) {
    throw InvalidArgument("data", field("data") + ": " + recipe.name + " needs no data");
  }
  if (recipe.data && request.data.empty()) {
    throw Error(describe_data(recipe) + "\n  then: isoflop reproduce " + recipe.name + " " +
                field("data") + " FILE");
  }
  return recipe;
}

}  // namespace

bool ReproduceOutcome::reproduced() const {
  return std::all_of(figures.begin(), figures.end(),
                     [](const DerivedNumber& f) { return f.reproduced(); });
}

ReproduceOutcome reproduce(const ReproduceRequest& request, const Context& context) {
  ReproduceOutcome out;
  out.request = checked(request);
  out.inputs = inputs_of(request);
  if (request.name.empty()) {
    if (request.data.empty()) return out;
    throw InvalidArgument("data", field("data") + ": name what is to be reproduced");
  }
  out.recipe = recipe_of(request);
  ReproductionInput input;
  input.data = request.data;
  input.fit = fit_options({.threads = request.threads}, context);
  input.fit.progress = progress_of(context, "starts");
  input.bootstrap = [](const AnyLaw& law, const RunTable& runs, const FitOptions& options,
                       const FitReport& fit, const BootstrapOptions& how) {
    return bootstrap(law, runs, options, fit, how);
  };
  out.figures = out.recipe->derive(input);
  return out;
}

}  // namespace isoflop::api

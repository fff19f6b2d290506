// Models that can be built around a plan, settled.
#pragma once

#include <span>

#include "api/fields.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/embeddings_choice.hpp"
#include "isoflop/api/hyperparameter_choice.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/shapes_choice.hpp"
#include "isoflop/io/launch_config.hpp"
#include "isoflop/plan/shape_search.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, ShapesChoice& choice);
/// Of them those that say how models are built.
void list_of_models(FieldVisitor& f, ShapesChoice& choice);

/// Whether shapes are asked for. Throws InvalidArgument where something is said of them without.
bool wants_shapes(const ShapesChoice& choice, const HyperparameterChoice& hyperparameters);

/// Warns where experts were to be shared and none of these models has any.
void require_meant(const ShapesChoice& choice, std::span<const ModelShape> models,
                   const Context& context);

/// What the embeddings say of the vocabulary stands where the choice says nothing.
/// `out` holds what stands where nobody said.
ShapeOptions options_of(const ShapesChoice& choice, const EmbeddingsChoice& embeddings,
                        const PlanProblem& problem, ShapeOptions out = {});

/// The run of a shape with the batch that was asked for, else that of the law of hyperparameters,
/// else the default one. A run is launched as it was timed, where budgets are time.
FilledRun run_of(const RealShape& shape, const ShapesChoice& choice, const PlanProblem& problem,
                 const std::optional<HyperparameterLaw>& hyperparameters);

/// The run of the chosen shape, for the trainer that was asked for. Throws InvalidArgument, and
/// Error where the search has no such shape.
std::string emitted(const ShapeAnswer& answer, const ShapesChoice& choice);

}  // namespace isoflop::api

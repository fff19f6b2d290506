// The options that the verbs which plan have in common.
#pragma once

#include "apps/words/form.hpp"

namespace isoflop::app {

/// What may be spent: FLOPs, hours of GPUs, or a loss to reach.
void budget_options(Form& form);
/// Whose hours FLOPs take, and what they cost.
void gpu_options(Form& form, const char* group);
/// The cost table whose times budgets are counted in, with one micro-batch or several.
void time_options(Form& form, bool one_micro_batch = true);

/// What a planner is asked, budgets apart: all of the following and limits.
void planner_options(Form& form);
void law_options(Form& form);
/// How FLOPs are counted, and which granularities there are to choose from.
void accounting_options(Form& form, const char* granularity, const char* granularities);
void law_conventions_options(Form& form);
/// Constants of the FLOP count, and the family's width over depth.
void cost_options(Form& form);
/// Values of the law's variables that a plan does not choose.
void variable_options(Form& form);
/// Of those the ones that the law declares itself.
void own_variables_option(Form& form);
void accept_unconverged_option(Form& form);
/// When a plan is undetermined, and whether it is taken all the same; a curve has no regret.
void doubt_options(Form& form, bool with_regret);

/// How many embedding weights there are beside the blocks.
void embeddings_options(Form& form);
/// Of them those that need no file.
void vocabulary_options(Form& form);
void versus_option(Form& form);
/// The law of learning rate and batch that runs follow.
void hyperparameters_option(Form& form, const char* group);
/// Models that can be built, and the run of one.
void shapes_options(Form& form);
/// Defaults as the help shows them.
struct ModelDefaults {
  const char *multiple, *expert_multiple, *head_dim, *depth_tolerance;
};
/// Of them how models are built, and the batch.
void models_options(Form& form, const ModelDefaults& defaults);
void batch_option(Form& form);

}  // namespace isoflop::app

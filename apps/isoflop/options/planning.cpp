#include "apps/isoflop/options/planning.hpp"

#include "apps/isoflop/options/values.hpp"

namespace isoflop::app {

void budget_options(Form& form) {
  constexpr const char* kGroup = "Budget";
  form.words({"--flops", "training FLOPs, one or more, such as 1e21 3e21", "X ...", kGroup});
  form.words({"--gpu-hours",
              "hours of one GPU, one or more: by --cost-table, or by --gpu and --mfu", "X ...",
              kGroup});
  form.word({"--gpus", "GPUs, with --days", "K", kGroup});
  form.words({"--days", "days on --gpus, one or more", "X ...", kGroup});
  form.words({"--target-loss", "losses in the unit of the law: the cheapest training to reach them",
              "X ...", kGroup});
  gpu_options(form, kGroup);
}

void gpu_options(Form& form, const char* group) {
  form.word({"--price-per-gpu-hour", "what an hour of one GPU costs", "X", group});
  form.word({"--gpu", "GPU whose datasheet's peak --mfu is a share of", "NAME", group, "", gpus});
  form.word(
      {"--peak-flops",
       "the same for a GPU without a datasheet here: its dense FLOPs per second, such as 989T", "X",
       group});
  form.word({"--mfu", "share of the peak that training reaches (default 0.4)", "X", group});
}

void time_options(Form& form, bool one_micro_batch) {
  constexpr const char* kGroup = "Time";
  form.word({"--cost-table",
             "times of MoE layers on your GPU ('isoflop-bench' writes them): budgets are time",
             "FILE", kGroup});
  form.word({"--backend", "rows of the table to use; best: the fastest that drops no token", "NAME",
             kGroup});
  form.word({"--regime", "rows of the table to use", "sustained|burst", kGroup});
  if (one_micro_batch) {
    form.word({"--micro-batch",
               "tokens that pass a layer of one GPU at once, where the table has several", "T",
               kGroup});
  }
  form.word(
      {"--activation", "of the experts, where the table has several", "swiglu|gelu|relu", kGroup});
  form.word({"--time-k0", "experts per token before splitting (default 1)", "X", kGroup});
  form.word({"--mfu-dense",
             "share of the table's GEMM peak that attention projections reach (default 1)", "X",
             kGroup});
  form.word(
      {"--gpus-per-layer", "GPUs that share the experts of a layer (default 1)", "P", kGroup});
  form.word({"--all-to-all-latency-us", "microseconds per exchange between them (default 0)", "X",
             kGroup});
  form.word({"--all-to-all-bandwidth",
             "bytes per second and GPU of these exchanges, such as 50e9 (default: free)", "X",
             kGroup});
  if (!one_micro_batch) {
    form.words({"--micro-batch",
                "tokens that pass a layer of one GPU at once, one or more, such as 8192 65536",
                "T ...", kGroup});
  }
}

void accounting_options(Form& form, const char* granularity, const char* granularities) {
  form.word({"--cost",
             "how FLOPs are counted: 6nd = 6 N_active D, or paper = (12 d^2 c_f + d E G c_r) D "
             "n_blocks; default paper where the law has a granularity",
             "6nd|paper"});
  form.word({"--granularity", granularity, granularities});
}

void law_options(Form& form) {
  form.law("a published law ('isoflop laws' lists them) or a law file", published_laws);
}

void law_conventions_options(Form& form) {
  form.word({"--n-means",
             "what the law's N counts, where its file does not say: total_non_embedding, "
             "active_non_embedding or total",
             "MEANING", "Options", "", n_meanings});
  form.word({"--expansion",
             "expansion rate E, where the law's file does not say it; 1 is dense. plan: free, the "
             "best of powers of two, where E is a variable of the law",
             "E"});
}

void variable_options(Form& form) {
  form.word({"--u", "U, unique training tokens, for laws that have it", "X"});
  form.word({"--s",
             "S, sparsity, share of the experts that a token does not use, for laws that "
             "have it",
             "X"});
  own_variables_option(form);
}

void own_variables_option(Form& form) {
  form.words(
      {"--set", "values of the variables that a formula of one's own declares", "NAME=X ..."});
}

void accept_unconverged_option(Form& form) {
  form.flag({"--accept-unconverged", "use a fit that did not converge"});
}

void doubt_options(Form& form, bool with_regret) {
  constexpr const char* kGroup = "Undetermined plans";
  form.word({"--max-n-span",
             "a plan is undetermined where the 95 % interval of N active spans a larger factor "
             "(default 30)",
             "X", kGroup});
  if (with_regret) {
    form.word({"--max-regret",
               "or a larger share of the budget is lost on average if another refit is true "
               "(default 20%)",
               "SHARE", kGroup});
  }
  form.word({"--max-without-plan", "or a larger share of the refits has no plan (default 5%)",
             "SHARE", kGroup});
  form.flag({"--accept-undetermined", "take such a plan all the same", "", kGroup});
}

namespace {

void limits_options(Form& form) {
  constexpr const char* kGroup = "Limits";
  form.word(
      {"--unique-tokens",
       "tokens that are there; beyond them they repeat and are worth less (Muennighoff et al. "
       "2023)",
       "U", kGroup});
  form.word({"--inference-tokens",
             "tokens to serve with the model: the budget pays for training and serving", "X",
             kGroup});
  form.word({"--max-n-active", "most active parameters", "N", kGroup});
  form.word({"--min-d", "fewest training tokens", "D", kGroup});
  form.word({"--tokens-per-parameter", "training tokens per active parameter, held exactly", "X",
             kGroup});
  form.word({"--max-memory-gb", "memory of one GPU in GB (1e9 bytes); --memory says for what", "X",
             kGroup});
  form.word({"--memory",
             "training: weights, gradients and optimizer state (16 bytes per parameter); "
             "inference: weights and KV cache (2 bytes a number) at --batch and --context",
             "training|inference", kGroup});
  form.word({"--shard-over", "GPUs that these bytes are spread over (default 1)", "K", kGroup});
  form.word(
      {"--batch", "sequences served at once, for --memory inference (default 1)", "B", kGroup});
  form.word({"--context", "tokens cached per sequence, for --memory inference (default 4096)", "S",
             kGroup});
  form.word({"--embedding-rows",
             "rows of d_model weights beside N that take memory: the vocabulary, twice if head and "
             "embedding are untied",
             "ROWS", kGroup});
  form.word({"--max-ms-per-token",
             "longest time to decode one token of one sequence: its active weights (2 bytes each) "
             "are read once at --memory-bandwidth",
             "MS", kGroup});
  form.word({"--memory-bandwidth", "bytes per second, such as 3.35T", "X", kGroup});
}

}  // namespace

void cost_options(Form& form) {
  form.word({"--router-cost", "c_r, FLOPs of routing (default 14; the paper gives 6 to 20)", "X"});
  form.word({"--active-cost", "c_f, FLOPs per active parameter and token (default 6)", "X"});
  form.word({"--width-per-block", "d_model / n_blocks (default 64)", "X"});
}

void planner_options(Form& form) {
  law_options(form);
  accounting_options(form, "G over powers of two (default), continuous, or fixed",
                     "pow2|continuous|X");
  law_conventions_options(form);
  variable_options(form);
  cost_options(form);
  form.word({"--max-granularity", "largest G that is searched (default 1024)", "X"});
  limits_options(form);
  accept_unconverged_option(form);
}

void vocabulary_options(Form& form) {
  form.word(
      {"--vocab", "vocabulary of the models, where an N with embeddings meets one without", "V"});
  form.flag({"--tied", "embedding and head of --vocab are one"});
}

void embeddings_options(Form& form) {
  vocabulary_options(form);
  form.word({"--shape", "a model's config.json: vocabulary, tied or not, and d_model / n_blocks",
             "FILE"});
}

void versus_option(Form& form) {
  form.word({"--versus",
             "compute multipliers: FLOPs that dense models, coarse experts (G = 1) or another law "
             "need for a plan's loss, over the plan's FLOPs",
             "dense,coarse,LAW", "Options", "", rivals});
}

namespace {

constexpr const char* kShapesGroup = "Real shapes";

}  // namespace

void hyperparameters_option(Form& form, const char* group) {
  form.word({"--hyperparameters",
             "law of learning rate and batch that runs follow ('isoflop laws' lists them), or a "
             "file (isoflop.hyperparameters/1) (default none)",
             "NAME|FILE", group, "", hyperparameter_laws});
}

void models_options(Form& form, const ModelDefaults& defaults) {
  constexpr const char* kGroup = kShapesGroup;
  const auto by_default = [](const char* value) { return std::string(" (default ") + value + ")"; };
  form.word({"--multiple-of",
             "d_model and expert widths are multiples" + by_default(defaults.multiple), "X",
             kGroup});
  form.word({"--expert-multiple-of",
             std::string("the same for expert widths alone") +
                 (*defaults.expert_multiple == '\0' ? "" : by_default(defaults.expert_multiple)),
             "X", kGroup});
  form.word({"--head-dim", "width of a head" + by_default(defaults.head_dim), "X", kGroup});
  form.word(
      {"--expert-parallel", "GPUs that share the experts evenly (default 1)", "GPUS", kGroup});
  form.word({"--depth-tolerance",
             "factor that d_model / n_blocks may be off its family's" +
                 by_default(defaults.depth_tolerance),
             "X", kGroup});
  form.flag({"--gated", "feed-forward layers of three matrices (SwiGLU), as wide as keeps N", "",
             kGroup});
  form.flag({"--plain", "feed-forward layers of two matrices (default but for gated families)", "",
             kGroup});
  form.word({"--vocab-size", "vocabulary of the shapes (default that of --vocab, or 50304)", "V",
             kGroup});
  form.flag({"--tied-head", "embedding and head of the shapes are one", "", kGroup});
  form.word({"--seq-length", "tokens of a training sequence (default 2048)", "T", kGroup});
}

void batch_option(Form& form) {
  form.word({"--batch-tokens",
             "global batch (default: power of two up to 2^22 that leaves 10,000 steps)", "X",
             kShapesGroup});
}

void shapes_options(Form& form) {
  constexpr const char* kGroup = kShapesGroup;
  form.flag({"--shapes", "the ten best models that can be built, for every budget", "", kGroup});
  models_options(form, {"128", "", "128", "1.1"});
  form.word({"--emit", "print the run of a shape for this trainer and nothing else",
             "megatron|hf|torchtitan", kGroup});
  form.output({"--emit-output,-o", "write it to a file instead", "FILE", kGroup, "emit_output"});
  form.word({"--rank", "which of the shapes (default 1, the best)", "K", kGroup});
  batch_option(form);
  hyperparameters_option(form, kGroup);
}

}  // namespace isoflop::app

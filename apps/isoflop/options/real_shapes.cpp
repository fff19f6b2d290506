#include "apps/isoflop/options/real_shapes.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/plan.hpp"
#include "isoflop/text/shape.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

void take(const char* flag, const std::string& text, std::uint64_t& value) {
  if (!text.empty()) value = count_argument(flag, text, 1);
}

std::uint64_t training_bytes(const MemoryCount& bytes) {
  return bytes.weights + bytes.gradients + bytes.optimizer;
}

std::vector<std::string> row_of(std::size_t rank, const RealShape& s) {
  const ModelShape& model = s.shape;
  std::vector<std::string> row{fmt::format("{}.", rank), std::to_string(model.d_model),
                               std::to_string(model.num_blocks), std::to_string(model.num_heads),
                               std::to_string(model.d_ff)};
  if (model.is_routed()) {
    row.insert(row.end(), {std::to_string(model.top_k), std::to_string(model.num_experts),
                           std::to_string(model.expert_width)});
  }
  row.insert(row.end(), {human_number(s.n_active), human_number(s.n_law), human_number(s.d_tokens),
                         human_number(s.flops_per_token * s.d_tokens)});
  if (std::isfinite(s.gpu_hours)) row.push_back(human_number(s.gpu_hours));
  row.insert(row.end(), {fmt::format("{:.4f}", s.loss), fmt::format("{:+.1e}", s.excess_loss),
                         fmt::format("{:.2f} %", 100.0 * s.budget_lost),
                         human_bytes(training_bytes(s.bytes))});
  return row;
}

}  // namespace

void RealShapeArguments::add(CLI::App& command) {
  auto option = [&](const char* flag, std::string& value, const char* meaning, const char* type) {
    command.add_option(flag, value, meaning)->type_name(type)->group("Real shapes");
  };
  auto flag = [&](const char* name, bool& value, const char* meaning) {
    command.add_flag(name, value, meaning)->group("Real shapes");
  };
  flag("--shapes", shapes, "the ten best models that can be built, for every budget");
  option("--multiple-of", multiple_of, "d_model and expert widths are multiples (default 128)",
         "X");
  option("--expert-multiple-of", expert_multiple_of, "the same for expert widths alone", "X");
  option("--head-dim", head_dim, "width of a head (default 128)", "X");
  option("--expert-parallel", expert_parallel, "GPUs that share the experts evenly (default 1)",
         "GPUS");
  option("--depth-tolerance", depth_tolerance,
         "factor that d_model / n_blocks may be off its family's (default 1.1)", "X");
  flag("--gated", gated, "feed-forward layers of three matrices (SwiGLU), as wide as keeps N");
  flag("--plain", plain, "feed-forward layers of two matrices (default but for gated families)");
  option("--vocab-size", vocab_size, "vocabulary of the shapes (default that of --vocab, or 50304)",
         "V");
  flag("--tied-head", tied_head, "embedding and head of the shapes are one");
  option("--seq-length", seq_length, "tokens of a training sequence (default 2048)", "T");
  option("--emit", emit, "print the run of a shape for this trainer and nothing else",
         "megatron|hf|torchtitan");
  option("--emit-output,-o", emit_output, "write it to a file instead", "FILE");
  option("--rank", rank, "which of the shapes (default 1, the best)", "K");
  option("--batch-tokens", batch_tokens,
         "global batch (default: power of two up to 2^22 that leaves 10,000 steps)", "X");
}

bool RealShapeArguments::wanted() const {
  if (!shapes && emit.empty()) {
    for (const auto& [name, given] :
         {std::pair{"--multiple-of", !multiple_of.empty()},
          std::pair{"--expert-multiple-of", !expert_multiple_of.empty()},
          std::pair{"--head-dim", !head_dim.empty()},
          std::pair{"--expert-parallel", !expert_parallel.empty()},
          std::pair{"--depth-tolerance", !depth_tolerance.empty()},
          std::pair{"--vocab-size", !vocab_size.empty()},
          std::pair{"--seq-length", !seq_length.empty()},
          std::pair{"--batch-tokens", !batch_tokens.empty()}, std::pair{"--gated", gated},
          std::pair{"--plain", plain}, std::pair{"--tied-head", tied_head}}) {
      if (given) throw UsageError(fmt::format("{} says something of --shapes: add it", name));
    }
  }
  if (emit.empty() && !(emit_output.empty() && rank.empty())) {
    throw UsageError("--emit-output and --rank say something of --emit: add it");
  }
  return shapes || !emit.empty();
}

ShapeOptions RealShapeArguments::options(const PlanProblem& request, const std::string& vocab,
                                         bool tied) const {
  ShapeOptions out;
  take("--multiple-of", multiple_of, out.multiple);
  out.expert_multiple = out.multiple;
  take("--expert-multiple-of", expert_multiple_of, out.expert_multiple);
  take("--head-dim", head_dim, out.head_dim);
  take("--expert-parallel", expert_parallel, out.expert_parallel);
  take("--seq-length", seq_length, out.seq_len);
  take("--vocab", vocab, out.vocab_size);
  take("--vocab-size", vocab_size, out.vocab_size);
  out.tied = tied || tied_head;
  if (!depth_tolerance.empty()) {
    out.depth_tolerance = number_argument("--depth-tolerance", depth_tolerance);
    if (out.depth_tolerance < 1.0) throw UsageError("--depth-tolerance must be at least 1");
  }
  if (gated && plain) throw UsageError("--gated and --plain contradict each other");
  const bool times_gated = request.time && request.time->setup().activation == Activation::kSwiGlu;
  out.gated =
      gated || (!plain && (times_gated || (!request.time && is_gated_family(request.shape))));
  return out;
}

LaunchConfig RealShapeArguments::run_of(const RealShape& shape) const {
  const double batch = batch_tokens.empty()
                           ? static_cast<double>(default_batch_tokens(shape.d_tokens))
                           : positive_argument("--batch-tokens", batch_tokens);
  std::uint64_t gpus = 1;
  take("--expert-parallel", expert_parallel, gpus);
  const auto sequences = timed_tokens / static_cast<double>(shape.shape.seq_len);
  return launch_config(shape.shape, shape.d_tokens, batch, shape.shape.is_routed() ? gpus : 1,
                       static_cast<std::uint64_t>(std::fmax(1.0, std::floor(sequences))));
}

std::string RealShapeArguments::emitted(const ShapeSearch& search) const {
  const auto formats = launch_formats();
  const auto format = std::find(formats.begin(), formats.end(), emit);
  if (format == formats.end()) {
    throw UsageError(fmt::format("--emit: \"{}\" is none of {}", emit, fmt::join(formats, ", ")));
  }
  std::uint64_t chosen = 1;
  take("--rank", rank, chosen);
  if (search.best.empty()) throw Error(search.note);
  if (chosen > search.best.size()) {
    throw UsageError(fmt::format("--rank {}: there are {} shapes", chosen, search.best.size()));
  }
  return write_launch(static_cast<LaunchFormat>(format - formats.begin()),
                      run_of(search.best[chosen - 1]));
}

bool RealShapeArguments::emit_run(const std::vector<ShapeSearch>& searches) const {
  if (!emits()) return false;
  if (searches.size() != 1) throw UsageError("--emit is for one budget at a time");
  const std::string run = emitted(searches.front());
  if (emit_output.empty()) {
    print(run);
  } else {
    write_file(emit_output, run);
  }
  return emit_output.empty();
}

std::string shapes_text(const RealShapeArguments& arguments, const PlanProblem& request,
                        double budget_spent, const ShapeSearch& search) {
  const std::string budget = budget_text(request, budget_spent);
  if (search.best.empty()) return fmt::format("{}: no shapes: {}\n", budget, search.note);
  const RealShape& first = search.best.front();
  TextGrid grid;
  std::vector<std::string> head{"", "d_model", "blocks", "heads", "d_ff"};
  if (first.shape.is_routed()) head.insert(head.end(), {"G", "experts", "width"});
  head.insert(head.end(), {"N active", "N of the law", "D tokens", "FLOPs"});
  const bool has_hours = std::isfinite(first.gpu_hours);
  if (has_hours) head.push_back("GPU-hours");
  head.insert(head.end(), {"loss", "above", unit_of(request) + " lost", "training state"});
  grid.add(head);
  for (std::size_t i = 0; i < search.best.size(); ++i) grid.add(row_of(i + 1, search.best[i]));
  const LaunchConfig run = arguments.run_of(first);
  return fmt::format("{}: the best {} of {} shapes near the plan, whose loss is {:.4f}\n", budget,
                     search.best.size(), search.num_examined, std::exp(search.optimum.log_loss)) +
         grid.text() +
         fmt::format("1.: batches of {} tokens ({} sequences of {}), {} steps\n",
                     human_number(static_cast<double>(run.batch_tokens())), run.global_batch_size,
                     run.shape.seq_len, run.num_steps);
}

Json shapes_to_json(const RealShapeArguments& arguments, const ShapeSearch& search) {
  Json out = Json::array();
  for (const RealShape& s : search.best) {
    const LaunchConfig run = arguments.run_of(s);
    Json row;
    row["shape"] = shape_to_json(s.shape);
    row["granularity"] = s.granularity;
    row["n_law"] = s.n_law;
    row["n_active"] = s.n_active;
    row["params_total"] = s.params.total();
    row["params_active"] = s.params.active();
    row["flops_per_token"] = s.flops_per_token;
    row["d_tokens"] = s.d_tokens;
    row["gpu_hours"] = std::isfinite(s.gpu_hours) ? Json(s.gpu_hours) : Json(nullptr);
    row["loss"] = s.loss;
    row["excess_loss"] = s.excess_loss;
    row["budget_lost"] = std::isfinite(s.budget_lost) ? Json(s.budget_lost) : Json(nullptr);
    row["bytes"] = {{"weights", s.bytes.weights},
                    {"gradients", s.bytes.gradients},
                    {"optimizer", s.bytes.optimizer},
                    {"kv_cache_per_token", s.bytes.kv_cache_per_token}};
    row["run"] = {{"seq_length", run.shape.seq_len},
                  {"micro_batch_size", run.micro_batch_size},
                  {"global_batch_size", run.global_batch_size},
                  {"steps", run.num_steps},
                  {"tokens", run.tokens()}};
    out.push_back(row);
  }
  return out;
}

}  // namespace isoflop::app

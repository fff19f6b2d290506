#include "api/shapes_choice.hpp"

#include <algorithm>
#include <cmath>

#include "api/changes_nothing.hpp"
#include "api/words.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

void set(std::uint64_t& value, const std::optional<std::uint64_t>& said) {
  if (said) value = *said;
}

/// GPUs that share the experts: said, else as the layers were timed.
std::uint64_t expert_parallel(const ShapesChoice& choice, const PlanProblem& problem) {
  if (choice.expert_parallel) return *choice.expert_parallel;
  const double timed = problem.time ? problem.time->setup().expert_parallel : 1.0;
  return timed > 1.0 ? read_count("expert_parallel", format_number(timed), 1) : 1;
}

}  // namespace

void list_of_models(FieldVisitor& f, ShapesChoice& choice) {
  f.count("multiple_of", choice.multiple_of, 1);
  f.count("expert_multiple_of", choice.expert_multiple_of, 1);
  f.count("head_dim", choice.head_dim, 1);
  f.count("expert_parallel", choice.expert_parallel, 1);
  f.number("depth_tolerance", choice.depth_tolerance, Numbers::kAny);
  f.flag("gated", choice.gated);
  f.flag("plain", choice.plain);
  f.count("vocab_size", choice.vocab_size, 1);
  f.flag("tied_head", choice.tied_head);
  f.count("seq_length", choice.seq_length, 1);
}

void list_fields(FieldVisitor& f, ShapesChoice& choice) {
  f.flag("shapes", choice.shapes);
  list_of_models(f, choice);
  f.choice("emit", choice.emit, launch_formats());
  f.count("rank", choice.rank, 1);
  f.number("batch_tokens", choice.batch_tokens, Numbers::kPositive);
}

bool wants_shapes(const ShapesChoice& choice, const HyperparameterChoice& hyperparameters) {
  const bool wanted = choice.shapes || !choice.emit.empty();
  for (const auto& [name, given] :
       {std::pair{"multiple_of", choice.multiple_of.has_value()},
        std::pair{"expert_multiple_of", choice.expert_multiple_of.has_value()},
        std::pair{"head_dim", choice.head_dim.has_value()},
        std::pair{"expert_parallel", choice.expert_parallel.has_value()},
        std::pair{"depth_tolerance", choice.depth_tolerance.has_value()},
        std::pair{"vocab_size", choice.vocab_size.has_value()},
        std::pair{"seq_length", choice.seq_length.has_value()},
        std::pair{"batch_tokens", choice.batch_tokens.has_value()},
        std::pair{"gated", choice.gated}, std::pair{"plain", choice.plain},
        std::pair{"tied_head", choice.tied_head},
        std::pair{"hyperparameters", !hyperparameters.hyperparameters.empty()}}) {
    if (wanted || !given) continue;
    throw InvalidArgument("shapes",
                          field(name) + " says something of " + field("shapes") + ": add it");
  }
  if (choice.emit.empty() && choice.rank) {
    throw InvalidArgument("emit", field("emit_output") + " and " + field("rank") +
                                      " say something of " + field("emit") + ": add it");
  }
  return wanted;
}

void require_meant(const ShapesChoice& choice, std::span<const ModelShape> models,
                   const Context& context) {
  const auto routed = [](const ModelShape& model) { return model.is_routed(); };
  if (models.empty() || std::any_of(models.begin(), models.end(), routed)) return;
  ChangesNothing()
      .add(choice.expert_parallel.has_value(), "expert_parallel")
      .warn(context, "these models have no experts");
}

ShapeOptions options_of(const ShapesChoice& choice, const EmbeddingsChoice& embeddings,
                        const PlanProblem& problem, ShapeOptions out) {
  set(out.multiple, choice.multiple_of);
  set(out.expert_multiple, choice.multiple_of);
  set(out.expert_multiple, choice.expert_multiple_of);
  set(out.head_dim, choice.head_dim);
  out.expert_parallel = expert_parallel(choice, problem);
  set(out.seq_len, choice.seq_length);
  if (embeddings.vocab) out.vocab_size = read_count("vocab", format_number(*embeddings.vocab), 1);
  set(out.vocab_size, choice.vocab_size);
  out.tied = embeddings.tied || choice.tied_head;
  if (choice.depth_tolerance) {
    out.depth_tolerance = *choice.depth_tolerance;
    if (out.depth_tolerance < 1.0) {
      throw InvalidArgument("depth_tolerance", field("depth_tolerance") + " must be at least 1");
    }
  }
  if (choice.gated && choice.plain) {
    throw InvalidArgument("plain",
                          field("gated") + " and " + field("plain") + " contradict each other");
  }
  const bool timed_gated = problem.time && problem.time->setup().activation == Activation::kSwiGlu;
  const bool of_family = problem.time ? timed_gated : is_gated_family(problem.shape);
  out.gated = choice.gated || (!choice.plain && of_family);
  return out;
}

FilledRun run_of(const RealShape& shape, const ShapesChoice& choice, const PlanProblem& problem,
                 const std::optional<HyperparameterLaw>& hyperparameters) {
  const double timed_tokens = problem.time ? problem.time->setup().tokens : 0.0;
  const double sequences = timed_tokens / static_cast<double>(shape.shape.seq_len);
  RunLayout layout;
  layout.batch_tokens = choice.batch_tokens;
  if (shape.shape.is_routed()) layout.expert_parallel = expert_parallel(choice, problem);
  layout.micro_batch_size = static_cast<std::uint64_t>(std::fmax(1.0, std::floor(sequences)));
  return filled_run(hyperparameters, shape.shape, shape.d_tokens, layout);
}

std::string emitted(const ShapeAnswer& answer, const ShapesChoice& choice) {
  const auto formats = launch_formats();
  const auto format = std::find(formats.begin(), formats.end(), choice.emit);
  const std::uint64_t rank = choice.rank.value_or(1);
  if (answer.runs.empty()) throw Error(answer.search.note);
  if (rank > answer.runs.size()) {
    throw InvalidArgument("rank", field("rank") + " " + std::to_string(rank) + ": there are " +
                                      std::to_string(answer.runs.size()) + " shapes");
  }
  return write_launch(static_cast<LaunchFormat>(format - formats.begin()), answer.runs[rank - 1]);
}

}  // namespace isoflop::api

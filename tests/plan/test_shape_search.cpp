#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "catch.hpp"
#include "cost/layers.hpp"
#include "isoflop/cost/roofline.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"
#include "isoflop/plan/shape_search.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "requests.hpp"
#include "within.hpp"

namespace isoflop::testing::shape_search_test {
namespace {

constexpr double kBudget = 3e19;

ModelShape plain_model(std::uint64_t d, std::uint64_t blocks, std::uint64_t g,
                       const ShapeOptions& options) {
  ModelShape out;
  out.d_model = d;
  out.num_blocks = blocks;
  out.vocab_size = options.vocab_size;
  out.seq_len = options.seq_len;
  out.num_heads = out.num_kv_heads = d / options.head_dim;
  out.head_dim = options.head_dim;
  out.gated = false;
  out.d_ff = 4 * d;
  out.num_experts = 64 * g;
  out.expert_width = 4 * d / g;
  out.top_k = g;
  return out;
}

struct Tried {
  double loss;
  std::uint64_t d, blocks, g;
  auto key() const { return std::tie(d, blocks, g); }
};

/// Every plain model of the family at E = 64 within a factor 4 of the plan's size, best first.
std::vector<Tried> all_models(const PlanProblem& request, const ShapeOptions& options) {
  const double n = plan_at(request, kBudget).n_active;
  std::vector<Tried> out;
  for (std::uint64_t d = options.multiple; d <= 4096; d += options.multiple) {
    if (d % options.head_dim != 0) continue;
    for (std::uint64_t blocks = 1; blocks <= 80; ++blocks) {
      const double ratio = static_cast<double>(d) / static_cast<double>(blocks) / 64.0;
      const bool nearest =
          std::max(1.0, std::round(static_cast<double>(d) / 64.0)) == static_cast<double>(blocks);
      const double tolerance = options.depth_tolerance + 1e-9;
      if (!nearest && (ratio > tolerance || ratio < 1.0 / tolerance)) continue;
      for (std::uint64_t g = 1; g <= 1024; g *= 2) {
        if (4 * d % (g * options.expert_multiple) != 0) continue;
        if (64 * g % options.expert_parallel != 0) continue;
        const ModelShape shape = plain_model(d, blocks, g, options);
        const auto n_active = static_cast<double>(count_parameters(shape).active_no_embedding());
        const auto n_total = static_cast<double>(count_parameters(shape).total_no_embedding());
        if (n_active < n / 4.0 || n_active > 4.0 * n) continue;
        const double d_tokens = kBudget / static_cast<double>(training_flops(shape).paper);
        const double loss = isoflop::loss(FineGrainedMoe{}, request.law.coefficients,
                                          std::array{n_total, d_tokens, static_cast<double>(g)});
        out.push_back({loss, d, blocks, g});
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const Tried& a, const Tried& b) { return a.loss < b.loss; });
  return out;
}

std::string search_refusal(const PlanProblem& request, const ShapeOptions& options = {}) {
  try {
    search_shapes(request, kBudget, options);
  } catch (const InvalidArgument& fault) {
    return show_fields(fault.marked(), FieldStyle::kFlag);
  }
  return "";
}

TEST_CASE("search_shapes: the ten best are those of a search through every model",
          "[plan][identity]") {
  ShapeOptions fine;
  fine.multiple = fine.expert_multiple = fine.head_dim = 64;
  ShapeOptions shared;
  shared.expert_parallel = 256;
  shared.depth_tolerance = 1.5;
  for (const ShapeOptions& options : {ShapeOptions{}, fine, shared}) {
    const ShapeSearch found = search_shapes(moe_request(), kBudget, options);
    const std::vector<Tried> tried = all_models(moe_request(), options);
    CHECK(found.num_examined == tried.size());
    REQUIRE(found.best.size() == 10);
    REQUIRE(tried.size() > 10);
    for (std::size_t i = 0; i < found.best.size(); ++i) {
      const RealShape& shape = found.best[i];
      const Tried got{shape.loss, shape.shape.d_model, shape.shape.num_blocks, shape.shape.top_k};
      CHECK(got.key() == tried[i].key());
      // Exponentials of sums of logarithms against the formula: a few roundings.
      CHECK(shape.loss == Approx(tried[i].loss).epsilon(1e-13));
    }
  }
}

TEST_CASE("search_shapes: no shape of the family beats the continuous optimum",
          "[plan][identity]") {
  ShapeOptions options;
  options.multiple = options.head_dim = options.expert_multiple = 64;
  options.depth_tolerance = 1.0;  // d = 64 n_blocks exactly, as the plan assumes
  for (const double budget : {1e16, 1e18, 1e20, 1e22, 1e25}) {
    const ShapeSearch found = search_shapes(moe_request(), budget, options);
    REQUIRE_FALSE(found.best.empty());
    // The counts hold norms, 1 / (6 d) of N, for which the plan would make the model wider and its
    // router that much dearer: less than 1e-4 of the FLOPs, a twentieth of which is loss.
    CHECK(found.best.front().excess_loss > -5e-6 * found.best.front().loss);
  }
}

TEST_CASE("search_shapes: no shape beats the optimum under 6ND", "[plan][identity]") {
  for (const char* law : {"krajewski2024-dense", "besiroglu2024", "hoffmann2022"}) {
    ShapeOptions options;
    options.depth_tolerance = 2.0;
    const ShapeSearch found =
        search_shapes(request_for(law, FlopAccounting::kSixNd), 1e21, options);
    REQUIRE(found.best.size() == 10);
    CHECK(found.best.front().excess_loss >= -1e-13);  // rounding alone
  }
}

TEST_CASE("search_shapes: in time every shape trains for the whole budget at its own speed",
          "[plan][identity]") {
  PlanProblem request = moe_request();
  TrainingSetup setup;
  setup.expansion = 64.0;
  setup.activation = Activation::kGelu;
  setup.dense_flops_per_s = 3e14;
  const std::array layers{
      layer_of({.d_model = 512, .d_ff = 2048, .activation = Activation::kGelu})};
  const CostSurface surface(RooflineTable({6e14, 3e12}, "", layers, {}).table(), {});
  request.time.emplace(surface, setup, request.shape, 1024.0);
  constexpr double kHours = 500.0;
  const ShapeSearch found = search_shapes(request, 3600.0 * kHours);
  REQUIRE(found.best.size() == 10);
  for (const RealShape& x : found.best) {
    CAPTURE(x.shape.d_model, x.shape.num_blocks, x.granularity);
    CHECK(x.gpu_hours == Approx(kHours).epsilon(1e-12));
    // The formula once more, from the shape itself.
    const double d = static_cast<double>(x.shape.d_model);
    const double layer_s = surface
                               .seconds({setup.tokens, d, static_cast<double>(x.shape.d_ff), 64.0,
                                         x.granularity, 1.0, Activation::kGelu})
                               .time_s;
    const double token_s = static_cast<double>(x.shape.num_blocks) *
                           (4.0 * d * d * 6.0 / 3e14 + layer_s / setup.tokens);
    CHECK(x.d_tokens * token_s == Approx(3600.0 * kHours).epsilon(1e-12));
    CHECK(x.loss ==
          Approx(loss_at(request, x.n_law / n_law_per_active(request), x.d_tokens, x.granularity))
              .epsilon(1e-12));
    CHECK(std::abs(x.excess_loss) < 0.01);
  }
  ShapeOptions gated;
  gated.gated = true;
  CHECK_THROWS_AS(search_shapes(request, 3600.0 * kHours, gated), InvalidArgument);
}

TEST_CASE("search_shapes: the penalty goes to zero as the multiples shrink", "[plan][identity]") {
  const PlanProblem request = request_for("krajewski2024-dense", FlopAccounting::kPaper);
  double before = 1.0;
  for (const std::uint64_t multiple : {1024, 512, 256, 128, 64, 32, 16}) {
    ShapeOptions options;
    options.multiple = options.expert_multiple = multiple;
    options.head_dim = 16;
    const ShapeSearch found = search_shapes(request, 3e21, options);
    REQUIRE_FALSE(found.best.empty());
    // Every space holds the one before it.
    CHECK(found.best.front().budget_lost <= before + 1e-12);
    before = found.best.front().budget_lost;
  }
  // Neighbours in size are 1 % apart and the valley is a parabola: a few 1e-6.
  CHECK(before < 1e-5);
}

TEST_CASE("search_shapes: the share of the budget lost is what the optimum saves at equal loss",
          "[plan][identity]") {
  ShapeOptions wide;
  wide.depth_tolerance = 1.5;
  for (const double budget : {1e18, 1e24}) {
    for (const RealShape& shape : search_shapes(moe_request(), budget, wide).best) {
      const Plan smaller = plan_at(moe_request(), budget * (1.0 - shape.budget_lost));
      CHECK(smaller.loss == Approx(shape.loss).epsilon(1e-12));
      CHECK((shape.budget_lost > 0.0) == (shape.excess_loss > 0.0));
    }
  }
}

TEST_CASE("search_shapes: the counts and FLOPs are those of the shape alone", "[plan][identity]") {
  for (const RealShape& shape : search_shapes(moe_request(), kBudget).best) {
    const ParameterCount params = count_parameters(shape.shape);
    CHECK(shape.n_law == static_cast<double>(params.total_no_embedding()));
    CHECK(shape.n_active == static_cast<double>(params.active_no_embedding()));
    CHECK(shape.flops_per_token == static_cast<double>(training_flops(shape.shape).paper));
    CHECK(shape.bytes.weights == 2 * params.total());
    CHECK(shape.d_tokens * shape.flops_per_token == Approx(kBudget).epsilon(1e-13));
  }
}

TEST_CASE("search_shapes: a law that counts embeddings sees those of the shape",
          "[plan][identity]") {
  ShapeOptions options;
  options.vocab_size = 32000;
  options.tied = true;
  const PlanProblem request = request_for("besiroglu2024", FlopAccounting::kSixNd);
  for (const RealShape& shape : search_shapes(request, kBudget, options).best) {
    CHECK(shape.params.embedding == 32000 * shape.shape.d_model);
    CHECK(shape.params.head == 0);
    CHECK(shape.n_law == static_cast<double>(shape.params.total()));
    CHECK(shape.flops_per_token == 6.0 * shape.n_law);
    CHECK(shape.loss == Approx(loss_at(request, shape.n_law, shape.d_tokens, 1.0)).epsilon(1e-13));
  }
}

TEST_CASE("search_shapes: a total N is split into active parameters and the shape's embeddings",
          "[plan][identity]") {
  PlanProblem request = request_for("besiroglu2024", FlopAccounting::kSixNd);
  ShapeOptions options;
  request.embedding_rows = 2.0 * static_cast<double>(options.vocab_size);
  for (const RealShape& shape : search_shapes(request, kBudget, options).best) {
    CHECK(shape.n_law == static_cast<double>(shape.params.total()));
    CHECK(shape.flops_per_token == 6.0 * static_cast<double>(shape.params.active_no_embedding()));
    const double loss = isoflop::loss(Chinchilla{}, request.law.coefficients,
                                      std::array{shape.n_law, shape.d_tokens});
    CHECK(shape.loss == Approx(loss).epsilon(1e-13));
  }
}

TEST_CASE("search_shapes: experts are shared evenly and G divides the dense width",
          "[plan][identity]") {
  ShapeOptions options;
  options.expert_parallel = 128;
  const ShapeSearch found = search_shapes(moe_request(), 1e22, options);
  REQUIRE(found.best.size() == 10);
  for (const RealShape& shape : found.best) {
    const ModelShape& model = shape.shape;
    CHECK(model.d_ff == 4 * model.d_model);
    CHECK(model.expert_width * model.top_k == model.d_ff);
    CHECK(model.expert_width % 128 == 0);
    CHECK(model.num_experts == 64 * model.top_k);
    CHECK(model.num_experts % 128 == 0);
    CHECK(model.num_heads * 128 == model.d_model);
    CHECK(shape.granularity == static_cast<double>(model.top_k));
  }
}

TEST_CASE("search_shapes: gated layers keep the parameters of plain ones", "[plan][identity]") {
  ShapeOptions options;
  options.gated = true;
  const ShapeSearch found = search_shapes(moe_request(), 1e22, options);
  REQUIRE(found.best.size() == 10);
  for (const RealShape& shape : found.best) {
    const double plain = 8.0 * static_cast<double>(shape.shape.d_model * shape.shape.d_model *
                                                   shape.shape.num_blocks);
    CHECK(shape.shape.gated);
    CHECK(static_cast<double>(shape.params.active_experts) == Approx(plain).epsilon(0.05));
    CHECK(shape.shape.expert_width % 128 == 0);
    CHECK(shape.shape.expert_width * shape.shape.top_k == shape.shape.d_ff);
  }
}

TEST_CASE("search_shapes: a family of gated layers keeps its width", "[plan][published]") {
  // Ludziejewski et al. 2025, arXiv 2502.05172: SwiGLU of width 3 d, one expert per token.
  PlanProblem request = request_for("ludziejewski2025", FlopAccounting::kSixNd);
  request.law.expansion = 8.0;
  request.shape = *request.law.family;
  CHECK(is_gated_family(request.shape));
  CHECK_FALSE(is_gated_family(ModelShapeRule{}));
  ShapeOptions options;
  options.gated = true;
  const ShapeSearch found = search_shapes(request, 1e20, options);
  REQUIRE(found.best.size() == 10);
  for (const RealShape& shape : found.best) {
    CHECK(shape.shape.expert_width == 3 * shape.shape.d_model);
    CHECK(shape.shape.num_experts == 8);
    CHECK(shape.shape.top_k == 1);
  }
}

TEST_CASE("search_shapes: a continuous search tries all whole granularities around its own",
          "[plan][identity]") {
  PlanProblem request = moe_request();
  request.search.search = GranularitySearch::kContinuous;
  const ShapeSearch found = search_shapes(request, 1e21);
  REQUIRE(found.best.size() == 10);
  // At 1e21 FLOPs the best G is close to 19, and 4 x 2432 = 19 x 512.
  CHECK(found.best.front().shape.d_model == 2432);
  CHECK(found.best.front().granularity == 19.0);
  CHECK(found.best.front().loss < search_shapes(moe_request(), 1e21).best.front().loss);
}

TEST_CASE("search_shapes: multiples that are too fine narrow the sizes and nothing else",
          "[plan][identity]") {
  ShapeOptions fine;
  fine.multiple = fine.expert_multiple = fine.head_dim = 1;
  ShapeOptions coarse;
  coarse.multiple = coarse.expert_multiple = coarse.head_dim = 8;
  const ShapeSearch narrow = search_shapes(moe_request(), 1e25, fine);
  CHECK(narrow.num_examined < 4'000'000);
  CHECK(narrow.best.front().loss <= search_shapes(moe_request(), 1e25, coarse).best.front().loss);
}

TEST_CASE("search_shapes: every shape keeps to the limits", "[plan][identity]") {
  const Plan free = plan_at(moe_request(), kBudget);
  SECTION("active parameters") {
    PlanProblem request = moe_request();
    request.limits.max_n_active = 0.6 * free.n_active;
    const ShapeSearch found = search_shapes(request, kBudget);
    REQUIRE_FALSE(found.best.empty());
    for (const RealShape& s : found.best) CHECK(s.n_active <= request.limits.max_n_active);
  }
  SECTION("tokens") {
    PlanProblem request = moe_request();
    request.limits.min_tokens = 2.0 * free.d_tokens;
    const ShapeSearch found = search_shapes(request, kBudget);
    REQUIRE_FALSE(found.best.empty());
    for (const RealShape& s : found.best) CHECK(s.d_tokens >= request.limits.min_tokens);
  }
  SECTION("memory") {
    PlanProblem request = moe_request();
    request.limits.memory.per_active = 16.0 * total_per_active(64.0);
    request.limits.max_bytes = 0.5 * request.limits.memory.per_active * free.n_active;
    const ShapeSearch found = search_shapes(request, kBudget);
    REQUIRE_FALSE(found.best.empty());
    for (const RealShape& s : found.best) {
      CHECK(16.0 * total_per_active(64.0) * s.n_active <= request.limits.max_bytes);
    }
  }
  SECTION("tokens per active parameter") {
    PlanProblem request = moe_request();
    request.limits.tokens_per_active = 40.0;
    const ShapeSearch found = search_shapes(request, kBudget);
    REQUIRE_FALSE(found.best.empty());
    for (const RealShape& s : found.best) {
      CHECK(s.d_tokens == Approx(40.0 * s.n_active).epsilon(1e-13));
      CHECK(s.d_tokens * s.flops_per_token <= kBudget * (1.0 + 1e-9));
    }
  }
  SECTION("tokens to be served") {
    PlanProblem request = moe_request();
    request.limits.inference_tokens = free.d_tokens;
    const ShapeSearch found = search_shapes(request, kBudget);
    REQUIRE_FALSE(found.best.empty());
    for (const RealShape& s : found.best) {
      CHECK((s.d_tokens + free.d_tokens / 3.0) * s.flops_per_token ==
            Approx(kBudget).epsilon(1e-13));
    }
  }
}

TEST_CASE("search_shapes: what cannot be built is a status with its reason", "[plan][refusal]") {
  ShapeOptions options;
  options.multiple = 65536;
  const ShapeSearch coarse = search_shapes(moe_request(), kBudget, options);
  CHECK(coarse.status == PlanStatus::kInfeasible);
  CHECK(coarse.note ==
        "no model of these multiples, heads and experts is near the plan's size: smaller multiples "
        "would allow one");
  CHECK(search_shapes(moe_request(), 1e5).status == PlanStatus::kBudgetTooSmall);
  CHECK(search_shapes(moe_request_at(6.5), kBudget).status == PlanStatus::kInfeasible);
  CHECK(search_shapes(moe_request(), kBudget).status == PlanStatus::kOptimal);
}

TEST_CASE("search_shapes: a law that says too little of N or G is refused", "[plan][refusal]") {
  PlanProblem request = request_for("besiroglu2024", FlopAccounting::kSixNd);
  request.law.n_means = NMeaning::kUnspecified;
  CHECK(search_refusal(request) ==
        "real shapes need to know what the law's N counts: add --n-means total_non_embedding, "
        "active_non_embedding or total");
  request = moe_request();
  request.law.g_means = GMeaning::kTwoDmodelOverDexpert;
  CHECK(search_refusal(request) == "real shapes need a law whose G is d_ff / d_expert");
  ShapeOptions options;
  options.depth_tolerance = 0.9;
  CHECK(search_refusal(moe_request(), options) ==
        "the tolerance of depth is a factor of at least 1");
}

}  // namespace
}  // namespace isoflop::testing::shape_search_test

#include <cmath>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/sweep/hyperparameters.hpp"

namespace isoflop::testing::hyperparameters_test {
namespace {

/// Two feed-forward matrices of width 4 d: 12 d^2 weights a block, as in Eq. 2 of DeepSeek-AI 2024.
ModelShape dense(std::uint64_t num_blocks, std::uint64_t d_model, std::uint64_t seq_len = 4096) {
  ModelShape out;
  out.d_model = d_model;
  out.num_blocks = num_blocks;
  out.head_dim = 64;
  out.num_heads = out.num_kv_heads = d_model / out.head_dim;
  out.d_ff = 4 * d_model;
  out.gated = false;
  out.vocab_size = 102400;
  out.seq_len = seq_len;
  return out;
}

ModelShape routed() {
  ModelShape out = dense(16, 1024);
  out.num_experts = 64;
  out.top_k = 8;
  out.expert_width = out.d_ff / 4;
  return out;
}

/// A law of one formula for the learning rate.
HyperparameterLaw rate(const std::string& expression, NMeaning n_means = NMeaning::kUnspecified,
                       ComputeMeaning c_means = ComputeMeaning::kUnspecified) {
  HyperparameterLaw out;
  out.name = "mine";
  out.lr = HyperparameterFormula(expression);
  out.n_means = n_means;
  out.c_means = c_means;
  return out;
}

double rate_of(const HyperparameterLaw& law, const ModelShape& shape, double tokens = 1e9,
               double batch = 1e6) {
  return hyperparameters_of(law, shape, tokens, batch).lr.value();
}

TEST_CASE("step-law: a billion parameters on 100 billion tokens get the values of its formulas",
          "[sweep][identity]") {
  const HyperparameterLaw law = find_hyperparameters("step-law");
  RunQuantities run;
  run.fill(std::nan(""));
  run[index_of(RunQuantity::kN)] = 1e9;
  run[index_of(RunQuantity::kD)] = 1e11;
  // By hand: ln lr = ln 1.79 - 0.713 ln 1e9 + 0.307 ln 1e11, ln B = ln 0.58 + 0.571 ln 1e11.
  CHECK((*law.lr)(run) == Approx(1.632499402447079e-3).epsilon(1e-12));
  CHECK((*law.batch_tokens)(run) == Approx(1107714.8899684167).epsilon(1e-12));
}

TEST_CASE("deepseek2024: FLOPs per token are those of Table 3 of the paper", "[sweep][published]") {
  struct Row {
    std::uint64_t num_blocks, d_model;
    double flops_per_token;  ///< to the digits that are printed
  };
  const HyperparameterLaw law = find_hyperparameters("deepseek2024");
  for (const Row& row :
       {Row{8, 512, 352e6}, Row{12, 768, 963e6}, Row{24, 1024, 3.02e9}, Row{24, 2048, 9.66e9},
        Row{32, 4096, 45.1e9}, Row{40, 5120, 85.6e9}, Row{80, 8192, 419e9}}) {
    CAPTURE(row.d_model, row.num_blocks);
    const RunQuantities run = quantities_of(law, dense(row.num_blocks, row.d_model), 1.0);
    CHECK(run[index_of(RunQuantity::kC)] == Approx(row.flops_per_token).epsilon(2e-3));
  }
}

TEST_CASE("deepseek2024: the models that were trained by it have about its batch and rate",
          "[sweep][published]") {
  // Table 2 of the paper: 30 blocks of width 4096 and 95 of width 8192 on 2T tokens, batches of
  // 2304 and 4608 sequences of 4096. They are "based on" the law, and lie this far from it.
  const HyperparameterLaw law = find_hyperparameters("deepseek2024");
  const double tokens = 2e12;
  const ModelShape small = dense(30, 4096), large = dense(95, 8192);
  CHECK(batch_of(law, small, tokens).value() == Approx(2304.0 * 4096.0).epsilon(0.03));
  CHECK(rate_of(law, small, tokens) == Approx(4.2e-4).epsilon(0.02));
  CHECK(batch_of(law, large, tokens).value() == Approx(4608.0 * 4096.0).epsilon(0.1));
  CHECK(rate_of(law, large, tokens) == Approx(3.2e-4).epsilon(0.03));
}

TEST_CASE("hyperparameters_of: N is counted from the parts as the law counts it",
          "[sweep][identity]") {
  const ModelShape shape = routed();
  const ParameterCount params = count_parameters(shape);
  for (const auto& [meaning, n] :
       {std::pair{NMeaning::kTotalNonEmbedding, params.total_no_embedding()},
        std::pair{NMeaning::kActiveNonEmbedding, params.active_no_embedding()},
        std::pair{NMeaning::kTotal, params.total()},
        std::pair{NMeaning::kActive, params.active()}}) {
    CHECK(rate_of(rate("N", meaning), shape) == Approx(static_cast<double>(n)).epsilon(1e-12));
  }
  CHECK(params.total() - params.total_no_embedding() > 2 * 102400 * 1024 - 1);
  CHECK_THROWS_WITH(rate_of(rate("N", NMeaning::kDense), shape),
                    "the N of mine is dense, which does not follow from a model with experts");
}

TEST_CASE("hyperparameters_of: C is counted as the law counts it", "[sweep][identity]") {
  const ModelShape shape = routed();
  const FlopCount flops = training_flops(shape);
  const double head = 6.0 * 102400.0 * 1024.0;
  const auto transformer = static_cast<double>(flops.transformer);
  for (const auto& [meaning, per_token] :
       {std::pair{ComputeMeaning::kSixNd, static_cast<double>(flops.six_nd)},
        std::pair{ComputeMeaning::kPaper, static_cast<double>(flops.paper)},
        std::pair{ComputeMeaning::kTransformer, transformer},
        std::pair{ComputeMeaning::kTransformerNonEmbedding, transformer - head}}) {
    const HyperparameterLaw law = rate("C", NMeaning::kUnspecified, meaning);
    CHECK(rate_of(law, shape, 3e9) == Approx(3e9 * per_token).epsilon(1e-12));
  }
  const HyperparameterLaw law = rate("C", NMeaning::kUnspecified, ComputeMeaning::kTransformer);
  CHECK_THROWS_AS(rate_of(law, dense(8, 512, 0)), InvalidArgument);
}

TEST_CASE("hyperparameters_of: what a formula may use is that of the model", "[sweep][identity]") {
  CHECK(rate_of(rate("d_model"), routed()) == Approx(1024.0));
  CHECK(rate_of(rate("n_blocks"), routed()) == Approx(16.0));
  CHECK(rate_of(rate("seq_len"), routed()) == Approx(4096.0));
  CHECK(rate_of(rate("E"), routed()) == Approx(8.0));
  CHECK(rate_of(rate("G"), routed()) == Approx(4.0));
  CHECK(rate_of(rate("K"), routed()) == Approx(8.0));
  CHECK(rate_of(rate("D"), routed(), 7e9) == Approx(7e9));
  CHECK(rate_of(rate("B"), routed(), 7e9, 3e6) == Approx(3e6));
  CHECK(rate_of(rate("E * G * K"), dense(16, 1024)) == Approx(1.0));
}

TEST_CASE("hyperparameters_of: a rate of one's own may depend on the batch", "[sweep][identity]") {
  const HyperparameterLaw law = rate("0.066 * D^-0.395 * d_model^-0.15 * sqrt(B)");
  CHECK(batch_of(law, routed(), 1e9) == std::nullopt);
  const double by_hand =
      0.066 * std::pow(1e9, -0.395) * std::pow(1024.0, -0.15) * std::sqrt(262144.0);
  CHECK(rate_of(law, routed(), 1e9, 262144.0) == Approx(by_hand).epsilon(1e-12));
}

TEST_CASE("hyperparameters_of: what the runs behind the law did not reach is named with its range",
          "[sweep][identity]") {
  const HyperparameterLaw law = find_hyperparameters("step-law");
  const ModelShape inside = dense(12, 768);  // 85M without embeddings
  CHECK(hyperparameters_of(law, inside, 1e10, 1e6).outside.empty());
  const auto outside = hyperparameters_of(law, dense(32, 4096), 1e9, 1e6).outside;
  REQUIRE(outside.size() == 2);
  CHECK(outside[0].quantity == RunQuantity::kN);
  CHECK(outside[0].is_above());
  CHECK(outside[0].range.high == 1e9);
  CHECK(outside[1].quantity == RunQuantity::kD);
  CHECK_FALSE(outside[1].is_above());
  CHECK(outside[1].value == 1e9);
  CHECK(outside[1].range.low == 2e9);
}

TEST_CASE("hyperparameters_of: a rate or batch that is no positive number is refused",
          "[sweep][refusal]") {
  CHECK_THROWS_WITH(rate_of(rate("1 - D"), dense(8, 512)),
                    "mine gives a learning rate that is no positive number");
  HyperparameterLaw law;
  law.name = "mine";
  law.batch_tokens = HyperparameterFormula("log(D - 2e9)");
  CHECK_THROWS_WITH(batch_of(law, dense(8, 512), 1e9),
                    "mine gives a batch that is no positive number");
}

}  // namespace
}  // namespace isoflop::testing::hyperparameters_test

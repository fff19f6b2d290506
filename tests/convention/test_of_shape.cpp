#include "catch.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/error.hpp"
#include "isoflop/shape/edit_shape.hpp"

namespace isoflop::of_shape_test {
namespace {

ShapeWords dense_words() {
  ShapeWords out;
  out.d_model = 1024, out.blocks = 16, out.heads = 16, out.d_ff = 4096, out.vocab = 50257;
  return out;
}

ModelShape dense() { return shape_of_words(dense_words()); }

ModelShape routed() {
  ShapeWords words = dense_words();
  words.experts = {.expansion = 8, .granularity = 4};
  return shape_of_words(words);
}

LawRecord law_with(NMeaning n_means, GMeaning g_means = GMeaning::kUnspecified) {
  LawRecord out;
  out.law = "fine-grained-moe";
  out.n_means = n_means;
  out.g_means = g_means;
  return out;
}

double value(const LawRecord& law, Variable variable, const ModelShape& shape) {
  return from_shape(law, variable, shape).value().value;
}

TEST_CASE("from_shape: a dense model has E = 1, S = 0 and A = 1", "[convention][identity]") {
  CHECK(value({}, Variable::kE, dense()) == 1.0);
  CHECK(value({}, Variable::kS, dense()) == 0.0);
  CHECK(value({}, Variable::kA, dense()) == 1.0);
}

TEST_CASE("from_shape: in a dense model total and active are one", "[convention][identity]") {
  const double total = value(law_with(NMeaning::kTotal), Variable::kN, dense());
  const double bare = value(law_with(NMeaning::kTotalNonEmbedding), Variable::kN, dense());
  CHECK(value(law_with(NMeaning::kActive), Variable::kN, dense()) == total);
  CHECK(value(law_with(NMeaning::kDense), Variable::kN, dense()) == total);
  CHECK(value(law_with(NMeaning::kActiveNonEmbedding), Variable::kN, dense()) == bare);
  CHECK(total - bare == embedding_rows(dense()) * 1024.0);
}

TEST_CASE("from_shape: E, S and A follow from experts and those per token",
          "[convention][identity]") {
  // E' = 32 experts of which K = 4.
  CHECK(value({}, Variable::kE, routed()) == 8.0);
  CHECK(value({}, Variable::kS, routed()) == 1.0 - 1.0 / 8.0);
  CHECK(value({}, Variable::kA, routed()) == 1.0 / 8.0);
}

TEST_CASE("from_shape: G is counted as the law does", "[convention][identity]") {
  const NMeaning n = NMeaning::kTotal;
  CHECK(value(law_with(n, GMeaning::kDffOverDexpert), Variable::kG, routed()) == 4.0);
  CHECK(value(law_with(n, GMeaning::kTwoDmodelOverDexpert), Variable::kG, routed()) == 2.0);
  CHECK(value(law_with(n, GMeaning::kActiveExperts), Variable::kG, routed()) == 4.0);
}

TEST_CASE("from_shape: what is none of the architecture gives nothing", "[convention][identity]") {
  for (const Variable v : {Variable::kD, Variable::kU, Variable::kC}) {
    CHECK_FALSE(from_shape({}, v, dense()));
  }
}

TEST_CASE("from_shape: what does not follow is asked for by its field", "[convention][refusal]") {
  auto fault_of = [](const LawRecord& law, Variable variable, const ModelShape& shape) {
    try {
      from_shape(law, variable, shape);
    } catch (const InvalidArgument& fault) {
      return fault.field();
    }
    return std::string("none");
  };
  CHECK(fault_of(law_with(NMeaning::kUnspecified), Variable::kN, dense()) == "n");
  CHECK(fault_of(law_with(NMeaning::kDense), Variable::kN, routed()) == "n");
  CHECK(fault_of(law_with(NMeaning::kTotal), Variable::kG, routed()) == "g");
  CHECK_THROWS_WITH(
      from_shape(law_with(NMeaning::kTotal, GMeaning::kDffOverDexpert), Variable::kG, dense()),
      "this shape has no experts, so the law's G does not follow from it");
}

TEST_CASE("counted_parameters: a shape's family has its width and its embeddings",
          "[convention][identity]") {
  CHECK(width_per_block(dense()) == 64.0);
  ShapeWords tied = dense_words();
  tied.tied = true;
  CHECK(embedding_rows(shape_of_words(tied)) == 50257.0);
  CHECK(embedding_rows(dense()) == 2.0 * 50257.0);
}

}  // namespace
}  // namespace isoflop::of_shape_test

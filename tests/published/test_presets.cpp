#include <algorithm>
#include <cmath>
#include <optional>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::presets_test {
namespace {

struct Published {
  std::string name, law;
  std::vector<double> coefficients;
  NMeaning n_means;
  std::optional<double> expansion;
  std::optional<FlopAccounting> flops;
  GMeaning g_means = GMeaning::kUnspecified;
  bool secondary_source = false;
};

const std::vector<Published>& published_laws() {
  using enum NMeaning;
  constexpr auto k6nd = FlopAccounting::kSixNd, kPaper = FlopAccounting::kPaper;
  constexpr auto kUnsaid = GMeaning::kUnspecified, kDff = GMeaning::kDffOverDexpert;
  static const std::vector<Published> laws{
      // Abnar et al. 2025, arXiv 2501.12370, as quoted by later work: a, alpha, b, beta, c, lambda,
      // d, delta, gamma, e.
      {"abnar2025",
       "sparsity",
       {16612.50, 0.5962, 5455.67, 0.3954, 0.4598, -0.1666, 17.26, 0.1603, 0.1595, 0.94},
       kTotal,
       std::nullopt,
       k6nd,
       kUnsaid,
       true},
      // Besiroglu et al. 2024, arXiv 2404.10102: E, A, alpha, B, beta as printed.
      {"besiroglu2024", "chinchilla", {1.8172, 482.01, 0.3478, 2085.43, 0.3658}, kTotal, 1, k6nd},
      // Clark et al. 2022, arXiv 2202.01169, as quoted by later work: a, b, c, d, E_start, E_max.
      {"clark2022-hash",
       "routed",
       {-0.087, -0.136, 0.012, 1.157, 4.175, 477.741},
       kDense,
       std::nullopt,
       std::nullopt,
       kUnsaid,
       true},
      {"clark2022-rlr",
       "routed",
       {-0.083, -0.126, 0.012, 1.111, 1.880, 469.982},
       kDense,
       std::nullopt,
       std::nullopt,
       kUnsaid,
       true},
      {"clark2022-sbase",
       "routed",
       {-0.082, -0.108, 0.009, 1.104, 1.847, 314.478},
       kDense,
       std::nullopt,
       std::nullopt,
       kUnsaid,
       true},
      // Hoffmann et al. 2022, arXiv 2203.15556, Approach 3, as printed.
      {"hoffmann2022", "chinchilla", {1.69, 406.4, 0.34, 410.7, 0.28}, kTotal, 1, k6nd},
      // The same before rounding: ln E 0.5267228, ln A 6.0073404, ln B 6.0179186.
      {"hoffmann2022-unrounded",
       "chinchilla",
       {std::exp(0.5267228), std::exp(6.0073404), 0.33917084, std::exp(6.0179186), 0.2849083},
       kTotal,
       1,
       k6nd},
      // Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.5: N_c, alpha_N, D_c, alpha_D.
      {"kaplan2020", "kaplan", {6.4e13, 0.076, 1.8e13, 0.103}, kActiveNonEmbedding, 1, k6nd},
      // Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Table 1, dense.
      {"krajewski2024-dense",
       "chinchilla",
       {0.47, 16.3, 0.126, 26.7, 0.127},
       kActiveNonEmbedding,
       1,
       k6nd},
      // a, alpha, b, beta, g, gamma, c: Table 8, E = 16.
      {"krajewski2024-e16",
       "fine-grained-moe",
       {19.64, 0.124, 57.07, 0.169, 1.18, 0.986, 0.472},
       kTotalNonEmbedding,
       16,
       kPaper,
       kDff},
      // Four decimals from the authors' plotting code, E = 64.
      {"krajewski2024-e64",
       "fine-grained-moe",
       {18.0712, 0.1146, 30.8082, 0.1465, 2.0760, 0.5843, 0.472},
       kTotalNonEmbedding,
       64,
       kPaper,
       kDff},
      // Table 1, E = 64.
      {"krajewski2024-e64-table1",
       "fine-grained-moe",
       {18.1, 0.115, 30.8, 0.147, 2.1, 0.58, 0.47},
       kTotalNonEmbedding,
       64,
       kPaper,
       kDff},
      // Ludziejewski et al. 2025, arXiv 2502.05172: a, alpha, delta, gamma, b, beta, omega, zeta,
      // E_start, E_max, c.
      {"ludziejewski2025",
       "joint-moe",
       {35.91, -0.1889, -0.2285, 0.0098, 35.98, -0.1775, 0.5529, -0.0259, 2.0732, 290.4521, 1.3637},
       kActive,
       std::nullopt,
       k6nd},
      // Muennighoff et al. 2023, arXiv 2305.16264: ln E, ln A and ln B as printed; R*_N, R*_D.
      {"muennighoff2023",
       "data-constrained",
       {std::exp(0.6254804), std::exp(6.255414), 0.3526596, std::exp(7.3049974), 0.3526596,
        5.309743, 15.387756},
       NMeaning::kUnspecified,
       1,
       k6nd},
      // Tian et al. 2025, arXiv 2507.17702: a, d, gamma, beta, A_start, A_max.
      {"tian2025",
       "efficiency-leverage",
       {1.23, -7.61e-2, 1.67e-2, -1.17e-1, 1.63e-2, 5.28e16},
       NMeaning::kUnspecified,
       std::nullopt,
       std::nullopt,
       GMeaning::kTwoDmodelOverDexpert},
  };
  return laws;
}

TEST_CASE("preset_laws: the published laws are there in the order of their names",
          "[published][format]") {
  std::vector<std::string> names, expected;
  for (const LawRecord& law : preset_laws()) names.push_back(law.name);
  for (const Published& law : published_laws()) expected.push_back(law.name);
  CHECK(names == expected);
}

TEST_CASE("preset_laws: every coefficient has the digits that were published",
          "[published][published]") {
  for (const Published& expected : published_laws()) {
    CAPTURE(expected.name);
    const LawRecord law = find_law(expected.name);
    CHECK(law.law == expected.law);
    CHECK(law.coefficients == expected.coefficients);
  }
}

TEST_CASE("preset_laws: every law says what its numbers mean", "[published][published]") {
  for (const Published& expected : published_laws()) {
    CAPTURE(expected.name);
    const LawRecord law = find_law(expected.name);
    CHECK(law.n_means == expected.n_means);
    CHECK(law.expansion == expected.expansion);
    CHECK(law.g_means == expected.g_means);
    CHECK(law.flops == expected.flops);
    CHECK(law.secondary_source == expected.secondary_source);
  }
}

TEST_CASE("preset_laws: every law names its paper", "[published][published]") {
  for (const LawRecord& law : preset_laws()) {
    CAPTURE(law.name);
    CHECK(law.source.find("arXiv 2") != std::string::npos);
    CHECK(law.published);
    CHECK_FALSE(law.is_fit());
  }
}

TEST_CASE("preset_laws: the joint law knows its family of models", "[published][published]") {
  // Ludziejewski et al. 2025, arXiv 2502.05172: d = 64 blocks, attention 4 d^2, SwiGLU of hidden 3
  // d (9 d^2), embedding and unembedding of 50,257 rows.
  const ModelShapeRule family = find_law("ludziejewski2025").family.value();
  CHECK(family.width_per_block == 64.0);
  CHECK(family.attention == 4.0);
  CHECK(family.feed_forward == 9.0);
  CHECK(family.embedding_rows == 2.0 * 50257.0);
  for (const LawRecord& law : preset_laws()) {
    CHECK(law.family.has_value() == (law.name == "ludziejewski2025"));
  }
}

TEST_CASE("preset_laws: every law lists only variables that it has", "[published][identity]") {
  for (const LawRecord& law : preset_laws()) {
    CAPTURE(law.name);
    visit_law(law.law, [&](const auto& own) {
      for (const VariableInfo& v : kVariables) {
        CHECK((has_variable(own, v.id) || !law.ranges[v.id]));
      }
      CHECK_NOTHROW(require_in_bounds(facts_of(own), law.coefficients));
    });
  }
}

TEST_CASE("preset_laws: the ranges of the E = 64 laws are those of the grid",
          "[published][published]") {
  for (const char* name : {"krajewski2024-e64", "krajewski2024-e64-table1"}) {
    const Ranges ranges = find_law(name).ranges;
    // From d_model 256 with 4 blocks to 768 with 12; 16B to 130B tokens; G = 1 to 16.
    CHECK(ranges[Variable::kN]->low == 256.0 * 256 * 516 * 4);
    CHECK(ranges[Variable::kN]->high == 768.0 * 768 * 516 * 12);
    CHECK(ranges[Variable::kD]->low == 31250.0 * 524288);
    CHECK(ranges[Variable::kD]->high == 250000.0 * 524288);
    CHECK(ranges[Variable::kG]->low == 1.0);
    CHECK(ranges[Variable::kG]->high == 16.0);
  }
}

TEST_CASE("find_law: a name that is neither law nor file is refused with what there is",
          "[published][refusal]") {
  CHECK_THROWS_AS(find_law("krajewski2024-e65"), DataError);
  try {
    find_law("krajewski2024-e65");
  } catch (const DataError& fault) {
    for (const Published& law : published_laws()) {
      CHECK(std::string(fault.what()).find(" " + law.name) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace isoflop::presets_test

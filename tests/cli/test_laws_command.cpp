#include "catch.hpp"
#include "isoflop/version.hpp"
#include "program.hpp"

namespace isoflop::testing::laws_command_test {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("isoflop laws: the list for people is this text", "[cli][format]") {
  const Outcome laws = Workplace().isoflop({"laws"});
  CHECK(laws.exit_code == 0);
  CHECK(laws.err.empty());
  CHECK(laws.out == R"(Formulas (isoflop fit FILE --law NAME):
  chinchilla           L(N,D) = E + A/N^alpha + B/D^beta
  fine-grained-moe     L(N,D,G) = c + (g/G^gamma + a)/N^alpha + b/D^beta
  joint-moe            L(N,D,E) = a E^^delta N^(alpha + gamma ln E^) + b E^^omega D^(beta + zeta ln E^) + c, 1/E^ = 1/(E - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max
  data-constrained     L(N,D,U) = E + A/N'^alpha + B/D'^beta, D' = U (1 + R_D (1 - exp((1 - D/U)/R_D))) where D > U, else D, N' from N_opt(U) and R_N alike
  sparsity             L(N,D,S) = a/N^alpha + b/D^beta + c/(1-S)^lambda + d/((1-S)^delta N^gamma) + e
  routed               L(N,E) = 10^(a log10 N + b log10 E^ + c log10 N log10 E^ + d), 1/E^ = 1/(E - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max
  efficiency-leverage  EL(A,G,C) = A^^(a + d log10 C + gamma (log2 G)^2 + beta log2 G), 1/A^ = 1/(A + 1/(1/A_start - 1/A_max)) + 1/A_max
  kaplan               L(N,D) = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D
  over-training        L(N,D) = E + (a M^eta + b M^-eta) C^-eta, M = D/N, C = 6ND

Published laws (isoflop plan NAME --flops X):
  abnar2025                 sparsity             Abnar et al. 2025
  besiroglu2024             chinchilla           Besiroglu et al. 2024
  clark2022-hash            routed               Clark et al. 2022
  clark2022-rlr             routed               Clark et al. 2022
  clark2022-sbase           routed               Clark et al. 2022
  hoffmann2022              chinchilla           Hoffmann et al. 2022
  hoffmann2022-unrounded    chinchilla           Hoffmann et al. 2022
  kaplan2020                kaplan               Kaplan et al. 2020
  krajewski2024-dense       chinchilla           Krajewski, Ludziejewski et al. 2024
  krajewski2024-e16         fine-grained-moe     Krajewski, Ludziejewski et al. 2024
  krajewski2024-e64         fine-grained-moe     Krajewski, Ludziejewski et al. 2024
  krajewski2024-e64-table1  fine-grained-moe     Krajewski, Ludziejewski et al. 2024
  ludziejewski2025          joint-moe            Ludziejewski et al. 2025
  muennighoff2023           data-constrained     Muennighoff et al. 2023
  tian2025                  efficiency-leverage  Tian et al. 2025

Learning rate and batch (isoflop plan LAW --flops X --shapes --hyperparameters NAME):
  deepseek2024  lr = 0.3118 * C^-0.1250         batch = 0.2920 * C^0.3271  DeepSeek-AI 2024
  step-law      lr = 1.79 * N^-0.713 * D^0.307  batch = 0.58 * D^0.571     Li et al. 2025

'isoflop laws NAME' shows one in full.
)");
}

TEST_CASE("isoflop laws: a published law is shown with digits and source and ranges",
          "[cli][format]") {
  const Outcome law = Workplace().isoflop({"laws", "krajewski2024-e64"});
  CHECK(law.exit_code == 0);
  CHECK(law.err.empty());
  for (const char* part :
       {"18.0712", "0.1146", "30.8082", "0.1465", "2.076", "0.5843", "0.472", "total_non_embedding",
        "dff_over_dexpert", "E  64", "arXiv 2402.07871", "runs from 135.3M to 3.652B"}) {
    CAPTURE(part);
    CHECK(contains(law.out, part));
  }
}

TEST_CASE("isoflop laws: a formula is shown with the bounds of its coefficients", "[cli][format]") {
  const Outcome law = Workplace().isoflop({"laws", "chinchilla"});
  CHECK(law.exit_code == 0);
  CHECK(law.err.empty());
  CHECK(contains(law.out, "L(N,D) = E + A/N^alpha + B/D^beta"));
  CHECK(contains(law.out, "fitted within 0.001 to 100"));
}

TEST_CASE("isoflop laws: the json of a published law is a law file", "[cli][format]") {
  const Workplace here;
  for (const char* name : {"krajewski2024-e64", "hoffmann2022-unrounded", "krajewski2024-dense"}) {
    CAPTURE(name);
    const Outcome law = here.isoflop({"laws", name, "--json"});
    CHECK(law.err.empty());
    here.write("law.json", law.out);
    CHECK(
        Json::parse(here.isoflop({"plan", "law.json", "--flops", "1e21", "--json"}).out)["plans"] ==
        Json::parse(here.isoflop({"plan", name, "--flops", "1e21", "--json"}).out)["plans"]);
  }
}

TEST_CASE("isoflop laws: a law file keeps every digit on its way through the program",
          "[cli][identity]") {
  const Workplace here;
  REQUIRE(here.fit_simulated({"--starts", "30", "-o", "law.json"}).exit_code == 0);
  const Json written = Json::parse(here.read("law.json"));
  const Json shown = Json::parse(here.isoflop({"laws", "law.json", "--json"}).out);
  CHECK(shown["coefficients"] == written["coefficients"]);
  CHECK(shown["ranges"] == written["ranges"]);
}

TEST_CASE("isoflop laws: the json of a formula has the documented fields", "[cli][format]") {
  const Json law = Json::parse(Workplace().isoflop({"laws", "chinchilla", "--json"}).out);
  CHECK(keys_of(law) == Words{"name", "formula", "source", "variables", "coefficients"});
  CHECK(keys_of(law["variables"][0]) == Words{"key", "symbol", "meaning"});
  CHECK(keys_of(law["coefficients"][0]) == Words{"name", "meaning", "lower", "upper"});
}

TEST_CASE("isoflop laws: the json of all holds formulas, published laws and hyperparameters",
          "[cli][format]") {
  const Outcome laws = Workplace().isoflop({"laws", "--json"});
  CHECK(laws.exit_code == 0);
  CHECK(laws.err.empty());
  const Json json = Json::parse(laws.out);
  CHECK(keys_of(json) == Words{"format", "laws", "published", "hyperparameters"});
  CHECK(json["format"] == "isoflop.laws/1");
  CHECK(json["laws"].size() == 9);
  CHECK(json["published"].size() == 15);
  CHECK(json["hyperparameters"].size() == 2);
}

TEST_CASE("isoflop laws: an unknown name exits 1", "[cli][refusal]") {
  const Outcome law = Workplace().isoflop({"laws", "hoffmann2023"});
  CHECK(law.exit_code == 1);
  CHECK(law.out.empty());
  CHECK(num_lines(law.err) == 1);
  CHECK(contains(law.err, "hoffmann2023: is neither a file nor a published law"));
}

TEST_CASE("isoflop: output that cannot be written exits 1", "[cli][refusal]") {
  const Outcome laws = Workplace().shell("isoflop laws > /dev/full");
  CHECK(laws.exit_code == 1);
  CHECK(laws.err == "isoflop: cannot write to standard output\n");
}

TEST_CASE("isoflop: the version is that of the library", "[cli][format]") {
  const Outcome version = Workplace().isoflop({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.out == std::string(kVersion) + "\n");
}

}  // namespace
}  // namespace isoflop::testing::laws_command_test

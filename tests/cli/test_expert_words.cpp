// One vocabulary of experts in every command: rates or counts, both printed, contradictions
// refused.
#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::expert_words_test {
namespace {

using Words = std::vector<std::string>;

const std::string kRuns = "data/published/krajewski2024_grid_simulated.csv";

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Json json_of(const Workplace& here, const Words& words) {
  const Outcome outcome = here.isoflop(with(words, {"--json"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return without_origin(Json::parse(outcome.out));
}

const Words kPlan{"plan", "krajewski2024-e64", "--flops", "1e21"};
const Words kPredict{"predict", "krajewski2024-e64", "--n", "43B", "--d", "28.9B"};
const Words kConsensus{"consensus", "krajewski2024-e64", "--flops", "1e21"};
const Words kSensitivity{"sensitivity", kRuns,
                         "--law",       "fine-grained-moe",
                         "--flops",     "1e21",
                         "--column",    "loss=loss_simulated",
                         "--n-means",   "total_non_embedding",
                         "--starts",    "4"};
const Words kFit{"fit",         kRuns,
                 "--law",       "fine-grained-moe",
                 "--column",    "loss=loss_simulated",
                 "--starts",    "4",
                 "--bootstrap", "0"};
const Words kBacktest{"backtest", kRuns, "--law", "chinchilla", "--column", "loss=loss_simulated",
                      "--starts", "4"};

TEST_CASE("expert words: rates and counts plan the same", "[cli][identity]") {
  const Workplace here;
  const Json rates = json_of(here, with(kPlan, {"--granularity", "16"}));
  const Json counts = json_of(here, with(kPlan, {"--num-experts", "1024", "--top-k", "16"}));
  CHECK(rates == counts);
  CHECK(json_of(here, with(kPlan, {"--top-k", "16"})) == rates);
  CHECK(json_of(here, with(kPlan, {"--num-experts", "1024"})) == rates);
}

TEST_CASE("expert words: a plan has experts of the planned width", "[cli][identity]") {
  const Workplace here;
  const Json json = json_of(here, kPlan);
  CHECK(json["experts"]["E"] == 64.0);
  CHECK(json["experts"]["G"].is_null());
  const Json plan = json["plans"][0], experts = plan["experts"];
  CHECK(keys_of(experts) == Words{"E", "G", "k0", "num_experts", "expert_width", "top_k", "d_ff"});
  CHECK(experts["G"] == plan["granularity"]);
  CHECK(experts["num_experts"] == 1024.0);
  CHECK(experts["top_k"] == 16.0);
  CHECK(experts["d_ff"].get<double>() ==
        Approx(4.0 * plan["d_model"].get<double>()).epsilon(1e-14));
  CHECK(experts["expert_width"].get<double>() ==
        Approx(plan["d_model"].get<double>() / 4.0).epsilon(1e-14));
  const Outcome text = here.isoflop(kPlan);
  CHECK(contains(text.out, "E'    n   K"));
}

TEST_CASE("expert words: a law without granularity holds for G = 1", "[cli][identity]") {
  const Workplace here;
  const Words plan{"plan", "ludziejewski2025", "--flops", "1e20"};
  CHECK(json_of(here, with(plan, {"--num-experts", "8"})) ==
        json_of(here, with(plan, {"--expansion", "8"})));
  CHECK(json_of(here, with(plan, {"--expansion", "8"}))["plans"][0]["experts"]["top_k"] == 1.0);
}

TEST_CASE("expert words: counts predict what rates predict", "[cli][identity]") {
  const Workplace here;
  const Json own = json_of(here, with(kPredict, {"--g", "16"}));
  const Json rate = json_of(here, with(kPredict, {"--granularity", "16"}));
  const Json count = json_of(here, with(kPredict, {"--num-experts", "1024", "--top-k", "16"}));
  CHECK(rate["loss"] == own["loss"]);
  CHECK(count["loss"] == own["loss"]);
  CHECK(count["experts"] == own["experts"]);
  CHECK(count["experts"]["num_experts"] == 1024.0);
  const Words sparse{"predict", "abnar2025", "--n", "1B", "--d", "20B"};
  CHECK(json_of(here, with(sparse, {"--num-experts", "64", "--top-k", "8"}))["loss"] ==
        json_of(here, with(sparse, {"--s", "0.875"}))["loss"]);
}

TEST_CASE("expert words: options change the experts of a shape", "[cli][identity]") {
  const Workplace here;
  const Words run{"predict", "krajewski2024-e64", "--shape", "data/shapes/olmoe-1b-7b.json", "--d",
                  "5T"};
  const Json as_it_is = json_of(here, run),
             finer = json_of(here, with(run, {"--granularity", "16"}));
  CHECK(as_it_is["experts"]["expert_width"] == 1024);
  CHECK(finer["experts"]["expert_width"] == 512);
  CHECK(finer["experts"]["num_experts"] == 128);
  CHECK(finer["g"] == 16.0);
  CHECK(finer["n"] == as_it_is["n"]);
}

TEST_CASE("expert words: consensus is asked about E and G", "[cli][identity]") {
  const Workplace here;
  const Json counts = json_of(here, with(kConsensus, {"--num-experts", "256", "--top-k", "4"}));
  CHECK(counts == json_of(here, with(kConsensus, {"--expansion", "64", "--granularity", "4"})));
  CHECK(counts["experts"]["num_experts"] == 256.0);
  CHECK(counts["laws"][0]["granularity"] == 4.0);
  CHECK(counts["laws"][0]["top_k"] == 4.0);
  const Json plan = json_of(here, with(kPlan, {"--granularity", "4"}));
  CHECK(counts["laws"][0]["n_active"] == plan["plans"][0]["n_active"]);
  const Words ling{"consensus", "tian2025", "--flops", "1e21", "--expansion", "32"};
  const Json held = json_of(here, with(ling, {"--granularity", "24"}));
  CHECK(held["laws"][0]["granularity_own"] == 12.0);
  CHECK(contains(here.isoflop(with(ling, {"--granularity", "24"})).out,
                 "Asked about: E = 32, G = 24, k0 = 1"));
}

TEST_CASE("expert words: sensitivity and fit take counts for E", "[cli][identity]") {
  const Workplace here;
  const Json study = json_of(here, with(kSensitivity, {"--num-experts", "1024", "--top-k", "16"}));
  CHECK(study["expansion"] == 64.0);
  CHECK(study["base"]["experts"]["num_experts"] == 1024.0);
  CHECK(study["base"]["granularity"] == 16.0);
  const Outcome fit = here.isoflop(with(kFit, {"--num-experts", "1024", "--top-k", "16"}));
  CHECK(contains(fit.out, "E = 64"));
}

TEST_CASE("expert words: a contradictory mix exits 2 in every command", "[cli][refusal]") {
  const Workplace here;
  for (const Words& command : {kPlan, kPredict, kConsensus, kSensitivity, kFit, kBacktest,
                               Words{"shape", "data/shapes/olmoe-1b-7b.json", "--d-ff", "8192"}}) {
    CAPTURE(command);
    Words mix{"--expansion", "64", "--num-experts", "64", "--top-k", "16"};
    if (command[0] == "shape") mix.insert(mix.end(), {"--granularity", "16"});
    const Outcome refused = here.isoflop(with(command, mix));
    CHECK(refused.exit_code == 2);
    CHECK(refused.out.empty());
    CHECK(num_lines(refused.err) == 1);
    CHECK(contains(refused.err, "contradicts"));
  }
}

TEST_CASE("expert words: what is left open or senseless is refused by its flag", "[cli][refusal]") {
  const Workplace here;
  const std::vector<std::pair<Words, std::string>> rows{
      {with(kPlan, {"--expert-width", "512"}), "--granularity"},
      {with(kPlan, {"--k0", "2"}), "k0 = 1"},
      {with(kPlan, {"--num-experts", "64", "--top-k", "128"}), "contradicts"},
      {with(kPlan, {"--num-experts", "64", "--top-k", "8"}), "contradicts"},  // E = 8, not 64
      {with(kPredict, {"--granularity", "16", "--g", "16"}), "not both"},
      {with(kPredict, {"--expansion", "8", "--granularity", "16"}), "holds for E = 64"},
      {with(kPredict, {"--expert-width", "512"}), "--granularity"},
      {with(kConsensus, {"--num-experts", "64"}), "--top-k"},
      {with(kConsensus, {"--num-experts", "64", "--top-k", "128"}), "below 1"},
      {with(kFit, {"--num-experts", "64"}), "--top-k"},
      {with(kFit, {"--expert-width", "64"}), "--num-experts"},
      {{"predict", "hoffmann2022", "--n", "1B", "--d", "20B", "--granularity", "2"},
       "has no granularity"},
      {{"plan", "ludziejewski2025", "--flops", "1e20", "--num-experts", "8", "--top-k", "2"},
       "k0 = 1"},
  };
  for (const auto& [words, names] : rows) {
    const Outcome refused = here.isoflop(words);
    INFO(names << ": " << refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(num_lines(refused.err) == 1);
    CHECK(contains(refused.err, names));
  }
}

TEST_CASE("isoflop plan: a shape gives what the law leaves open", "[cli][identity]") {
  const Workplace here;
  const Words dense{"plan", "hoffmann2022", "--flops", "1e21"};
  const Json by_shape = json_of(here, with(dense, {"--shape", "data/shapes/gpt2.json"}));
  const Json by_words =
      json_of(here, with(dense, {"--vocab", "50257", "--tied", "--width-per-block", "64"}));
  CHECK(by_shape["plans"] == by_words["plans"]);
  CHECK(by_shape["conversions"].size() == 2);
  const Words moe{"plan", "ludziejewski2025", "--flops", "1e20"};
  const Json olmoe = json_of(here, with(moe, {"--shape", "data/shapes/olmoe-1b-7b.json"}));
  CHECK(olmoe["plans"] == json_of(here, with(moe, {"--expansion", "8"}))["plans"]);
  CHECK(contains(olmoe["conversions"][0], "E = 8"));
}

TEST_CASE("isoflop plan: a shape that contradicts the law or the words exits 2", "[cli][refusal]") {
  const Workplace here;
  const std::vector<std::pair<Words, std::string>> rows{
      {with(kPlan, {"--shape", "data/shapes/olmoe-1b-7b.json"}), "E = 64"},
      {{"plan", "hoffmann2022", "--flops", "1e21", "--shape", "data/shapes/gpt2.json", "--vocab",
        "1000"},
       "leave out --vocab"},
      {with(kPlan, {"--granularity", "shape"}), "needs --shape"},
  };
  for (const auto& [words, names] : rows) {
    const Outcome refused = here.isoflop(words);
    INFO(names << ": " << refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(num_lines(refused.err) == 1);
    CHECK(contains(refused.err, names));
  }
}

}  // namespace
}  // namespace isoflop::testing::expert_words_test

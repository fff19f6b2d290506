#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::shape_command_test {
namespace {

using Words = std::vector<std::string>;

/// A model without experts, with further words.
Words shape_with(const Words& more) {
  Words words{"shape", "--d-model", "2048", "--blocks", "16",      "--heads",
              "16",    "--d-ff",    "8192", "--gated",  "--vocab", "50304"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Json report_of(Words words) {
  words.push_back("--json");
  const Outcome outcome = Workplace().isoflop(words);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  return without_origin(Json::parse(outcome.out));
}

TEST_CASE("isoflop shape: the json has the documented fields", "[cli][format]") {
  const Json json = report_of({"shape", "data/shapes/olmoe-1b-7b.json"});
  CHECK(keys_of(json) ==
        Words{"format", "shape", "experts", "params", "router_cost", "flops_per_token", "bytes"});
  CHECK(json["format"] == "isoflop.shape/1");
  CHECK(keys_of(json["experts"]) ==
        Words{"E", "G", "k0", "num_experts", "expert_width", "top_k", "d_ff"});
  const Words params = keys_of(json["params"]);
  CHECK(Words(params.begin(), params.begin() + 5) ==
        Words{"total", "active", "total_no_embedding", "active_no_embedding", "router"});
  CHECK(keys_of(json["flops_per_token"]) == Words{"training", "inference"});
  CHECK(keys_of(json["flops_per_token"]["training"]) == Words{"6nd", "paper", "transformer"});
  CHECK(keys_of(json["flops_per_token"]["inference"]) == Words{"6nd", "paper", "transformer"});
  CHECK(keys_of(json["bytes"]) == Words{"weights", "gradients", "optimizer", "kv_cache_per_token"});
}

TEST_CASE("isoflop shape: counts in json are whole numbers to the last digit", "[cli][format]") {
  const Outcome outcome = Workplace().isoflop({"shape", "data/shapes/deepseek-v3.json", "--json"});
  CHECK(contains(outcome.out, "\"total\": 671026419200,"));
  CHECK(contains(outcome.out, "\"active\": 37552297472,"));
}

TEST_CASE("isoflop shape: the accountings follow from the parameters as documented",
          "[cli][identity]") {
  const Json json = report_of({"shape", "data/shapes/olmoe-1b-7b.json"});
  const Json &params = json["params"], &training = json["flops_per_token"]["training"];
  CHECK(training["6nd"] == 6 * params["active"].get<std::uint64_t>());
  CHECK(training["paper"] ==
        6 * params["active_no_embedding"].get<std::uint64_t>() + 14 * 2048 * 64 * 16);
}

TEST_CASE("isoflop shape: a dense model has no experts in json", "[cli][format]") {
  const Json json = report_of(shape_with({}));
  CHECK(json["experts"].is_null());
  CHECK(json["params"]["router"] == 0);
}

TEST_CASE("isoflop shape: rates and counts are two ways to say the same", "[cli][identity]") {
  const Json rates = report_of(shape_with({"--expansion", "8", "--granularity", "8"}));
  const Json counts =
      report_of(shape_with({"--num-experts", "64", "--expert-width", "1024", "--top-k", "8"}));
  CHECK(rates == counts);
  CHECK(rates["experts"]["E"] == 8.0);
  CHECK(rates["experts"]["num_experts"] == 64);
}

TEST_CASE("isoflop shape: numbers are read as people type them", "[cli][identity]") {
  const Workplace here;
  CHECK(here.isoflop({"shape", "--d-model", "1k", "--blocks", "8", "--heads", "8", "--d-ff", "4K",
                      "--vocab", "0.05M"})
            .out == here.isoflop({"shape", "--d-model", "1000", "--blocks", "8", "--heads", "8",
                                  "--d-ff", "4e3", "--vocab", "50000"})
                        .out);
}

TEST_CASE("isoflop shape: options rebuild a published model", "[cli][recovery]") {
  const Json built = report_of({"shape",
                                "--d-model",
                                "7168",
                                "--blocks",
                                "61",
                                "--heads",
                                "128",
                                "--d-ff",
                                "18432",
                                "--gated",
                                "--vocab",
                                "129280",
                                "--seq-len",
                                "163840",
                                "--num-experts",
                                "256",
                                "--expert-width",
                                "2048",
                                "--top-k",
                                "8",
                                "--shared-experts",
                                "1",
                                "--dense-layers",
                                "3",
                                "--router-bias",
                                "--mtp-layers",
                                "1",
                                "--q-lora-rank",
                                "1536",
                                "--kv-lora-rank",
                                "512",
                                "--qk-nope-head-dim",
                                "128",
                                "--qk-rope-head-dim",
                                "64",
                                "--v-head-dim",
                                "128"});
  CHECK(built == report_of({"shape", "data/shapes/deepseek-v3.json"}));
}

TEST_CASE("isoflop shape: options rebuild a model of biases and learned positions",
          "[cli][recovery]") {
  const Json built = report_of({"shape", "--d-model", "768", "--blocks", "12", "--heads", "12",
                                "--d-ff", "3072", "--vocab", "50257", "--tied", "--norm", "layer",
                                "--biases", "all", "--learned-positions", "1024"});
  CHECK(built == report_of({"shape", "data/shapes/gpt2.json"}));
}

TEST_CASE("isoflop shape: options change what a file says and nothing else", "[cli][identity]") {
  const Json olmoe = report_of({"shape", "data/shapes/olmoe-1b-7b.json"});
  const Json finer = report_of({"shape", "data/shapes/olmoe-1b-7b.json", "--granularity", "16"});
  CHECK(finer["experts"]["num_experts"] == 128);
  CHECK(finer["experts"]["expert_width"] == 512);
  CHECK(finer["experts"]["top_k"] == 16);
  CHECK(finer["params"]["experts"] == olmoe["params"]["experts"]);
  const Json more = report_of({"shape", "data/shapes/olmoe-1b-7b.json", "--num-experts", "128"});
  CHECK(more["experts"]["E"] == 16.0);
  CHECK(more["experts"]["expert_width"] == 1024);
}

TEST_CASE("isoflop shape: a written config reads as the same shape", "[cli][recovery]") {
  const Workplace here;
  for (const Words& words :
       {Words{"shape", "data/shapes/qwen3-30b-a3b.json"},
        shape_with({"--expansion", "8", "--plain", "--norm", "layer"}), shape_with({})}) {
    Words first = words, second{"shape", "config.json", "--json"};
    if (first.back() == "layer") std::erase(first, "--gated");
    first.insert(first.end(), {"-o", "config.json", "--json"});
    const Outcome written = here.isoflop(first);
    CHECK(written.exit_code == 0);
    CHECK(without_origin(Json::parse(here.isoflop(second).out)) ==
          without_origin(Json::parse(written.out)));
  }
}

TEST_CASE("isoflop shape: the text for people names E and G and the counts", "[cli][format]") {
  const Outcome text = Workplace().isoflop({"shape", "data/shapes/olmoe-1b-7b.json"});
  CHECK(contains(text.out, "E = 8, G = 8, k0 = 1: E' = E G = 64 experts of width n = 1024, K = 8"));
  CHECK(contains(text.out, "6919161856"));
  CHECK(contains(text.out, "1282017280"));
}

TEST_CASE("isoflop shape: words that contradict each other exit 2 with one line",
          "[cli][refusal]") {
  const Workplace here;
  struct Row {
    Words words;
    const char* names;
  };
  const std::vector<Row> rows{
      {{"shape"}, "--d-model"},
      {{"shape", "--d-model", "64"}, "--blocks"},
      {{"shape", "--d-model", "64", "--blocks", "2", "--heads", "2", "--vocab", "9"}, "--d-ff"},
      {shape_with({"--kv-heads", "3"}), "key/value heads"},
      {shape_with({"--plain"}), "--gated and --plain"},
      {shape_with({"--tied", "--untied"}), "--tied and --untied"},
      {shape_with({"--head-dim", "x"}), "--head-dim"},
      {shape_with({"--seq-len", "1.5"}), "--seq-len"},
      {shape_with({"--norm", "batch"}), "rms, layer"},
      {shape_with({"--expansion", "8", "--granularity", "3"}), "8192 / 3"},
      {shape_with({"--expansion", "8", "--num-experts", "32", "--expert-width", "1024"}),
       "expansion = 8 contradicts"},
      {shape_with({"--granularity", "8", "--expert-width", "512", "--expansion", "8"}),
       "granularity = 8 contradicts"},
      {shape_with({"--num-experts", "4", "--expert-width", "1024", "--top-k", "8"}),
       "8 of 4 experts"},
      {shape_with({"--granularity", "8"}), "expansion or num-experts"},
      {shape_with({"--dense-layers", "2"}), "number of experts"},
      {shape_with({"--expansion", "8", "--dense-layers", "16"}), "none of the 16 blocks"},
      {shape_with({"--kv-lora-rank", "512"}), "qk_nope_head_dim"},
      {{"shape", "--d-model", "4e9", "--blocks", "2", "--heads", "2", "--d-ff", "64", "--vocab",
        "4e9"},
       "64 bits"},
      {shape_with({"--router-cost", "-1"}), "--router-cost"},
  };
  for (const Row& row : rows) {
    const Outcome outcome = here.isoflop(row.words);
    INFO(row.names << ": " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(num_lines(outcome.err) == 1);
    CHECK(contains(outcome.err, row.names));
  }
}

TEST_CASE("isoflop shape: a bad file exits 1 with one line that names the field",
          "[cli][refusal]") {
  const Workplace here;
  here.write("config.json", "{\"model_type\": \"llama\", \"hidden_size\": 64}");
  const Outcome missing = here.isoflop({"shape", "config.json"});
  CHECK(missing.exit_code == 1);
  CHECK(missing.err ==
        "isoflop: config.json: lacks \"num_hidden_layers\"; shape counts by options too: "
        "--d-model, --blocks, --heads, --kv-heads, --head-dim, --d-ff, --vocab, --num-experts, "
        "--expert-width, --top-k\n");
  const Outcome none = here.isoflop({"shape", "none.json"});
  CHECK(none.exit_code == 1);
  CHECK(none.err == "isoflop: none.json: there is no such file\n");
}

}  // namespace
}  // namespace isoflop::testing::shape_command_test

#include <cmath>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::predict_command_test {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("isoflop predict: the line for people is this text", "[cli][format]") {
  const Outcome predict = Workplace().isoflop(
      {"predict", "krajewski2024-e64", "--n", "2.15B", "--d", "33B", "--g", "8"});
  CHECK(predict.exit_code == 0);
  CHECK(predict.err.empty());
  // 0.472 + (2.076 / 8^0.5843 + 18.0712) / 2.15e9^0.1146 + 30.8082 / 33e9^0.1465 = 2.95093.
  CHECK(predict.out ==
        "loss 2.9509 nats per token   N = 2.15B, D = 33B, G = 8 (krajewski2024-e64; N is "
        "total_non_embedding; G is 4 d_model / d_expert)\n"
        "experts: E = 64, G = 8, k0 = 1: E' = E G = 512 experts of width n = d_ff / G, K = 8 per "
        "token, d_ff = 4 d_model\n");
}

TEST_CASE("isoflop predict: the loss is that of the printed formula", "[cli][identity]") {
  const Outcome predict =
      Workplace().isoflop({"predict", "hoffmann2022", "--n", "70B", "--d", "1.4T", "--json"});
  // Hoffmann et al. 2022, arXiv 2203.15556, Approach 3; log-sum-exp costs a few roundings.
  const double printed = 1.69 + 406.4 / std::pow(70e9, 0.34) + 410.7 / std::pow(1.4e12, 0.28);
  CHECK(Json::parse(predict.out)["loss"].get<double>() == Approx(printed).epsilon(1e-14));
}

TEST_CASE("isoflop predict: numbers are read as people type them", "[cli][identity]") {
  const Workplace here;
  CHECK(here.isoflop({"predict", "hoffmann2022", "--n", "70B", "--d", "1.4T"}).out ==
        here.isoflop({"predict", "--law", "hoffmann2022", "--n", "7e10", "--d", "1400000M"}).out);
}

TEST_CASE("isoflop predict: the json has the documented fields", "[cli][format]") {
  const Outcome predict = Workplace().isoflop(
      {"predict", "krajewski2024-e64", "--n", "1B", "--d", "20B", "--g", "8", "--json"});
  CHECK(predict.exit_code == 0);
  CHECK(predict.err.empty());
  const Json json = Json::parse(predict.out);
  CHECK(keys_of(json) == Words{"format", "law", "n", "d", "g", "loss", "interval", "curve",
                               "new_run", "extrapolates", "experts"});
  CHECK(json["format"] == "isoflop.predict/1");
  CHECK(json["interval"].is_null());
  CHECK(json["extrapolates"] == Json::array());
}

TEST_CASE("isoflop predict: outside the range of the runs the fields keep their order",
          "[cli][format]") {
  const Json json = Json::parse(Workplace()
                                    .isoflop({"predict", "krajewski2024-e64", "--n", "70B", "--d",
                                              "1T", "--g", "8", "--json"})
                                    .out);
  CHECK(json["extrapolates"] == Json{"N", "D"});
  CHECK(keys_of(json) == Words{"format", "law", "n", "d", "g", "loss", "interval", "curve",
                               "new_run", "extrapolates", "experts"});
}

TEST_CASE("isoflop predict: outside the range of the runs a note says so", "[cli][format]") {
  const Outcome predict = Workplace().isoflop(
      {"predict", "krajewski2024-e64", "--n", "70B", "--d", "20B", "--g", "32"});
  CHECK(predict.exit_code == 0);
  CHECK(contains(predict.out, "note: beyond the runs behind this law in N, G, D/N\n"));
}

TEST_CASE("isoflop predict: a ratio outside the range of the runs is flagged alone",
          "[cli][format]") {
  // N, D and G lie among the runs; 16.4B / 3.6B = 4.6 tokens per parameter do not.
  const Words run{"predict", "krajewski2024-e64", "--n", "3.6B", "--d", "16.4B", "--g", "8"};
  CHECK(contains(Workplace().isoflop(run).out, "note: beyond the runs behind this law in D/N\n"));
  Words with_json = run;
  with_json.push_back("--json");
  CHECK(Json::parse(Workplace().isoflop(with_json).out)["extrapolates"] == Json{"D/N"});
}

}  // namespace
}  // namespace isoflop::testing::predict_command_test

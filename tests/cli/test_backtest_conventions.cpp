// A law asked about runs that count N otherwise: converted where it follows, else refused.
#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::backtest_conventions_test {
namespace {

using Words = std::vector<std::string>;

Words ask(const std::string& law, const Words& more) {
  Words words{"backtest", "data/published/krajewski2024_grid_simulated.csv",
              "--law",    law,
              "--column", "loss=loss_simulated",
              "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Json report_of(const Workplace& here, const Words& words) {
  const Outcome outcome = here.isoflop(words);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return Json::parse(outcome.out);
}

TEST_CASE("isoflop backtest: a published law is asked as it is", "[cli][published]") {
  const Workplace here;
  const Json report =
      report_of(here, ask("krajewski2024-e64", {"--n-means", "total_non_embedding"}));
  const Json law = report["laws"][0];
  CHECK(law["fitted"] == false);
  CHECK(law["verdict"].is_null());
  CHECK(law["num_parameters"] == 0);
  CHECK(law["conversions"].empty());
  // The losses were drawn from this law with 0.5 % noise; 18 runs know it to a sixth.
  CHECK(law["rmse_log_held_out"].get<double>() == Approx(0.005).epsilon(0.5));
  CHECK(report["runs_held_out"] == 18);
}

TEST_CASE("isoflop backtest: active parameters become the total of the law", "[cli][identity]") {
  const Workplace here;
  // The same runs, counted by active parameters: N / 43 at E = 64.
  const std::string table = here.read("data/published/krajewski2024_grid_simulated.csv");
  std::istringstream in(table);
  std::ostringstream out;
  std::string line;
  std::getline(in, line);
  std::istringstream head(line);
  std::size_t column = 0;
  for (std::string name; std::getline(head, name, ',') && name != "N";) ++column;
  out << line << '\n';
  out.precision(17);
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::size_t i = 0;
    for (std::string cell; std::getline(cells, cell, ','); ++i) {
      if (i > 0) out << ',';
      if (i == column) {
        out << std::stod(cell) / 43.0;
      } else {
        out << cell;
      }
    }
    out << '\n';
  }
  here.write("active.csv", out.str());
  Words active = ask("krajewski2024-e64", {"--n-means", "active_non_embedding"});
  active[1] = "active.csv";
  const Json mine = report_of(here, active)["laws"][0];
  const Json own =
      report_of(here, ask("krajewski2024-e64", {"--n-means", "total_non_embedding"}))["laws"][0];
  CHECK(mine["rmse_log_held_out"].get<double>() ==
        Approx(own["rmse_log_held_out"].get<double>()).epsilon(1e-9));
  REQUIRE(mine["conversions"].size() == 1);
  CHECK(contains(mine["conversions"][0], "active_non_embedding"));
}

TEST_CASE("isoflop backtest: fitted formulas and published laws stand side by side",
          "[cli][identity]") {
  const Workplace here;
  const Json report = report_of(
      here, ask("fine-grained-moe,krajewski2024-e64",
                {"--n-means", "total_non_embedding", "--expansion", "64", "--starts", "20"}));
  CHECK(report["laws"][0]["fitted"] == true);
  CHECK(report["laws"][1]["fitted"] == false);
  CHECK(report["n_means"] == "total_non_embedding");
  CHECK(report["experts"]["E"] == 64.0);
}

TEST_CASE("isoflop backtest: N with and without embeddings meet only by a vocabulary",
          "[cli][refusal]") {
  const Workplace here;
  const std::vector<std::pair<Words, std::string>> rows{
      {ask("besiroglu2024", {}), "--n-means"},
      {ask("besiroglu2024", {"--n-means", "total_non_embedding"}), "--vocab"},
      {ask("besiroglu2024", {"--n-means", "total_non_embedding", "--expansion", "64"}), "E = 1"},
      {ask("muennighoff2023", {"--n-means", "total", "--column", "u=D"}),
       "does not say what its N counts"},
      {ask("besiroglu2024", {"--n-means", "total", "--tied"}), "--vocab"},
  };
  for (const auto& [words, names] : rows) {
    const Outcome refused = here.isoflop(words);
    INFO(names << ": " << refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(refused.out.empty());
    CHECK(num_lines(refused.err) == 1);
    CHECK(contains(refused.err, names));
  }
  const Json converted = report_of(
      here, ask("besiroglu2024", {"--n-means", "total_non_embedding", "--vocab", "50257"}));
  CHECK(contains(converted["laws"][0]["conversions"][0], "100514 rows"));
}

}  // namespace
}  // namespace isoflop::testing::backtest_conventions_test

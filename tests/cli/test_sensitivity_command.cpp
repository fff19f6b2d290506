#include <fmt/format.h>

#include <cmath>

#include "catch.hpp"
#include "fit/planted_runs.hpp"
#include "program.hpp"

namespace isoflop::testing::sensitivity_command_test {
namespace {

using Words = std::vector<std::string>;

/// 20 dense runs with 0.3 % noise; the loss of row 7 is multiplied by `factor`.
std::string planted_csv(double factor) {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  runs.loss[7] *= factor;
  std::string out = "N,D,loss\n";
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    out += fmt::format("{},{},{}\n", runs.column(Variable::kN)[i], runs.column(Variable::kD)[i],
                       runs.loss[i]);
  }
  return out;
}

Words sensitivity_with(const Words& more) {
  Words words{"sensitivity", "runs.csv", "--law",    "chinchilla",
              "--flops",     "1e23",     "--starts", "30"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("isoflop sensitivity: the JSON has the documented fields", "[cli][format]") {
  const Workplace here;
  here.write("runs.csv", planted_csv(1.0));
  const Outcome outcome = here.isoflop(sensitivity_with({"--json"}));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const Json json = Json::parse(outcome.out);
  CHECK(keys_of(json) == Words{"format", "law", "budget_flops", "cost", "expansion", "base", "rows",
                               "runs_left_out", "influence", "tokens_per_active_parameter_span"});
  CHECK(json["format"] == "isoflop.sensitivity/1");
  CHECK(json["law"] == "chinchilla");
  CHECK(json["budget_flops"] == 1e23);
  CHECK(json["cost"] == "6nd");
  const Words row{"group",
                  "label",
                  "num_runs",
                  "objective",
                  "status",
                  "plan_status",
                  "note",
                  "n_total",
                  "n_active",
                  "d_tokens",
                  "tokens_per_active_parameter",
                  "granularity",
                  "loss",
                  "experts"};
  CHECK(keys_of(json["base"]) == row);
  CHECK(keys_of(json["rows"][0]) == row);
  CHECK(json["base"]["status"] == "converged");
  CHECK(json["base"]["plan_status"] == "optimal");
  CHECK(json["base"]["num_runs"] == 20);
  CHECK(json["base"]["granularity"].is_null());
  CHECK(json["runs_left_out"] == 20);
  CHECK(json["influence"].size() == 10);
  CHECK(keys_of(json["influence"][0]) == Words{"line", "log_residual", "change_log_n", "status",
                                               "plan_status", "note", "n_total", "n_active",
                                               "d_tokens", "tokens_per_active_parameter",
                                               "granularity", "loss", "experts"});

  Words groups;
  for (const Json& one : json["rows"]) {
    if (groups.empty() || groups.back() != one["group"]) groups.push_back(one["group"]);
    if (one["group"] == "without the worst residuals") {
      CHECK(one["dropped_lines"].size() + one["num_runs"].get<std::size_t>() == 20);
    }
  }
  CHECK(groups == Words{"Huber delta", "residuals", "without the worst residuals",
                        "without one size", "without one budget"});
}

TEST_CASE("isoflop sensitivity: a plan of a row is that of its fit", "[cli][identity]") {
  const Workplace here;
  here.write("runs.csv", planted_csv(1.0));
  const Json rows = Json::parse(here.isoflop(sensitivity_with({"--json"})).out)["rows"];
  REQUIRE(here.isoflop({"fit", "runs.csv", "--law", "chinchilla", "--starts", "30", "--where",
                        "N!=1e9", "-o", "law.json"})
              .exit_code == 0);
  const Json plan =
      Json::parse(here.isoflop({"plan", "law.json", "--flops", "1e23", "--json"}).out)["plans"][0];
  for (const Json& row : rows) {
    if (row["label"] != "N = 1B") continue;
    CHECK(row["num_runs"] == 16);
    // Minima that other starts lead to agree in all but the last digits.
    CHECK(row["n_active"].get<double>() == Approx(plan["n_active"].get<double>()).epsilon(1e-6));
    CHECK(row["d_tokens"].get<double>() == Approx(plan["d_tokens"].get<double>()).epsilon(1e-6));
    CHECK(row["loss"].get<double>() == Approx(plan["loss"].get<double>()).epsilon(1e-9));
    return;
  }
  FAIL("no row without N = 1B");
}

TEST_CASE("isoflop sensitivity: a planted outlier comes first in the influence",
          "[cli][recovery]") {
  const Workplace here;
  here.write("runs.csv", planted_csv(1.08));
  const Json json =
      Json::parse(here.isoflop(sensitivity_with({"--huber-delta", "inf", "--json"})).out);
  const Json& first = json["influence"][0];
  CHECK(first["line"] == 9);  // row 7, counted from 0 behind a header
  CHECK(first["log_residual"].get<double>() < 0.0);
  const double change =
      std::log(first["n_active"].get<double>() / json["base"]["n_active"].get<double>());
  CHECK(first["change_log_n"].get<double>() == Approx(change));
  CHECK(std::abs(change) > 2.0 * std::abs(json["influence"][1]["change_log_n"].get<double>()));
  // Leaving it out as the worst residual is the same fit, but for the starts.
  for (const Json& row : json["rows"]) {
    if (row["group"] != "without the worst residuals" || row["num_runs"] != 19) continue;
    CHECK(row["dropped_lines"] == Json{9});
    CHECK(row["n_active"].get<double>() == Approx(first["n_active"].get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("isoflop sensitivity: the span is that of the fits that converged", "[cli][identity]") {
  const Workplace here;
  here.write("runs.csv", planted_csv(1.0));
  const Json json = Json::parse(here.isoflop(sensitivity_with({"--json"})).out);
  double low = json["base"]["tokens_per_active_parameter"], high = low;
  for (const Json& row : json["rows"]) {
    if (row["status"] != "converged" || row["plan_status"] != "optimal") {
      CHECK_FALSE(row["note"].is_null());
      continue;
    }
    low = std::min(low, row["tokens_per_active_parameter"].get<double>());
    high = std::max(high, row["tokens_per_active_parameter"].get<double>());
  }
  CHECK(json["tokens_per_active_parameter_span"] == Json{low, high});
  CHECK(low < high);
}

TEST_CASE("isoflop sensitivity: the text shows every group and ends with the span",
          "[cli][format]") {
  const Workplace here;
  here.write("runs.csv", planted_csv(1.0));
  const Outcome outcome = here.isoflop(sensitivity_with({}));
  CHECK(outcome.exit_code == 0);
  for (const char* part :
       {"planned for 1e23 FLOPs", "FLOPs: 6 N_active D", "as asked: delta 0.001", "\nHuber delta\n",
        "least absolute deviations", "least squares", "raw, of L", "1 run: line ", "  N = 1B ",
        "  6ND = 1.2e18 ", "of 20 that were left out one by one"}) {
    CAPTURE(part);
    CHECK(contains(outcome.out, part));
  }
  const std::string last = outcome.out.substr(outcome.out.rfind('\n', outcome.out.size() - 2) + 1);
  CHECK(last.rfind("Tokens per active parameter over ", 0) == 0);
}

TEST_CASE("isoflop sensitivity: a law with granularity plans it", "[cli][format]") {
  const Workplace here;
  const Outcome outcome =
      here.isoflop({"sensitivity", "data/published/krajewski2024_grid_simulated.csv", "--law",
                    "fine-grained-moe", "--column", "loss=loss_simulated", "--flops", "1e21",
                    "--n-means", "total_non_embedding", "--expansion", "64", "--starts", "12",
                    "--where", "N<1.5e9", "--json"});
  const Json json = Json::parse(outcome.out);
  CHECK(json["cost"] == "paper");
  CHECK(json["expansion"] == 64.0);
  CHECK(json["base"]["granularity"].get<double>() >= 1.0);
}

TEST_CASE("isoflop sensitivity: bad words exit 2", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", planted_csv(1.0));
  for (const auto& [words, hint] :
       std::vector<std::pair<Words, std::string>>{{{"--granularity", "4"}, "has no granularity"},
                                                  {{"--cost", "foo"}, "neither 6nd nor paper"},
                                                  {{"--cost", "paper"}, "--expansion E"},
                                                  {{"--n-means", "all"}, "total_non_embedding"},
                                                  {{"--starts", "0"}, "--starts"}}) {
    const Outcome outcome = here.isoflop(sensitivity_with(words));
    INFO(hint << "\n" << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, hint));
  }
  const Outcome moe =
      here.isoflop({"sensitivity", "runs.csv", "--law", "fine-grained-moe", "--flops", "1e21",
                    "--expansion", "64", "--n-means", "total_non_embedding", "--cost", "6nd"});
  CHECK(moe.exit_code == 2);
  CHECK(contains(moe.err, "--granularity X"));
  const Outcome zero =
      here.isoflop({"sensitivity", "runs.csv", "--law", "chinchilla", "--flops", "0"});
  CHECK(zero.exit_code == 2);
  CHECK(contains(zero.err, "--flops"));
}

}  // namespace
}  // namespace isoflop::testing::sensitivity_command_test

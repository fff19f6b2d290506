// What isoflop fit says of its own answer: verdict, intervals, minima, dropped and suspect runs.
#include <fmt/format.h>

#include <cmath>

#include "catch.hpp"
#include "fit/planted_runs.hpp"
#include "isoflop/io/number.hpp"
#include "program.hpp"
#include "published/shipped_tables.hpp"

namespace isoflop::testing::fit_trust_test {
namespace {

using Words = std::vector<std::string>;

Words quick_fit(const Words& more = {}) {
  Words words{"--starts", "30", "--n-means", "total_non_embedding", "--expansion", "64"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// A table of runs with all that a line can hold.
std::string csv_of(const RunTable& runs) {
  const bool moe = !runs.column(Variable::kG).empty();
  std::string out = moe ? "N,D,G,loss\n" : "N,D,loss\n";
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    for (const Variable v : {Variable::kN, Variable::kD, Variable::kG}) {
      if (!runs.column(v).empty()) out += format_number(runs.column(v)[i]) + ",";
    }
    out += format_number(runs.loss[i]) + "\n";
  }
  return out;
}

Outcome fit_runs(const Workplace& here, const RunTable& runs, Words more) {
  here.write("runs.csv", csv_of(runs));
  const bool moe = !runs.column(Variable::kG).empty();
  Words words{"fit",      "runs.csv", "--law", moe ? "fine-grained-moe" : "chinchilla",
              "--starts", "60"};
  words.insert(words.end(), more.begin(), more.end());
  return here.isoflop(words);
}

template <class Keep>
RunTable planted_where(const Keep& keep, double noise = 0.003) {
  const RunTable all = planted_runs(FineGrainedMoe{}, kKrajewski, noise);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < all.num_runs(); ++i) {
    if (keep(all, i)) rows.push_back(i);
  }
  return rows_of(all, rows);
}

RunTable runs_on_one_line(double off_line) {
  const std::vector<double> law{1.7, 25298.0, 0.5, 300.85, 0.25};
  RunTable runs;
  for (double n = 1e8; n < 2e10; n *= 2.0) {
    for (const double factor : {1.0 - off_line, 1.0, 1.0 + off_line}) {
      runs.column(Variable::kN).push_back(n);
      runs.column(Variable::kD).push_back(20.0 * n * factor);
      runs.loss.push_back(0.0);
      runs.loss.back() = loss_of_row(Chinchilla::kName, law, runs, runs.num_runs() - 1);
    }
  }
  return runs;
}

TEST_CASE("isoflop fit: the json says how far the fit can be trusted", "[cli][format]") {
  const Workplace here;
  const Outcome fit = here.fit_simulated(quick_fit({"--bootstrap", "50", "--json"}));
  CHECK(fit.exit_code == 0);
  const Json law = Json::parse(fit.out);
  CHECK(law["fit"]["verdict"] == "interpolates");
  CHECK(keys_of(law["fit"]["questions"]) == Words{"optimum", "coefficients", "data", "form"});
  CHECK(law["fit"]["questions"]["optimum"] == Json({{"word", "found"}, {"why", Json::array()}}));
  CHECK(law["fit"]["questions"]["coefficients"]["word"] == "weak");
  CHECK(law["fit"]["questions"]["coefficients"]["why"] == law["fit"]["reasons"]);
  CHECK(law["fit"]["questions"]["data"]["word"] == "clean");
  CHECK(law["fit"]["questions"]["form"]["word"] == "holds");
  CHECK(law["fit"]["starts_abandoned"] == 0);  // 30 starts are too few to abandon any
  const Json& bootstrap = law["fit"]["bootstrap"];
  CHECK(keys_of(bootstrap) ==
        Words{"resamples", "certified", "failed", "sent_back", "groups", "resample_size"});
  CHECK(bootstrap["resamples"] == 50);
  CHECK(bootstrap["certified"].get<int>() + bootstrap["failed"].get<int>() == 50);
  CHECK(bootstrap["groups"] == 78);
  CHECK(keys_of(law["intervals"]) == keys_of(law["coefficients"]));
  for (const auto& [name, interval] : law["intervals"].items()) {
    CAPTURE(name);
    REQUIRE(interval.size() == 2);
    CHECK(interval[0] < law["coefficients"][name]);
    CHECK(law["coefficients"][name] < interval[1]);
  }
  CHECK(keys_of(law["fit"]["profile"]) == keys_of(law["coefficients"]));
  CHECK(keys_of(law["fit"]["profile"]["c"]) ==
        Words{"interval", "low_at_bound", "high_at_bound", "weak", "values", "rises"});
  CHECK(law["fit"]["hessian_eigenvalues"].size() == 7);
  CHECK(law["fit"]["minima"][0]["objective"] == law["fit"]["objective"]);
}

TEST_CASE("isoflop fit: of 1000 starts 63 are run to the end and the json says so",
          "[cli][format]") {
  const Outcome fit = Workplace().fit_simulated({"--bootstrap", "0", "--json"});
  CHECK(Json::parse(fit.out)["fit"]["starts_abandoned"] == 937);
  const Outcome all = Workplace().fit_simulated({"--bootstrap", "0", "--all-starts", "--json"});
  CHECK(Json::parse(all.out)["fit"]["starts_abandoned"] == 0);
}

TEST_CASE("isoflop fit: without a bootstrap there are no intervals and no draws", "[cli][format]") {
  const Workplace here;
  const Json law = Json::parse(here.fit_simulated(quick_fit({"--bootstrap", "0", "--json"})).out);
  REQUIRE(law.contains("intervals"));
  CHECK(law["intervals"].is_null());
  REQUIRE(law["fit"].contains("bootstrap"));
  CHECK(law["fit"]["bootstrap"].is_null());
  CHECK_FALSE(law.contains("draws"));
  const Outcome text = here.fit_simulated(quick_fit({"--bootstrap", "0"}));
  CHECK_FALSE(contains(text.out, "95 % interval\n"));
  CHECK_FALSE(contains(text.out, "bootstrap"));
}

TEST_CASE("isoflop fit: 1000 resamples are the default", "[cli][format]") {
  const Outcome fit = Workplace().fit_simulated(quick_fit());
  CHECK(contains(fit.out, "of 1000 refits certified, of 78 runs"));
  CHECK(contains(fit.out, "95 % interval\n"));
}

TEST_CASE("isoflop: plan and predict need no refit for their intervals", "[cli][identity]") {
  const Workplace here;
  REQUIRE(here.fit_simulated(quick_fit({"--bootstrap", "50", "-o", "law.json"})).exit_code == 0);
  const Json law = Json::parse(here.read("law.json"));
  const std::size_t certified = law["fit"]["bootstrap"]["certified"];
  CHECK(law["draws"]["bootstrap"].size() == certified);
  CHECK(certified >= 49);

  const Json plan =
      Json::parse(here.isoflop({"plan", "law.json", "--flops", "1e21", "--json"}).out)["plans"][0];
  CHECK(plan["draws"].get<std::size_t>() == certified);
  for (const char* decision : {"n_total", "d_tokens", "loss", "tokens_per_active_parameter"}) {
    CAPTURE(decision);
    CHECK(plan["interval"][decision][0] < plan[decision]);
    CHECK(plan[decision] < plan["interval"][decision][1]);
  }
  double shares = 0.0;
  for (const auto& [g, share] : plan["granularity_frequency"].items()) {
    const double power = std::log2(std::stod(g));
    CHECK(power == std::round(power));
    shares += share.get<double>();
  }
  CHECK(shares == Approx(1.0).epsilon(1e-12));
  CHECK(plan["regret_flops"].get<double>() >= 0.0);

  const Json predicted = Json::parse(
      here.isoflop({"predict", "law.json", "--n", "43B", "--d", "20B", "--g", "8", "--json"}).out);
  CHECK(predicted["interval"][0] < predicted["loss"]);
  CHECK(predicted["loss"] < predicted["interval"][1]);
}

TEST_CASE("isoflop fit: with draws any number of threads writes the same law file",
          "[cli][identity]") {
  const Workplace here;
  const auto with_threads = [&](const std::string& count) {
    here.fit_simulated({"--starts", "120", "--bootstrap", "50", "--threads", count, "-o",
                        "law" + count + ".json"});
    return here.read("law" + count + ".json");
  };
  CHECK(with_threads("1") == with_threads("3"));
}

TEST_CASE("isoflop fit: the worst runs are named and left out", "[cli][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.001);
  runs.loss[4] *= 1.3;
  runs.loss[11] *= 0.8;
  const Workplace here;
  const Outcome text = fit_runs(here, runs, {"--drop-worst", "2", "--bootstrap", "0"});
  CHECK(text.exit_code == 0);
  // Run i stands on line i + 2.
  CHECK(contains(text.out, "2 dropped by --drop-worst 2: lines 6 13\n"));
  CHECK(contains(text.out, "18 of 20 rows"));
  const Outcome json = fit_runs(here, runs, {"--drop-worst", "2", "--bootstrap", "0", "--json"});
  const Json law = Json::parse(json.out);
  CHECK(law["records"]["rows_used"] == 18);
  CHECK(law["records"]["dropped"][0]["reason"] == "--drop-worst 2");
  CHECK(law["records"]["dropped"][0]["lines"] == Json{6, 13});
  // It is the fit of the others.
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < 20; ++i) {
    if (i != 4 && i != 11) rest.push_back(i);
  }
  const Json others =
      Json::parse(fit_runs(here, rows_of(runs, rest), {"--bootstrap", "0", "--json"}).out);
  CHECK(law["coefficients"] == others["coefficients"]);
  CHECK(law["fit"]["num_runs"] == 18);
}

TEST_CASE("isoflop fit: the cure asks for no expert that is wider than the dense layer",
          "[cli][format]") {
  const Workplace here;
  const Outcome fit =
      here.isoflop({"fit", "data/published/krajewski2024_grid_simulated.csv", "--law",
                    "fine-grained-moe", "--column", "loss=loss_simulated", "--where", "G<=4",
                    "--fix", "c=0.472,b=30.888,beta=0.147", "--bootstrap", "0"});
  CHECK(contains(fit.out, "Add runs at other values of G (8, 16)"));
}

TEST_CASE("isoflop fit: dropping every run is a bad word", "[cli][refusal]") {
  const Workplace here;
  const Outcome all = fit_runs(here, planted_runs(Chinchilla{}, kHoffmann), {"--drop-worst", "20"});
  CHECK(all.exit_code == 2);
  CHECK(contains(all.err, "--drop-worst"));
  CHECK(fit_runs(here, planted_runs(Chinchilla{}, kHoffmann), {"--drop-worst", "x"}).exit_code ==
        2);
  CHECK(fit_runs(here, planted_runs(Chinchilla{}, kHoffmann), {"--bootstrap", "-1"}).exit_code ==
        2);
}

TEST_CASE("isoflop fit: a planted duplicate counts once and a planted unit mistake is a warning",
          "[cli][refusal]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  const Workplace here;
  RunTable twice = runs;
  for (const Variable v : {Variable::kN, Variable::kD}) {
    twice.column(v).push_back(twice.column(v)[3]);
  }
  twice.loss.push_back(twice.loss[3]);
  const Outcome duplicate = fit_runs(here, twice, {"--bootstrap", "0"});
  CHECK(contains(duplicate.out,
                 "1 row is a copy of another run and counted once with it: lines 5, 22"));
  CHECK(contains(duplicate.out, "20 of 21 rows"));

  runs.column(Variable::kD)[7] /= 1e9;  // 250, for 250 billion tokens
  const Outcome units = fit_runs(here, runs, {"--bootstrap", "0", "--json"});
  const Json law = Json::parse(units.out);
  REQUIRE_FALSE(law["fit"]["findings"].empty());
  const Json& finding = law["fit"]["findings"][0];
  CHECK(finding["severity"] == "suspect");
  CHECK(finding["lines"] == Json{9});
  CHECK(contains(finding["what"], "looks like billions beside raw counts"));
  CHECK(law["fit"]["verdict"] == "doubtful");
  CHECK(law["fit"]["questions"]["data"]["word"] == "suspect");
  CHECK(contains(law["fit"]["reasons"].dump(), "line 9 looks like billions"));
}

TEST_CASE("isoflop fit: repeated cells give the noise between seeds", "[cli][format]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  for (std::size_t i = 0; i < 5; ++i) {
    for (const Variable v : {Variable::kN, Variable::kD}) {
      runs.column(v).push_back(runs.column(v)[i]);
    }
    runs.loss.push_back(runs.loss[i] * std::exp(0.01));
  }
  const Workplace here;
  const Outcome text = fit_runs(here, runs, {"--bootstrap", "0"});
  // Two runs that differ by d have the standard deviation d / sqrt(2).
  CHECK(contains(text.out, "noise         0.00707 in ln L between repeats of a cell (5 cells)"));
  const Json law = Json::parse(fit_runs(here, runs, {"--bootstrap", "0", "--json"}).out);
  CHECK(law["fit"]["seed_noise"]["sd_log"].get<double>() ==
        Approx(0.01 / std::sqrt(2.0)).epsilon(1e-9));
  CHECK(law["fit"]["seed_noise"]["cells"] == 5);
}

TEST_CASE("isoflop fit: the profile adds a column", "[cli][format]") {
  const Workplace here;
  const Outcome without = here.fit_simulated(quick_fit({"--bootstrap", "0"}));
  const Outcome with = here.fit_simulated(quick_fit({"--bootstrap", "0", "--profile"}));
  CHECK_FALSE(contains(without.out, "95 % profile\n"));
  CHECK(contains(with.out, "95 % profile\n"));
  CHECK(contains(with.out, "0.001 to 1.2"));  // of c, from its floor
  CHECK(contains(with.out, "weak"));
  CHECK(contains(without.out, "b, beta, c: a 95 % interval reaches a bound"));
}

TEST_CASE("isoflop fit: a planted second minimum stands in the table of local minima",
          "[cli][format]") {
  const Workplace here;
  const Outcome text = fit_runs(here, runs_on_one_line(0.05),
                                {"--bootstrap", "0", "--n-means", "total", "--expansion", "1"});
  CHECK(contains(text.out, "local minimum"));
  CHECK(contains(text.out, "plans at"));
  const Json law =
      Json::parse(fit_runs(here, runs_on_one_line(0.05),
                           {"--bootstrap", "0", "--n-means", "total", "--expansion", "1", "--json"})
                      .out);
  const Json& minima = law["fit"]["minima"];
  REQUIRE(minima.size() >= 2);
  const Json& rival = minima[1];
  CHECK(rival["objective"] > minima[0]["objective"]);
  CHECK(rival["starts"].get<int>() >= 1);
  CHECK(keys_of(rival["coefficients"]) == keys_of(law["coefficients"]));
  CHECK(contains(text.out, fmt::format("{:.6g}", rival["objective"].get<double>())));
  // The two share the data and disagree on what to train.
  const double first = minima[0]["plan"]["d_tokens"], second = rival["plan"]["d_tokens"];
  CHECK(std::abs(std::log(first / second)) > 0.3);
}

TEST_CASE("isoflop fit: a certified fit exits 0 with its verdict", "[cli][format]") {
  const Outcome fit =
      fit_runs(Workplace(), planted_runs(Chinchilla{}, kHoffmann, 0.003), {"--bootstrap", "0"});
  CHECK(fit.exit_code == 0);
  CHECK(fit.err.empty());
  CHECK(contains(fit.out, "  verdict       certified: "));
}

TEST_CASE("isoflop fit: one granularity interpolates and says what to add and exits 0",
          "[cli][refusal]") {
  const RunTable runs = planted_where(
      [](const RunTable& all, std::size_t i) { return all.column(Variable::kG)[i] == 4.0; });
  const Workplace here;
  const Outcome text = fit_runs(here, runs, {"--bootstrap", "0"});
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "  verdict       interpolates: "));
  CHECK(contains(text.out, "every run has G = 4, which does not determine a, g, gamma"));
  CHECK(contains(text.out, "Add runs at 2 other values of G"));
  CHECK_FALSE(contains(text.out, "eight of them"));  // at which of the fits that are as good?
  const Json law = Json::parse(fit_runs(here, runs, {"--bootstrap", "0", "--json"}).out);
  CHECK(law["fit"]["verdict"] == "interpolates");
  CHECK(law["fit"]["questions"]["coefficients"]["word"] == "not determined");
  CHECK(law["fit"]["status"] == "converged");
  CHECK(contains(law["fit"]["reasons"].dump(), "does not determine a, g, gamma"));
}

TEST_CASE("isoflop fit: one line of D and N is not certified and named", "[cli][refusal]") {
  const Outcome fit = fit_runs(Workplace(), runs_on_one_line(0.0), {"--bootstrap", "0"});
  CHECK(fit.exit_code == 0);
  CHECK_FALSE(contains(fit.out, "certified: "));
  CHECK(contains(fit.out, "all runs lie on one D/N = 20"));
}

TEST_CASE("isoflop fit: fewer runs than coefficients are refused", "[cli][refusal]") {
  const RunTable all = planted_runs(FineGrainedMoe{}, kKrajewski);
  const Outcome fit = fit_runs(Workplace(), rows_of(all, {0, 7, 20, 33, 41, 59}), {});
  CHECK(fit.exit_code == 1);
  CHECK(fit.out.empty());
  CHECK(contains(fit.err, "6 runs cannot determine 7 coefficients"));
}

TEST_CASE("isoflop fit: groups are drawn whole and counted", "[cli][format]") {
  const Workplace here;
  std::string table = "N,D,loss,group\n";
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.003);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    table += format_number(runs.column(Variable::kN)[i]) + "," +
             format_number(runs.column(Variable::kD)[i]) + "," + format_number(runs.loss[i]) +
             ",model" + std::to_string(i / 2) + "\n";
  }
  here.write("runs.csv", table);
  const Outcome fit = here.isoflop(
      {"fit", "runs.csv", "--law", "chinchilla", "--starts", "60", "--bootstrap", "20"});
  CHECK(contains(fit.out, "of 20 refits certified, of 10 groups"));
}

}  // namespace
}  // namespace isoflop::testing::fit_trust_test

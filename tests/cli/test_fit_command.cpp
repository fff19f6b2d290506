#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::fit_command_test {
namespace {

using Words = std::vector<std::string>;

/// A converged fit of the simulated runs as law.json.
Words quick_fit(const Words& more = {}) {
  Words words{"--starts", "30", "--n-means", "total_non_embedding", "--expansion", "64"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("isoflop: the law file of a fit plans and predicts", "[cli][identity]") {
  const Workplace here;
  const Outcome fit = here.fit_simulated(quick_fit({"-o", "law.json"}));
  CHECK(fit.exit_code == 0);
  CHECK(fit.err.empty());
  CHECK(contains(fit.out, "optimum       found"));
  CHECK(contains(fit.out, "law file: law.json"));

  const Outcome plan = here.isoflop({"plan", "law.json", "--flops", "1e21", "--json"});
  CHECK(plan.exit_code == 0);
  CHECK(plan.err.empty());
  const Json best = Json::parse(plan.out)["plans"][0];
  CHECK(best["status"] == "optimal");

  const Outcome predict =
      here.isoflop({"predict", "law.json", "--n", best["n_law"].dump(), "--d",
                    best["d_tokens"].dump(), "--g", best["granularity"].dump(), "--json"});
  CHECK(predict.exit_code == 0);
  CHECK(predict.err.empty());
  // JSON keeps every digit; what remains is a rounding of the logarithms of N, D and G.
  CHECK(Json::parse(predict.out)["loss"].get<double>() ==
        Approx(best["loss"].get<double>()).epsilon(1e-14));
}

TEST_CASE("isoflop fit: with json stdout is the law file to the byte", "[cli][format]") {
  const Workplace here;
  const Outcome fit = here.fit_simulated(quick_fit({"--json", "-o", "law.json"}));
  CHECK(fit.exit_code == 0);
  CHECK(fit.err.empty());
  CHECK(fit.out == here.read("law.json"));
}

TEST_CASE("isoflop fit: the law file has the documented fields", "[cli][format]") {
  const Workplace here;
  const Json law = Json::parse(here.fit_simulated(quick_fit({"--json"})).out);
  CHECK(keys_of(law) == Words{"format", "law", "formula", "coefficients", "variables", "ranges",
                              "expansion", "flops", "loss_unit", "bytes_per_token", "fit",
                              "scatter", "intervals", "interval_method", "records", "runs",
                              "draws"});
  CHECK(law["format"] == "isoflop.law/2");
  CHECK(law["law"] == "fine-grained-moe");
  CHECK(keys_of(law["coefficients"]) == Words{"a", "alpha", "b", "beta", "g", "gamma", "c"});
  CHECK(law["variables"] == Json{{"N", "total_non_embedding"}, {"G", "dff_over_dexpert"}});
  CHECK(keys_of(law["ranges"]) == Words{"N", "D", "G", "D/N", "N*D"});
  CHECK(law["ranges"]["G"] == Json{1.0, 16.0});
  CHECK(law["expansion"] == 64.0);
  CHECK(keys_of(law["fit"]) == Words{"verdict",
                                     "status",
                                     "questions",
                                     "reasons",
                                     "warnings",
                                     "objective",
                                     "num_runs",
                                     "num_free",
                                     "num_starts",
                                     "starts_at_best",
                                     "starts_abandoned",
                                     "best_start",
                                     "gradient_norm",
                                     "condition_number",
                                     "hessian_eigenvalues",
                                     "rmse_log",
                                     "rmse_nats",
                                     "at_bound",
                                     "widened",
                                     "weak",
                                     "form",
                                     "lost_beyond",
                                     "lost_to_bend",
                                     "minima",
                                     "profile",
                                     "tolerated_rise",
                                     "bootstrap",
                                     "seed_noise",
                                     "findings",
                                     "worst_residuals",
                                     "options"});
  CHECK(law["fit"]["status"] == "converged");
  CHECK(law["fit"]["num_runs"] == 78);
  CHECK(law["fit"]["num_starts"] == 30);
  CHECK(law["fit"]["at_bound"] == Json::array());
  CHECK(keys_of(law["fit"]["options"]) ==
        Words{"huber_delta", "residual", "fix", "tie", "starts", "seed"});
  CHECK(keys_of(law["fit"]["worst_residuals"][0]) ==
        Words{"line", "observed", "predicted", "log_residual"});
}

TEST_CASE("isoflop fit: a chinchilla law file names its coefficients and no G", "[cli][format]") {
  const Workplace here;
  const Outcome fit = here.isoflop({"fit", "data/published/krajewski2024_grid_simulated.csv",
                                    "--law", "chinchilla", "--column", "loss=loss_simulated",
                                    "--where", "G=1", "--starts", "30", "--json"});
  const Json law = Json::parse(fit.out);
  CHECK(keys_of(law["coefficients"]) == Words{"E", "A", "alpha", "B", "beta"});
  CHECK(law["variables"] == Json{{"N", "unspecified"}});
  CHECK(law["expansion"].is_null());
}

TEST_CASE("isoflop fit: what was read and dropped is in the law file", "[cli][format]") {
  const Workplace here;
  const Json records =
      Json::parse(here.fit_simulated(quick_fit({"--json", "--where", "N<1e9"})).out)["records"];
  CHECK(keys_of(records) == Words{"path", "rows_read", "rows_used", "columns", "dropped"});
  CHECK(records["path"] == "data/published/krajewski2024_grid_simulated.csv");
  CHECK(records["rows_read"] == 78);
  CHECK(records["columns"]["loss"] == "loss_simulated");
  CHECK(records["dropped"][0]["reason"] == "--where 'N<1e9'");
  CHECK(records["rows_used"].get<int>() + records["dropped"][0]["count"].get<int>() == 78);
}

TEST_CASE("isoflop fit: the options of the fit are in the law file", "[cli][format]") {
  const Workplace here;
  const Json law = Json::parse(
      here.fit_simulated(quick_fit({"--json", "--huber-delta", "inf", "--residual", "raw", "--fix",
                                    "c=0.472", "--tie", "alpha=beta", "--seed", "7"}))
          .out);
  const Json expected = {{"huber_delta", "inf"},  {"residual", "raw"}, {"fix", {{"c", 0.472}}},
                         {"tie", {"alpha=beta"}}, {"starts", 30},      {"seed", 7}};
  CHECK(law["fit"]["options"] == expected);
  CHECK(law["coefficients"]["alpha"] == law["coefficients"]["beta"]);
}

TEST_CASE("isoflop fit: options before the file do not swallow it", "[cli][identity]") {
  // The usage line puts them there: isoflop fit [OPTIONS] [FILE].
  const Workplace here;
  const std::string file = "data/published/krajewski2024_grid_simulated.csv";
  const Words options{"--law", "fine-grained-moe", "--starts", "30", "--bootstrap", "0", "--json"};
  const auto fit = [&](Words words) {
    words.insert(words.begin(), options.begin(), options.end());
    words.insert(words.begin(), "fit");
    return here.isoflop(words).out;
  };
  const Words columns{"--column", "loss=loss_simulated"};
  const Words fixes{"--fix", "c=0.472"}, ties{"--tie", "alpha=beta"}, where{"--where", "G<16"};
  for (const Words& last : {columns, fixes, ties, where}) {
    CAPTURE(last);
    Words behind{file, "--column", "loss=loss_simulated"},
        before{"--column", "loss=loss_simulated"};
    if (last != columns) {
      behind.insert(behind.end(), last.begin(), last.end());
      before.insert(before.end(), last.begin(), last.end());
    }
    before.push_back(file);
    const std::string expected = fit(behind);
    CHECK_FALSE(expected.empty());
    CHECK(fit(before) == expected);
  }
}

TEST_CASE("isoflop fit: any number of threads writes the same bytes", "[cli][identity]") {
  const Workplace here;
  const std::string one = here.fit_simulated(quick_fit({"--json", "--threads", "1"})).out;
  CHECK(one == here.fit_simulated(quick_fit({"--json", "--threads", "2"})).out);
  CHECK(one == here.fit_simulated(quick_fit({"--json"})).out);
}

TEST_CASE("isoflop fit: the text names runs and status and every coefficient", "[cli][format]") {
  const Workplace here;
  const Outcome fit = here.fit_simulated(quick_fit({"--where", "G<16"}));
  CHECK(fit.exit_code == 0);
  CHECK(fit.err.empty());
  for (const char* part :
       {"of 78 rows of data/published/krajewski2024_grid_simulated.csv",
        "dropped by --where 'G<16'", "optimum       found", "irreducible loss", "objective",
        "rms error", "condition number", "total_non_embedding, E = 64", "line "}) {
    CAPTURE(part);
    CHECK(contains(fit.out, part));
  }
}

TEST_CASE("isoflop fit: a fit that did not converge is written and exits 1", "[cli][refusal]") {
  const Workplace here;
  // The one start of seed 2 reaches the minimum, but nothing confirms that.
  const Outcome fit = here.fit_simulated({"--starts", "1", "--seed", "2", "-o", "law.json",
                                          "--n-means", "total_non_embedding", "--expansion", "64"});
  CHECK(fit.exit_code == 1);
  CHECK(fit.err ==
        "isoflop: the fit did not converge; 'isoflop plan' will refuse it without "
        "--accept-unconverged\n");
  const Json law = Json::parse(here.read("law.json"));
  CHECK(law["fit"]["status"] == "not_converged");
  CHECK(law["fit"]["questions"]["optimum"]["why"] == Json{"one start cannot confirm itself"});

  for (const Words& words : {Words{"plan", "law.json", "--flops", "1e21"},
                             Words{"predict", "law.json", "--n", "1B", "--d", "20B", "--g", "8"}}) {
    const Outcome refused = here.isoflop(words);
    CHECK(refused.exit_code == 1);
    CHECK(refused.out.empty());
    CHECK(refused.err ==
          "isoflop: law.json: this fit is not_converged; --accept-unconverged uses it all the "
          "same\n");
    Words accepting = words;
    accepting.emplace_back("--accept-unconverged");
    const Outcome accepted = here.isoflop(accepting);
    CHECK(accepted.exit_code == 0);
    CHECK(accepted.err.empty());
  }
}

TEST_CASE("isoflop fit: a law file replaces an older one as a whole", "[cli][identity]") {
  const Workplace here;
  here.write("law.json", std::string(100'000, 'x'));
  CHECK(here.fit_simulated(quick_fit({"-o", "law.json"})).exit_code == 0);
  CHECK(Json::parse(here.read("law.json"))["format"] == "isoflop.law/2");
  CHECK(here.files() == Words{"law.json"});
}

TEST_CASE("isoflop fit: an output that cannot be written exits 1", "[cli][refusal]") {
  const Workplace here;
  for (const char* target : {"no/such/folder/law.json", "data"}) {
    const Outcome fit = here.fit_simulated(quick_fit({"-o", target}));
    CHECK(fit.exit_code == 1);
    CHECK(fit.out.empty());
    CHECK(fit.err.rfind("isoflop: " + std::string(target) + ": ", 0) == 0);
    CHECK(contains(fit.err, "folder"));  // which is missing, or in the place of the file
  }
  CHECK(here.files().empty());
}

TEST_CASE("isoflop fit: a file name in another encoding than UTF-8 is no obstacle",
          "[cli][format]") {
  const Workplace here;
  const std::string name = "caf\xE9.csv";
  here.write(name, here.read("data/published/krajewski2024_grid_simulated.csv"));
  const Outcome fit = here.isoflop({"fit", name, "--law", "fine-grained-moe", "--column",
                                    "loss=loss_simulated", "--starts", "30"});
  CHECK(fit.exit_code == 0);
  CHECK(fit.err.empty());
}

}  // namespace
}  // namespace isoflop::testing::fit_command_test

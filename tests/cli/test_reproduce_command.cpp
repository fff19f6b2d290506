#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/published/recipe.hpp"
#include "program.hpp"
#include "published/shipped_tables.hpp"
#include "skip.hpp"

namespace isoflop::testing::reproduce_command_test {
namespace {

const Recipe& recipe(const std::string& name) {
  for (const Recipe& r : recipes()) {
    if (r.name == name) return r;
  }
  throw std::runtime_error("no recipe " + name);
}

TEST_CASE("isoflop reproduce: the list names every result and its data", "[cli][format]") {
  const Outcome list = Workplace().isoflop({"reproduce"});
  CHECK(list.exit_code == 0);
  CHECK(list.err.empty());
  for (const Recipe& r : recipes()) {
    CHECK(contains(list.out, r.name));
    if (r.data) CHECK(contains(list.out, r.data->sha256));
  }
}

TEST_CASE("isoflop reproduce: Table 2 of Krajewski et al. comes out in 28 figures",
          "[cli][published]") {
  const Outcome outcome = Workplace().isoflop({"reproduce", "krajewski2024-table2", "--json"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const Json json = Json::parse(outcome.out);
  CHECK(json["format"] == "isoflop.reproduce/1");
  CHECK(json["verdict"] == "reproduced");
  REQUIRE(json["figures"].size() == 28);
  const TextTable table = read_text_table(shipped_file("krajewski2024_table2.csv"));
  const auto n_active = column_of(table, "n_active"), loss = column_of(table, "loss");
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(json["figures"][4 * i]["published"] == n_active[i]);
    CHECK(json["figures"][4 * i + 3]["published"] == loss[i]);
  }
  for (const Json& figure : json["figures"]) {
    CHECK(keys_of(figure) == std::vector<std::string>{"name", "published", "ours", "difference",
                                                      "tolerance", "tolerance_is", "reason",
                                                      "verdict"});
    CHECK(figure["verdict"] == "reproduced");
  }
}

TEST_CASE("isoflop reproduce: the digits of Hoffmann et al. come out", "[cli][published]") {
  const Outcome outcome = Workplace().isoflop({"reproduce", "hoffmann2022"});
  CHECK(outcome.exit_code == 0);
  CHECK(contains(outcome.out, "reproduced: 6 of 6 figures"));
}

TEST_CASE("isoflop reproduce: the six optima of Ludziejewski et al. come out", "[cli][published]") {
  const Outcome outcome = Workplace().isoflop({"reproduce", "ludziejewski2025"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  CHECK(contains(outcome.out, "reproduced: 12 of 12 figures"));
}

TEST_CASE("isoflop reproduce: the losses of Muennighoff et al. come out", "[cli][published]") {
  const Outcome outcome = Workplace().isoflop({"reproduce", "muennighoff2023"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  CHECK(contains(outcome.out, "reproduced: 2 of 2 figures"));
}

TEST_CASE("isoflop reproduce: the law of Clark et al. comes out for three routers",
          "[cli][published]") {
  const std::string data = isoflop_test::require_data("clark2022_final.csv");
  const Outcome outcome = Workplace().isoflop({"reproduce", "clark2022", "--data", data, "--json"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const Json json = Json::parse(outcome.out);
  REQUIRE(json["figures"].size() == 21);
  CHECK(json["verdict"] == "reproduced");
  for (const Json& figure : json["figures"]) {
    CAPTURE(figure["name"].get<std::string>());
    // Tolerances that come from the runs are not so wide that anything would pass, but for E_start
    // and E_max, which the runs determine loosely.
    if (figure["name"].get<std::string>().starts_with("E_")) continue;
    if (figure["tolerance_is"] == "relative") continue;
    CHECK(figure["tolerance"].get<double>() < 0.35 * std::abs(figure["published"].get<double>()));
  }
}

TEST_CASE("isoflop reproduce: another table in place of the runs of Clark et al. is refused",
          "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", "router_type,num_experts\nDense,1\n");
  const Outcome outcome = here.isoflop({"reproduce", "clark2022", "--data", "runs.csv"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, "runs.csv: is not the table that is known"));
}

TEST_CASE("isoflop reproduce: figures that share a reason share its line", "[cli][format]") {
  const Outcome outcome = Workplace().isoflop({"reproduce", "hoffmann2022"});
  CHECK(contains(outcome.out, "  allowed 0.005, 0.05: half a unit of the last printed digit\n"));
}

TEST_CASE("isoflop reproduce: the coefficients of Besiroglu et al. come out", "[cli][published]") {
  ReproductionInput input;
  input.data = isoflop_test::require_data("chinchilla_epoch245.csv");
  const auto figures = recipe("besiroglu2024").derive(input);
  REQUIRE(figures.size() == 6);  // without a bootstrap
  for (const DerivedNumber& f : figures) {
    INFO(f.name << " " << f.published << " " << f.ours);
    CHECK(f.reproduced());
  }
}

TEST_CASE("isoflop reproduce: standard errors are those of the bootstrap draws",
          "[cli][identity]") {
  ReproductionInput input;
  input.data = isoflop_test::require_data("chinchilla_epoch245.csv");
  BootstrapOptions asked;
  // Draws of known spread: two values apart by 2 s each have the standard deviation s sqrt(2).
  input.bootstrap = [&](const AnyLaw&, const RunTable& runs, const FitOptions& options,
                        const FitReport& fit, const BootstrapOptions& how) {
    asked = how;
    CHECK(runs.num_runs() == 240);
    CHECK(options.huber_delta == 1e-3);
    BootstrapReport report;
    for (const double sign : {-1.0, 1.0}) {
      auto draw = fit.coefficients;
      draw[1] += sign * 100.0;
      report.draws.bootstrap.push_back(draw);
    }
    return report;
  };
  const auto figures = recipe("besiroglu2024").derive(input);
  CHECK(asked.resamples == 4000);
  REQUIRE(figures.size() == 11);
  CHECK(figures[7].name == "standard error of A");
  CHECK(figures[7].ours == Approx(100.0 * std::sqrt(2.0)).epsilon(1e-12));
  CHECK_FALSE(figures[7].reproduced());
  CHECK(figures[7].tolerance == 0.05);  // of two draws alike in size there is no tail
}

TEST_CASE("isoflop reproduce: a standard error of a heavy tail is allowed what chance moves it",
          "[cli][identity]") {
  ReproductionInput input;
  input.data = isoflop_test::require_data("chinchilla_epoch245.csv");
  // B is away from its mean in two of 100 draws: kurtosis 50.
  input.bootstrap = [](const AnyLaw&, const RunTable&, const FitOptions&, const FitReport& fit,
                       const BootstrapOptions&) {
    BootstrapReport report;
    for (int i = 0; i < 100; ++i) {
      auto draw = fit.coefficients;
      draw[3] += i == 0 ? 1000.0 : (i == 1 ? -1000.0 : 0.0);
      draw[1] += i % 2 == 0 ? 100.0 : -100.0;
      report.draws.bootstrap.push_back(draw);
    }
    return report;
  };
  const auto figures = recipe("besiroglu2024").derive(input);
  REQUIRE(figures.size() == 11);
  CHECK(figures[7].tolerance == 0.05);
  CHECK(figures[9].name == "standard error of B");
  CHECK(figures[9].tolerance ==
        Approx(2.0 * std::sqrt(2.0) * std::sqrt(49.0 / 400.0)).epsilon(1e-9));
  CHECK(contains(figures[9].reason, "100 draws of kurtosis 50"));
}

TEST_CASE("isoflop reproduce: data that is not given is named and exits 1", "[cli][refusal]") {
  const Outcome outcome = Workplace().isoflop({"reproduce", "besiroglu2024"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.empty());
  CHECK(contains(outcome.err, "epoch-research/analyzing-chinchilla"));
  CHECK(contains(outcome.err, recipe("besiroglu2024").data->sha256));
}

TEST_CASE("isoflop reproduce: other data than was meant is refused", "[cli][refusal]") {
  const Workplace here;
  here.write("runs.csv", "N,D,loss,outlier\n1,2,3,0\n");
  const Outcome outcome = here.isoflop({"reproduce", "besiroglu2024", "--data", "runs.csv"});
  CHECK(outcome.exit_code == 1);
  CHECK(contains(outcome.err, "runs.csv: is not the table that is known"));
}

TEST_CASE("isoflop reproduce: bad words exit 2", "[cli][refusal]") {
  const Workplace here;
  const Outcome unknown = here.isoflop({"reproduce", "kaplan"});
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.err, "krajewski2024-table2"));
  CHECK(here.isoflop({"reproduce", "hoffmann2022", "--data", "x.csv"}).exit_code == 2);
  CHECK(here.isoflop({"reproduce", "--data", "x.csv"}).exit_code == 2);
  CHECK(here.isoflop({"reproduce", "hoffmann2022", "--threads", "x"}).exit_code == 2);
}

TEST_CASE("DerivedNumber: it is reproduced within its tolerance only", "[cli][identity]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(DerivedNumber{"", 100.0, 104.0, 0.05, true, ""}.reproduced());
  CHECK_FALSE(DerivedNumber{"", 100.0, 106.0, 0.05, true, ""}.reproduced());
  CHECK(DerivedNumber{"", -0.2, -0.21, 0.02, false, ""}.reproduced());
  CHECK_FALSE(DerivedNumber{"", -0.2, -0.25, 0.02, false, ""}.reproduced());
  CHECK_FALSE(DerivedNumber{"", 1.0, nan, 1e9, false, ""}.reproduced());
}

}  // namespace
}  // namespace isoflop::testing::reproduce_command_test

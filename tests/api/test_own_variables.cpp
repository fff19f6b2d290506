// Laws in variables of their own, and of other things than losses, from the table to the plan.
#include <cmath>

#include "api/doors.hpp"
#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/api/consensus.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/api/sensitivity.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/text/backtest.hpp"
#include "isoflop/text/fit.hpp"
#include "isoflop/text/predict.hpp"

namespace isoflop::testing::own_variables_test {
namespace {

std::string formula_file(const std::string& name) {
  return ISOFLOP_SOURCE_DIR "/data/formulas/" + name + ".json";
}

/// The sizes and tokens of the Step Law, Li et al. 2025, arXiv 2503.04715: lr = 1.79 N^-0.713
/// D^0.307 and a batch of 0.58 D^0.571 tokens, each with relative noise of this size.
Columns step_law(double noise) {
  Random random(11);
  Columns out{{"N", {}, {}}, {"D", {}, {}}, {"lr", {}, {}}, {"batch", {}, {}}};
  for (const double n : {6e7, 1.2e8, 2.5e8, 5e8, 1e9}) {
    for (const double d : {2e9, 8e9, 2e10, 5e10, 1e11}) {
      out[0].numbers.push_back(n);
      out[1].numbers.push_back(d);
      out[2].numbers.push_back(1.79 * std::pow(n, -0.713) * std::pow(d, 0.307) *
                               std::exp(noise * random.normal()));
      out[3].numbers.push_back(0.58 * std::pow(d, 0.571) * std::exp(noise * random.normal()));
    }
  }
  return out;
}

api::FitOutcome fitted(Columns columns, const std::string& law, std::uint64_t bootstrap = 0) {
  api::FitRequest request;
  request.runs.columns = std::move(columns);
  request.law = law;
  request.fit.starts = 40;
  request.bootstrap = bootstrap;
  return api::fit(request);
}

TEST_CASE("own target: the Step Law comes back from its own values", "[api][recovery]") {
  const api::FitOutcome lr = fitted(step_law(0.0), formula_file("learning-rate"));
  REQUIRE(lr.usable());
  CHECK(lr.report.coefficients[0] == Approx(1.79).epsilon(1e-6));
  CHECK(lr.report.coefficients[1] == Approx(-0.713).epsilon(1e-7));
  CHECK(lr.report.coefficients[2] == Approx(0.307).epsilon(1e-7));
  const api::FitOutcome batch = fitted(step_law(0.0), formula_file("batch"));
  REQUIRE(batch.usable());
  CHECK(batch.report.coefficients[0] == Approx(0.58).epsilon(1e-6));
  CHECK(batch.report.coefficients[1] == Approx(0.571).epsilon(1e-7));
}

TEST_CASE("own target: with noise the Step Law lies in the intervals of its fit",
          "[api][recovery]") {
  const api::FitOutcome lr = fitted(step_law(0.05), formula_file("learning-rate"), 400);
  REQUIRE(lr.intervals.size() == 3);
  const double truth[] = {1.79, -0.713, 0.307};
  for (std::size_t p = 0; p < 3; ++p) {
    CAPTURE(p);
    CHECK(lr.intervals[p].range.low < truth[p]);
    CHECK(truth[p] < lr.intervals[p].range.high);
  }
}

TEST_CASE("own target: reports and files say its name and unit, and nothing of losses",
          "[api][format]") {
  const api::FitOutcome fit = fitted(step_law(0.02), formula_file("batch"), 50);
  const std::string text = text::fit(fit, false);
  CHECK(text.find("predicts      batch, best batch, tokens\n") != std::string::npos);
  CHECK(text.find("in ln batch") != std::string::npos);
  for (const char* word : {"loss", "nats", "N means", "ln L"}) {
    CAPTURE(word);
    CHECK(text.find(word) == std::string::npos);
  }
  const nlohmann::ordered_json file = to_json(fit);
  CHECK(file["definition"]["target"]["column"] == "batch");
  CHECK(file["definition"]["target"]["unit"] == "tokens");
  CHECK_FALSE(file.contains("loss_unit"));

  const ScratchFolder folder;
  api::PredictRequest ask;
  ask.law.law = folder.write("batch.json", file.dump());
  ask.values[index_of(Variable::kD)] = 1e11;
  const api::PredictOutcome said = api::predict(ask);
  CHECK(said.value == Approx(0.58 * std::pow(1e11, 0.571)).epsilon(0.02));
  CHECK_FALSE(said.is_loss);
  CHECK(to_json(said)["batch"] == said.value);
  CHECK(text::predict(said).starts_with("batch "));
  CHECK(text::predict(said).find(" tokens ") != std::string::npos);
}

TEST_CASE("own target: nothing is planned with it", "[api][refusal]") {
  const api::FitOutcome fit = fitted(step_law(0.0), formula_file("learning-rate"));
  const ScratchFolder folder;
  api::PlanRequest plan;
  plan.planner.law.law = folder.write("lr.json", to_json(fit).dump());
  plan.budget.flops = {1e21};
  CHECK_THROWS_AS(api::plan(plan), InvalidArgument);
}

/// E + A/N^alpha + B/D^beta with a valley along the learning rate.
const std::string kValley = R"({"format": "isoflop.formula/1", "name": "valley",
  "expression": "E + A/N^alpha + B/D^beta + c*(log(lr) - m)^2",
  "variables": {"N": "n", "D": "d",
                "lr": {"column": "learning rate", "meaning": "peak learning rate"}},
  "coefficients": {"E": {"bounds": [0.01, 10], "start": [0.5, 2.5], "scale": "linear"},
                   "A": {"bounds": [1e-3, 1e9]}, "alpha": {"bounds": [0.01, 2]},
                   "B": {"bounds": [1e-3, 1e9]}, "beta": {"bounds": [0.01, 2]},
                   "c": {"bounds": [0, 10]}, "m": {"bounds": [-15, 0], "start": [-9, -3]}}})";

double valley(double n, double d, double lr) {
  return 1.7 + 400.0 / std::pow(n, 0.34) + 410.0 / std::pow(d, 0.28) +
         0.05 * std::pow(std::log(lr) + 6.5, 2);
}

Columns valley_runs() {
  Random random(7);
  Columns out{{"N", {}, {}}, {"D", {}, {}}, {"learning rate", {}, {}}, {"loss", {}, {}}};
  for (const double n : {6e7, 1.2e8, 2.5e8, 5e8, 1e9, 2e9}) {
    for (const double d : {2e9, 8e9, 2e10, 5e10, 1e11}) {
      for (const double lr : {3e-4, 1e-3, 3e-3}) {
        out[0].numbers.push_back(n);
        out[1].numbers.push_back(d);
        out[2].numbers.push_back(lr);
        out[3].numbers.push_back(valley(n, d, lr) * std::exp(0.001 * random.normal()));
      }
    }
  }
  return out;
}

TEST_CASE("own variable: a law of the loss in it is fitted, kept, asked and planned with",
          "[api][recovery]") {
  const ScratchFolder folder;
  const std::string formula = folder.write("valley.json", kValley);
  api::FitOutcome fit = fitted(valley_runs(), formula, 60);
  REQUIRE(fit.usable());
  CHECK(fit.records.columns.at("lr") == "learning rate");
  CHECK(fit.report.coefficients[5] == Approx(0.05).epsilon(0.03));
  CHECK(fit.report.coefficients[6] == Approx(-6.5).epsilon(0.01));
  const nlohmann::ordered_json json = to_json(fit);
  CHECK(json["ranges"]["lr"] == nlohmann::ordered_json::array({3e-4, 3e-3}));
  const std::string law = folder.write("law.json", json.dump());

  api::PredictRequest ask;
  ask.law.law = law;
  ask.values[index_of(Variable::kN)] = 1e9;
  ask.values[index_of(Variable::kD)] = 2e10;
  CHECK(refused_field([&] { api::predict(ask); }) == "set");
  ask.set = {{"lr", 2e-2}};
  const api::PredictOutcome said = api::predict(ask);
  CHECK(said.value == Approx(valley(1e9, 2e10, 2e-2)).epsilon(0.01));
  CHECK(said.outside == std::vector<std::string>{"lr"});
  CHECK(to_json(said)["set"]["lr"] == 2e-2);
  CHECK(to_json(said)["request"]["set"]["lr"] == 2e-2);
  ask.set = {{"lr", -1.0}};
  CHECK(refused_field([&] { api::predict(ask); }) == "set");
  ask.set = {{"rate", 1e-3}};
  CHECK(refused_field([&] { api::predict(ask); }) == "set");

  api::PlanRequest plan;
  plan.planner.law.law = law;
  plan.planner.law.n_means = "active_non_embedding";
  plan.budget.flops = {1e21};
  CHECK(refused_field([&] { api::plan(plan); }) == "set");
  plan.planner.set = {{"lr", 1e-3}};
  const Plan best = api::plan(plan).answers.at(0).plan;
  REQUIRE(best.usable());
  CHECK(best.loss == Approx(valley(best.n_active, best.d_tokens, 1e-3)).epsilon(0.01));
  // The valley adds the same to every size: the optimum is that of the law without it.
  const double ratio = std::pow(0.34 * 400.0 / (0.28 * 410.0), 1.0 / 0.62);
  const double n = ratio * std::pow(1e21 / 6.0, 0.28 / 0.62);
  CHECK(best.n_active == Approx(n).epsilon(0.1));

  api::ConsensusRequest all;
  all.law = {law};
  all.flops = {1e21};
  CHECK_FALSE(api::consensus(all).usable());
  all.set = {{"lr", 1e-3}};
  CHECK(api::consensus(all).budgets.at(0).at(0).loss == Approx(best.loss).epsilon(1e-9));
}

TEST_CASE("own variable: backtest scores a file of the law beside its formula", "[api][identity]") {
  const ScratchFolder folder;
  const std::string formula = folder.write("valley.json", kValley);
  // Another law with an own variable: its place is not to be that of the learning rate.
  std::string other = kValley;
  other.replace(other.find("\"valley\""), 8, "\"tokens-per-lr\"");
  other.replace(other.find("(log(lr) - m)"), 13, "(log(r) - m)");
  other.replace(other.find("\"lr\": {\"column\": \"learning rate\""), 32,
                "\"r\": {\"column\": \"D/N\"");
  api::FitRequest fit;
  fit.runs.columns = valley_runs();
  fit.law = formula;
  fit.fit.starts = 10;
  fit.bootstrap = 0;
  fit.conventions.n_means = "active_non_embedding";
  const std::string law = folder.write("law.json", to_json(api::fit(fit)).dump());
  api::BacktestRequest request;
  request.conventions = fit.conventions;
  request.runs.columns = valley_runs();
  request.laws = {folder.write("other.json", other), formula, law};
  request.hold_out = "compute:20%";
  request.fit.starts = 10;
  const api::BacktestOutcome out = api::backtest(request);
  REQUIRE(out.laws.size() == 3);
  CHECK(out.laws[1].report.rmse_log < 0.003);
  CHECK(out.laws[2].report.rmse_log < 0.003);
  CHECK(out.laws[0].report.rmse_log > 0.005);
}

TEST_CASE("own variable: sensitivity plans at the value that is said", "[api][identity]") {
  const ScratchFolder folder;
  api::SensitivityRequest request;
  request.runs.columns = valley_runs();
  request.law = folder.write("valley.json", kValley);
  request.flops = 1e21;
  request.conventions.n_means = "active_non_embedding";
  request.fit.starts = 16;
  request.set = {{"lr", 1.5e-3}};
  const api::SensitivityOutcome out = api::sensitivity(request);
  REQUIRE(out.base.plan.usable());
  CHECK(out.base.plan.loss ==
        Approx(valley(out.base.plan.n_active, out.base.plan.d_tokens, 1.5e-3)).epsilon(0.01));
}

/// Shares of three domains, with corners where some are 0.
Columns mixtures() {
  Columns out{{"r1", {}, {}}, {"r2", {}, {}}, {"r3", {}, {}}, {"loss", {}, {}}};
  for (int i = 0; i <= 10; ++i) {
    for (int j = 0; i + j <= 10; ++j) {
      const double r1 = 0.1 * i, r2 = 0.1 * j, r3 = 0.1 * (10 - i - j);
      out[0].numbers.push_back(r1);
      out[1].numbers.push_back(r2);
      out[2].numbers.push_back(r3);
      out[3].numbers.push_back(1.4 + 0.9 * std::exp(-1.3 * r1 + 0.2 * r2));
    }
  }
  return out;
}

TEST_CASE("own variable: shares may be zero, and the law of mixtures comes back",
          "[api][recovery]") {
  api::FitRequest request;
  request.runs.columns = mixtures();
  request.law = formula_file("mixture");
  request.fit.starts = 40;
  request.fit.fix = {{"t3", 0.0}};
  request.bootstrap = 0;
  const api::FitOutcome fit = api::fit(request);
  REQUIRE(fit.usable());
  const double truth[] = {1.4, 0.9, -1.3, 0.2, 0.0};
  for (std::size_t p = 0; p < 5; ++p) {
    CHECK(fit.report.coefficients[p] == Approx(truth[p]).margin(1e-5));
  }
  CHECK(to_json(fit)["ranges"]["r1"] == nlohmann::ordered_json::array({0.0, 1.0}));

  Columns wrong = mixtures();
  wrong[1].numbers[3] = 1.5;
  request.runs.columns = wrong;
  using Catch::Matchers::ContainsSubstring;
  CHECK_THROWS_WITH(api::fit(request), ContainsSubstring("r2") && ContainsSubstring("is not <= 1"));
}

TEST_CASE("raw residuals: a law of negative losses comes back from its own values",
          "[api][recovery]") {
  Columns runs{{"N", {}, {}}, {"vocabulary_parameters", {}, {}}, {"D", {}, {}}, {"loss", {}, {}}};
  for (const double n : {3e7, 1e8, 3e8, 1e9}) {
    for (const double v : {4e6, 8e6, 1.6e7, 6.4e7}) {
      for (const double d : {1e9, 4e9, 2e10}) {
        runs[0].numbers.push_back(n);
        runs[1].numbers.push_back(v);
        runs[2].numbers.push_back(d);
        runs[3].numbers.push_back(-5.5 + 80.0 / std::pow(n, 0.26) + 9.0 / std::pow(v, 0.25) +
                                  90.0 / std::pow(d, 0.27));
      }
    }
  }
  api::FitRequest request;
  request.runs.columns = runs;
  request.law = formula_file("vocabulary");
  request.fit.residual = "raw";
  request.fit.starts = 60;
  request.bootstrap = 0;
  const api::FitOutcome fit = api::fit(request);
  REQUIRE(fit.usable());
  const double truth[] = {5.5, 80.0, 0.26, 9.0, 0.25, 90.0, 0.27};
  for (std::size_t p = 0; p < 7; ++p) {
    CAPTURE(p);
    CHECK(fit.report.coefficients[p] == Approx(truth[p]).epsilon(1e-3));
  }
  CHECK(fit.report.worst.front().predicted < 0.0);

  api::BacktestRequest back;
  back.runs.columns = runs;
  back.laws = {request.law};
  back.hold_out = "loss:20%";
  back.fit.residual = "raw";
  back.fit.starts = 60;
  const api::BacktestOutcome scored = api::backtest(back);
  CHECK(scored.laws.at(0).report.rmse_nats < 1e-3);
  CHECK(text::backtest(scored).find("nan") == std::string::npos);
}

}  // namespace
}  // namespace isoflop::testing::own_variables_test

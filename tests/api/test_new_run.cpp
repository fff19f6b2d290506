#include <algorithm>
#include <cmath>

#include "api/doors.hpp"
#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/text/fit.hpp"

namespace isoflop::testing::new_run_test {
namespace {

using Json = nlohmann::ordered_json;

/// 63 runs of a plain law with noise, as columns in memory; `shift` is added to every loss.
api::FitRequest request_of(double shift = 0.0, double scale = 1.0) {
  Column n{"N", {}, {}}, d{"D", {}, {}}, loss{"loss", {}, {}};
  Random random(11);
  for (int i = 0; i < 9; ++i) {
    for (int j = 0; j < 7; ++j) {
      n.numbers.push_back(1e8 * std::pow(10.0, i / 4.0));
      d.numbers.push_back(2e9 * std::pow(10.0, j / 3.0));
      const double x = 1.69 + 406.4 / std::pow(n.numbers.back(), 0.34) +
                       410.7 / std::pow(d.numbers.back(), 0.28);
      loss.numbers.push_back(scale * x * std::exp(0.003 * random.normal()) + shift);
    }
  }
  api::FitRequest out;
  out.runs.columns = Columns{n, d, loss};
  out.law = "chinchilla";
  out.conventions.n_means = "active_non_embedding";
  out.conventions.experts.expansion = 1.0;
  out.fit.starts = 30;
  out.bootstrap = 60;
  return out;
}

TEST_CASE("api fit: a law keeps the scatter of its runs", "[api][identity]") {
  const api::FitOutcome outcome = api::fit(request_of());
  CHECK(outcome.law.scatter.num_runs == 63);
  CHECK(outcome.law.scatter.num_free == 5);
  CHECK(outcome.law.scatter.residuals.size() == 63);
  CHECK(to_json(outcome)["scatter"]["residuals"].size() == 63);
  CHECK(!outcome.calibration);
}

TEST_CASE("api fit: a calibration is in the outcome and in the law", "[api][identity]") {
  api::FitRequest request = request_of();
  request.calibrate = true;
  const api::FitOutcome outcome = api::fit(request);
  REQUIRE(outcome.calibration);
  REQUIRE(outcome.calibration->usable());
  REQUIRE(outcome.law.calibration);
  const Json json = to_json(outcome);
  CHECK(json["fit"]["calibration"]["status"] == "calibrated");
  CHECK(json["calibration"]["compute"] == "6nd");
  CHECK(json["request"]["calibrate"] == true);
  CHECK(api::fit_request(json["request"]).calibrate);
}

TEST_CASE("api fit: readers of law files know every member that a fit writes", "[api][format]") {
  api::FitRequest request = request_of();
  request.calibrate = true;
  request.interval = "bca";
  const api::FitOutcome outcome = api::fit(request);
  REQUIRE(outcome.law.calibration);
  REQUIRE(!outcome.law.draws.jackknife.empty());
  const LawRecord read = law_from_json(to_json(outcome), "law.json");
  CHECK(read.unknown_members.empty());  // a member that nobody knows is kept there
  CHECK(law_to_json(read).dump() == law_to_json(outcome.law).dump());
}

TEST_CASE("api fit: a calibration of too few runs is refused in the outcome", "[api][refusal]") {
  api::FitRequest request = request_of();
  request.runs.where = {"N<1e9"};
  request.runs.where.push_back("D<1e10");
  request.calibrate = true;
  const api::FitOutcome outcome = api::fit(request);
  CHECK(outcome.has_law());
  REQUIRE(outcome.calibration);
  CHECK(!outcome.calibration->usable());
  CHECK(!outcome.law.calibration);
  CHECK(to_json(outcome)["fit"]["calibration"]["status"] == "refused");
  CHECK(text::fit(outcome, false).find("new runs      not calibrated: 12 runs allow") !=
        std::string::npos);
}

TEST_CASE("api fit: the unit that was said is kept, and none is made up", "[api][identity]") {
  auto unit = [](const std::string& word) {
    api::FitRequest request = request_of();
    request.runs.loss_unit = word;
    request.bootstrap = 0;
    return api::fit(request);
  };
  CHECK(unit("").law.loss_unit.empty());
  CHECK(unit("nats").law.loss_unit == kNatsPerToken);
  CHECK(unit("bits-per-character").law.loss_unit == kBitsPerCharacter);
  CHECK(unit("other:error rate").law.loss_unit == "other:error rate");
  const api::FitOutcome bits = unit("bits-per-token"), nats = unit("nats");
  CHECK(bits.law.loss_unit == kNatsPerToken);
  CHECK(bits.runs.loss[5] == Approx(std::log(2.0) * nats.runs.loss[5]).epsilon(1e-14));
  CHECK(to_json(unit(""))["loss_unit"].is_null());
  CHECK(refused_field([&] { unit("bits"); }) == "loss_unit");
  CHECK(refused_field([&] { unit("other:"); }) == "loss_unit");
}

TEST_CASE("api fit: no report says nats where nobody did", "[api][format]") {
  api::FitRequest request = request_of();
  request.bootstrap = 0;
  const std::string unsaid = text::fit(api::fit(request), false);
  CHECK(unsaid.find("(taken for nats per token") != std::string::npos);
  CHECK(unsaid.find("irreducible loss, nats") == std::string::npos);
  request.runs.loss_unit = "nats";
  const std::string said = text::fit(api::fit(request), false);
  CHECK(said.find("irreducible loss, nats per token") != std::string::npos);
  CHECK(said.find("taken for") == std::string::npos);
  request.runs.loss_unit = "bits-per-character";
  const std::string bits = text::fit(api::fit(request), false);
  CHECK(bits.find("irreducible loss, bits per character") != std::string::npos);
  CHECK(bits.find("nats") == std::string::npos);
}

TEST_CASE("api fit: losses below 1 without a unit are remarked on", "[api][format]") {
  auto warned = [](double scale, const std::string& unit) {
    api::FitRequest request = request_of(0.0, scale);
    request.runs.loss_unit = unit;
    request.bootstrap = 0;
    const api::FitOutcome outcome = api::fit(request);
    return std::any_of(outcome.findings.begin(), outcome.findings.end(), [](const Finding& f) {
      return f.what.find("every loss lies below 1") == 0;
    });
  };
  CHECK(warned(0.2, ""));
  CHECK(!warned(1.0, ""));
  CHECK(!warned(0.2, "bits-per-character"));
  CHECK(!warned(0.2, "nats"));
}

TEST_CASE("api fit: losses at or below zero are fitted with raw residuals alone",
          "[api][refusal]") {
  api::FitRequest request = request_of(-2.4);
  request.bootstrap = 20;
  try {
    api::fit(request);
    FAIL("not refused");
  } catch (const DataError& fault) {
    CHECK(std::string(fault.what()).find("is not > 0") != std::string::npos);
    CHECK(std::string(fault.what()).find("residual raw") != std::string::npos);
  }
  request.fit.residual = "raw";
  const api::FitOutcome outcome = api::fit(request);
  CHECK(outcome.has_law());
  CHECK(std::isnan(outcome.report.rmse_log));
  CHECK(std::isfinite(outcome.report.rmse_nats));
  CHECK(!outcome.law.scatter.is_known());
  CHECK(to_json(outcome)["fit"]["rmse_log"].is_null());
  const std::string text = text::fit(outcome, false);
  CHECK(text.find("nan") == std::string::npos);
}

/// Runs of the law of routed experts, N and E alone.
api::BacktestRequest routed_request(const std::string& hold_out) {
  Column n{"N", {}, {}}, e{"E", {}, {}}, loss{"loss", {}, {}}, test{"late", {}, {}};
  Random random(12);
  for (int i = 0; i < 6; ++i) {
    for (const double experts : {1.0, 4.0, 16.0, 64.0, 256.0}) {
      n.numbers.push_back(1e7 * std::pow(10.0, i / 2.5));
      e.numbers.push_back(experts);
      const double log_e = std::log10(experts), log_n = std::log10(n.numbers.back());
      loss.numbers.push_back(std::pow(10.0, -0.08 * log_n - 0.11 * log_e + 0.009 * log_n * log_e +
                                                1.1 + 0.001 * random.normal()));
      test.numbers.push_back(i == 5 ? 1.0 : 0.0);
    }
  }
  api::BacktestRequest out;
  out.runs.columns = Columns{n, e, loss, test};
  out.laws = {"routed"};
  out.hold_out = hold_out;
  out.fit.starts = 30;
  return out;
}

TEST_CASE("api backtest: a law without D works with every rule that its runs allow",
          "[api][identity]") {
  for (const char* rule : {"compute:20%", "loss:20%", "n:20%", "late", "column:late"}) {
    CAPTURE(rule);
    const api::BacktestOutcome outcome = api::backtest(routed_request(rule));
    REQUIRE(outcome.laws.size() == 1);
    CHECK(outcome.laws[0].report.rmse_log < 0.05);
    CHECK(!std::isfinite(outcome.laws[0].plan_error_flops));
  }
  CHECK(refused_field([] { api::backtest(routed_request("d:20%")); }) == "hold_out");
}

TEST_CASE("api: predict and plan give both intervals of a loss", "[api][identity]") {
  const ScratchFolder folder;
  api::FitRequest request = request_of();
  request.calibrate = true;
  const std::string law = folder.write("law.json", json_text(to_json(api::fit(request))));
  api::PredictRequest ask;
  ask.law.law = law;
  ask.values[index_of(Variable::kN)] = 1e9;
  ask.values[index_of(Variable::kD)] = 2e10;
  const Json predicted = to_json(api::predict(ask));
  CHECK(predicted["curve"] == predicted["interval"]);
  CHECK(predicted["new_run"][0] < predicted["curve"][0]);
  CHECK(predicted["new_run"][1] > predicted["curve"][1]);
  CHECK(predicted["new_run_widened"] == 1.0);  // within the runs

  api::PlanRequest plan;
  plan.planner.law.law = law;
  plan.budget.flops = {1e24};
  const Json planned = to_json(api::plan(plan))["plans"][0];
  CHECK(planned["curve"] == planned["interval"]["loss"]);
  CHECK(planned["new_run"][0] < planned["loss"]);
  CHECK(planned["new_run"][1] > planned["loss"]);
  CHECK(planned["new_run_widened"] >= 1.0);
}

TEST_CASE("api predict: nearly every fitted run lies inside 95 % of new runs", "[api][recovery]") {
  const ScratchFolder folder;
  const api::FitOutcome fitted = api::fit(request_of());
  const std::string law = folder.write("law.json", json_text(to_json(fitted)));
  int in_new_runs = 0, in_curve = 0;
  for (std::size_t i = 0; i < fitted.runs.num_runs(); ++i) {
    api::PredictRequest ask;
    ask.law.law = law;
    ask.values[index_of(Variable::kN)] = fitted.runs.column(Variable::kN)[i];
    ask.values[index_of(Variable::kD)] = fitted.runs.column(Variable::kD)[i];
    const api::PredictOutcome outcome = api::predict(ask);
    const double loss = fitted.runs.loss[i];
    const auto holds = [&](const EstimatedInterval& e) {
      return loss >= e.range.low && loss <= e.range.high;
    };
    in_new_runs += holds(outcome.new_run.interval);
    in_curve += holds(outcome.interval);
  }
  CHECK(in_new_runs >= 57);  // of 63
  CHECK(in_curve <= 40);
}

}  // namespace
}  // namespace isoflop::testing::new_run_test

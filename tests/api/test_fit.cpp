#include <algorithm>
#include <cmath>
#include <limits>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::fit_test {
namespace {

/// A quick fit of the simulated runs.
api::FitRequest quick_request() {
  api::FitRequest out;
  out.runs.file = kSimulatedRuns;
  out.runs.column_map = {{"loss", "loss_simulated"}};
  out.law = "fine-grained-moe";
  out.conventions.n_means = "total_non_embedding";
  out.conventions.experts.expansion = 64.0;
  out.fit.starts = 30;
  out.bootstrap = 40;
  return out;
}

TEST_CASE("api fit: the door gives the program's document to the byte", "[api][identity]") {
  const Outcome program = Workplace().isoflop(
      {"fit", kSimulatedRuns, "--column", "loss=loss_simulated", "--law", "fine-grained-moe",
       "--n-means", "total_non_embedding", "--expansion", "64", "--starts", "30", "--bootstrap",
       "40", "--drop-worst", "2", "--json"});
  CHECK(program.exit_code == 0);
  api::FitRequest request = quick_request();
  request.drop_worst = 2;
  const api::FitOutcome outcome = api::fit(request);
  CHECK(outcome.usable());
  CHECK(json_text(to_json(outcome)) == program.out);
  REQUIRE(outcome.inputs.size() == 1);
  CHECK(outcome.inputs[0].path == kSimulatedRuns);
}

TEST_CASE("api fit: columns in memory and their file give the same law", "[api][identity]") {
  api::FitRequest in_memory = quick_request();
  in_memory.runs.file.clear();
  in_memory.runs.columns = columns_of_file(kSimulatedRuns);
  const api::FitOutcome memory = api::fit(in_memory), file = api::fit(quick_request());
  CHECK(memory.law.coefficients == file.law.coefficients);
  CHECK(memory.law.draws.bootstrap == file.law.draws.bootstrap);
  CHECK(memory.report.objective == file.report.objective);
  CHECK(memory.inputs.empty());
  // Rows in memory count from 1, a file's from its header.
  CHECK(memory.runs.line.front() == 1);
  CHECK(file.runs.line.front() == 2);
}

/// Six sizes at four tokens per parameter each, under the law of Besiroglu et al. 2024.
Columns small_grid(double noise, std::uint64_t seed) {
  Random random(seed);
  Columns out{{"N", {}, {}}, {"D", {}, {}}, {"loss", {}, {}}};
  for (double n = 1e8; n < 4e9; n *= 2.0) {
    for (double ratio = 10.0; ratio < 100.0; ratio *= 2.0) {
      const double d = ratio * n;
      const double loss = 1.8172 + 482.01 * std::pow(n, -0.3478) + 2085.43 * std::pow(d, -0.3658);
      out[0].numbers.push_back(n);
      out[1].numbers.push_back(d);
      out[2].numbers.push_back(loss * std::exp(noise * random.normal()));
    }
  }
  return out;
}

api::FitOutcome fit_of(Columns columns) {
  api::FitRequest request;
  request.runs.columns = std::move(columns);
  request.law = "chinchilla";
  request.fit.starts = 60;
  request.bootstrap = 200;
  return api::fit(request);
}

TEST_CASE("api fit: a certificate speaks of plans ten times beyond the runs", "[api][identity]") {
  std::size_t num_certified = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const api::FitOutcome exact = fit_of(small_grid(0.001, seed));
    REQUIRE(exact.lost_beyond);
    REQUIRE(exact.lost_to_bend);
    CHECK(*exact.lost_beyond < 0.05);
    num_certified += exact.report.verdict == Verdict::kCertified;
    // Twenty times the noise: nothing is wrong with the runs, but a plan does not follow from them.
    const api::FitOutcome noisy = fit_of(small_grid(0.02, seed));
    CHECK(*noisy.lost_beyond > 0.05);
    CHECK(*noisy.lost_to_bend > 0.5);
    CHECK(noisy.report.verdict == Verdict::kInterpolates);
    const std::vector<std::string>& why = noisy.report.reasons;
    CHECK(std::any_of(why.begin(), why.end(), [](const std::string& reason) {
      return reason.find("ten times the largest run, could lose") != std::string::npos;
    }));
  }
  CHECK(num_certified >= 4);
}

TEST_CASE("api fit: a second minimum that plans something else leaves the coefficients open",
          "[api][refusal]") {
  // Runs near one line D = 20 N: the terms of N and D can change places.
  bool some_exchange = false;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Random random(seed);
    Columns runs{{"N", {}, {}}, {"D", {}, {}}, {"loss", {}, {}}};
    for (double n = 1e8; n < 2e10; n *= 2.0) {
      for (const double off : {0.95, 1.0, 1.05}) {
        const double d = 20.0 * n * off;
        const double loss = 1.7 + 25298.0 * std::pow(n, -0.5) + 300.85 * std::pow(d, -0.25);
        runs[0].numbers.push_back(n);
        runs[1].numbers.push_back(d);
        runs[2].numbers.push_back(loss * std::exp(0.004 * random.normal()));
      }
    }
    const api::FitOutcome fit = fit_of(std::move(runs));
    CHECK(fit.report.verdict != Verdict::kCertified);
    const auto& minima = fit.report.minima;
    const bool rival =
        minima.size() > 1 && minima[1].objective <= minima[0].objective + fit.report.tolerated_rise;
    const auto& why = fit.report.questions.coefficients.why;
    const bool named = std::any_of(why.begin(), why.end(), [](const std::string& reason) {
      return reason.starts_with("another minimum, ");
    });
    CHECK((!named || rival));
    some_exchange = some_exchange || named;
    if (named) {
      CHECK(fit.report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
    }
  }
  CHECK(some_exchange);
}

TEST_CASE("api fit: a request reads back from its document", "[api][format]") {
  api::FitRequest request = quick_request();
  request.runs.where = {"G>=1", "N!=3"};
  request.runs.best_of = {"N", "D"};
  request.fit.huber_delta = std::numeric_limits<double>::infinity();
  request.fit.fix = {{"alpha", 0.125}};
  request.conventions.experts.top_k = 8;
  const Json json = to_json(request);
  CHECK(json["verb"] == "fit");
  CHECK(json["huber_delta"] == "inf");
  CHECK(json["fix"] == Json{{"alpha", 0.125}});
  CHECK(to_json(api::fit_request(json)) == json);
  CHECK(to_json(api::fit_request({{"law", "kaplan"}})) ==
        to_json(api::FitRequest{.law = "kaplan"}));
}

TEST_CASE("api fit: words of people are read and refused with their field", "[api][refusal]") {
  CHECK(api::fit_request({{"bootstrap", "1K"}}).bootstrap == 1000);
  CHECK(api::fit_request({{"best_of", "N,D"}}).runs.best_of == std::vector<std::string>{"N", "D"});
  CHECK(api::fit_request({{"fix", "alpha=0.5,beta=1e-1"}}).fit.fix.size() == 2);
  for (const Json& wrong :
       {Json{{"huber_delta", "-1"}}, Json{{"residual", "square"}}, Json{{"fix", "alpha=x"}},
        Json{{"best_of", "N,,D"}}, Json{{"loss_unit", "bits"}}, Json{{"seed", 1.5}},
        Json{{"interval", "normal"}}, Json{{"no_such_field", 1}}}) {
    CAPTURE(wrong.dump());
    CHECK(refused_field([&] { api::fit_request(wrong); }) == wrong.begin().key());
  }
}

TEST_CASE("api fit: a request that says too little is refused with its field", "[api][refusal]") {
  auto field_of = [](auto&& change) {
    api::FitRequest request = quick_request();
    change(request);
    return refused_field([&] { api::fit(request); });
  };
  CHECK(field_of([](auto& r) { r.runs.file.clear(); }) == "file");
  CHECK(field_of([](auto& r) { r.law.clear(); }) == "law");
  CHECK(field_of([](auto& r) { r.runs.loss_unit = "bits-per-byte"; }) == "bytes_per_token");
  CHECK(field_of([](auto& r) { r.runs.where = {"N"}; }) == "where");
  CHECK(field_of([](auto& r) { r.runs.column_map = {{"tokens", "D"}}; }) == "column");
  CHECK(field_of([](auto& r) { r.conventions.experts.expansion = 0.5; }) == "expansion");
  CHECK(field_of([](auto& r) { r.conventions.experts.expert_width = 64; }) == "expert_width");
  CHECK(field_of([](auto& r) { r.fit.starts = 10'000'001; }) == "starts");
  CHECK(field_of([](auto& r) { r.fit.residual = "square"; }) == "residual");
  CHECK(field_of([](auto& r) { r.bootstrap = 1'000'001; }) == "bootstrap");
  CHECK(field_of([](auto& r) { r.drop_worst = 78; }) == "drop_worst");
}

TEST_CASE("api fit: starts and resamples are reported, and a call can be stopped", "[api]") {
  std::size_t starts = 0, resamples = 0;
  api::Context context;
  context.progress = [&](std::string_view what, std::size_t, std::size_t) {
    ++(what == "starts" ? starts : resamples);
  };
  api::fit(quick_request(), context);
  CHECK(starts > 0);
  CHECK(resamples >= 40);
  context.cancelled = [] { return true; };
  CHECK_THROWS_AS(api::fit(quick_request(), context), Cancelled);
}

}  // namespace
}  // namespace isoflop::testing::fit_test

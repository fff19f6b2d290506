#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::backtest_test {
namespace {

api::BacktestRequest quick_request() {
  api::BacktestRequest out;
  out.runs.file = kSimulatedRuns;
  out.runs.column_map = {{"loss", "loss_simulated"}};
  out.laws = {"chinchilla", "krajewski2024-e64"};
  out.hold_out = "compute:20%";
  out.conventions.n_means = "total_non_embedding";
  out.conventions.experts.expansion = 64.0;
  out.fit.starts = 20;
  return out;
}

TEST_CASE("api backtest: the door gives the program's document to the byte, from a file or columns",
          "[api][identity]") {
  const Outcome program =
      Workplace().isoflop({"backtest", kSimulatedRuns, "--column", "loss=loss_simulated", "--law",
                           "chinchilla,krajewski2024-e64", "--hold-out", "compute:20%", "--n-means",
                           "total_non_embedding", "--expansion", "64", "--starts", "20", "--json"});
  CHECK(program.exit_code == 0);
  const api::BacktestOutcome outcome = api::backtest(quick_request());
  CHECK(outcome.usable());
  CHECK(json_text(to_json(outcome)) == program.out);

  api::BacktestRequest in_memory = quick_request();
  in_memory.runs.file.clear();
  in_memory.runs.columns = columns_of_file(kSimulatedRuns);
  const api::BacktestOutcome memory = api::backtest(in_memory);
  REQUIRE(memory.laws.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(memory.laws[i].report.rmse_log == outcome.laws[i].report.rmse_log);
    CHECK(memory.laws[i].report.rmse_nats == outcome.laws[i].report.rmse_nats);
  }
  CHECK(memory.laws[0].plan_error_flops == outcome.laws[0].plan_error_flops);
}

TEST_CASE("api backtest: what a published law misses is said before anything is fitted",
          "[api][refusal]") {
  api::BacktestRequest request = quick_request();
  request.conventions.n_means.clear();
  std::size_t num_reports = 0;
  api::Context context;
  context.progress = [&](std::string_view, std::size_t, std::size_t) { ++num_reports; };
  CHECK_THROWS_AS(api::backtest(request, context), InvalidArgument);
  CHECK(num_reports == 0);
  CHECK_NOTHROW(api::backtest(quick_request(), context));
  CHECK(num_reports > 0);
}

TEST_CASE("api backtest: a column of texts in memory marks the runs held out", "[api][identity]") {
  api::BacktestRequest request = quick_request();
  request.laws = {"chinchilla"};
  request.hold_out = "test";
  request.runs.file.clear();
  request.runs.columns = columns_of_file(kSimulatedRuns);
  const std::size_t num_runs = request.runs.columns->front().numbers.size();
  request.runs.columns->push_back({"test", {}, std::vector<std::string>(num_runs, "no")});
  request.runs.columns->back().texts[7] = "yes";
  CHECK(api::backtest(request).split.held_out == std::vector<std::size_t>{7});
  request.runs.columns->back().texts[8] = "perhaps";
  CHECK_THROWS_WITH(api::backtest(request),
                    Catch::Matchers::ContainsSubstring("columns in memory:9: column \"test\""));
}

TEST_CASE("api backtest: a request reads back, and refuses with its field", "[api][refusal]") {
  const Json json = to_json(quick_request());
  CHECK(json["law"] == Json{"chinchilla", "krajewski2024-e64"});
  CHECK(to_json(api::backtest_request(json)) == json);
  CHECK(api::backtest_request({{"law", "kaplan,routed"}}).laws.size() == 2);
  CHECK(refused_field([] { api::backtest_request({{"law", "kaplan,"}}); }) == "law");
  auto field_of = [](auto&& change) {
    api::BacktestRequest request = quick_request();
    change(request);
    return refused_field([&] { api::backtest(request); });
  };
  CHECK(field_of([](auto& r) { r.laws.clear(); }) == "law");
  CHECK(field_of([](auto& r) { r.laws = {"chinchilla", "chinchilla"}; }) == "law");
  CHECK(field_of([](auto& r) { r.hold_out = "compute"; }) == "hold_out");
  CHECK(field_of([](auto& r) { r.conventions.n_means.clear(); }) == "n_means");
  CHECK(field_of([](auto& r) { r.conventions.experts.expansion = 8.0; }) == "expansion");
  CHECK(field_of([](auto& r) { r.embeddings.tied = true; }) == "vocab");
}

}  // namespace
}  // namespace isoflop::testing::backtest_test

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::profiles_door_test {
namespace {

const std::string kSweep = ISOFLOP_SOURCE_DIR "/data/simulated/hoffmann2022_sweep.csv";

api::ProfilesRequest quick_request() {
  api::ProfilesRequest out;
  out.runs.file = kSweep;
  out.flops = {1e21};
  out.bootstrap = 100;
  return out;
}

TEST_CASE("api profiles: the door gives the program's document to the byte", "[api][identity]") {
  const Outcome program =
      Workplace().isoflop({"profiles", kSweep, "--flops", "1e21", "--bootstrap", "100", "--json"});
  CHECK(program.exit_code == 0);
  CHECK(json_text(to_json(api::profiles(quick_request()))) == program.out);
}

TEST_CASE("api profiles: columns in memory and their file say the same", "[api][identity]") {
  api::ProfilesRequest in_memory = quick_request();
  in_memory.runs.file.clear();
  in_memory.runs.columns = columns_of_file(kSweep);
  in_memory.approach_3 = "no";
  const api::ProfilesOutcome memory = api::profiles(in_memory);
  const api::ProfilesOutcome file = api::profiles(quick_request());
  CHECK(memory.report.laws[1].exponent == file.report.laws[1].exponent);
  CHECK_FALSE(memory.approach_3);
  CHECK(memory.no_approach_3 == "not asked for");
  REQUIRE(file.approach_3);
  CHECK_FALSE(file.approach_3->disagree);
}

TEST_CASE("api profiles: the request reads back", "[api][format]") {
  api::ProfilesRequest request = quick_request();
  request.budget = "budget", request.axis = "d", request.huber_delta = 0.01;
  const Json json = to_json(request);
  CHECK(json["verb"] == "profiles");
  CHECK(to_json(api::profiles_request(json)) == json);
}

TEST_CASE("api profiles: the law has the power laws for its optimum", "[api][identity]") {
  const api::ProfilesOutcome outcome = api::profiles(quick_request());
  REQUIRE(outcome.law);
  const std::vector<double>& c = outcome.law->coefficients;  // A, alpha, B, beta
  for (const double flops : {1e18, 1e20, 1e23}) {
    const double n = std::exp(outcome.report.laws[2].log_at(std::log(flops)));
    const double loss = std::exp(outcome.report.laws[4].log_at(std::log(flops)));
    const double d = flops / 6.0 / n;
    const double of_n = c[0] * std::pow(n, -c[1]), of_d = c[2] * std::pow(d, -c[3]);
    CHECK(of_n + of_d == Approx(loss).epsilon(1e-9));
    // Stationary along N D = constant.
    CHECK(c[1] * of_n == Approx(c[3] * of_d).epsilon(1e-9));
  }
  CHECK(outcome.law->draws.bootstrap.size() == 100);
}

TEST_CASE("api profiles: what is missing or wrong is refused with its field", "[api][refusal]") {
  auto field_of = [](auto&& change) {
    api::ProfilesRequest request = quick_request();
    change(request);
    return refused_field([&] { api::profiles(request); });
  };
  CHECK(field_of([](auto& r) { r.runs.file.clear(); }) == "file");
  CHECK(field_of([](auto& r) { r.tolerance = 2.0; }) == "tolerance");
  CHECK(field_of([](auto& r) { r.huber_delta = -1.0; }) == "huber_delta");
  CHECK(field_of([](auto& r) { r.flops = {-1.0}; }) == "flops");
  CHECK(field_of([](auto& r) { r.approach_3 = "perhaps"; }) == "approach_3");
  CHECK(field_of([](auto& r) { r.runs.where = {"budget=1e18"}; }) == "flops");
  CHECK(field_of([](auto& r) { r.runs.where = {"N<3e7"}, r.flops.clear(); }) == "budget");
  CHECK(field_of([](auto& r) {
          r.runs.where = {"budget=1e18"}, r.flops.clear(), r.approach_3 = "yes";
          r.by = "budget";
        }) == "approach_3");
}

}  // namespace
}  // namespace isoflop::testing::profiles_door_test

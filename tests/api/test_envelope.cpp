#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/envelope.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::envelope_door_test {
namespace {

const std::string kCurves = ISOFLOP_SOURCE_DIR "/data/simulated/hoffmann2022_curves.csv";

api::EnvelopeRequest quick_request() {
  api::EnvelopeRequest out;
  out.runs.file = kCurves;
  out.schedule = "schedule";
  out.flops = {1e21};
  return out;
}

TEST_CASE("api envelope: the door gives the program's document to the byte", "[api][identity]") {
  const Outcome program = Workplace().isoflop(
      {"envelope", kCurves, "--schedule", "schedule", "--flops", "1e21", "--json"});
  CHECK(program.exit_code == 0);
  const api::EnvelopeOutcome outcome = api::envelope(quick_request());
  CHECK(json_text(to_json(outcome)) == program.out);
  CHECK(outcome.curves.size() == 9);
  REQUIRE(outcome.schedules.size() == 1);
  CHECK(outcome.schedules[0].second == 225);
}

TEST_CASE("api envelope: the request reads back", "[api][format]") {
  api::EnvelopeRequest request = quick_request();
  request.points = 100, request.keep_edges = true;
  const Json json = to_json(request);
  CHECK(to_json(api::envelope_request(json)) == json);
}

TEST_CASE("api envelope: what is wrong is refused with its field", "[api][refusal]") {
  auto field_of = [](auto&& change) {
    api::EnvelopeRequest request = quick_request();
    change(request);
    return refused_field([&] { api::envelope(request); });
  };
  CHECK(field_of([](auto& r) { r.points = 1; }) == "points");
  CHECK(field_of([](auto& r) { r.runs.file.clear(); }) == "file");
  // Two sizes are the smallest and the largest.
  CHECK(field_of([](auto& r) { r.runs.where = {"N<1e8"}; }) == "flops");
}

}  // namespace
}  // namespace isoflop::testing::envelope_door_test

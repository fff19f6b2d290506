#include <cmath>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::testing::law_scatter_test {
namespace {

using Json = nlohmann::ordered_json;

LawRecord calibrated_law() {
  LawRecord law = find_law("krajewski2024-e64");
  law.scatter.residuals = {-0.0123456, 1e-7, 0.02};
  law.scatter.num_runs = 75;
  law.scatter.num_free = 7;
  law.calibration.emplace();
  law.calibration->measure = ComputeMeasure::kSixNd;
  law.calibration->largest_compute = 1.5e21;
  law.calibration->num_hold_outs = 6;
  law.calibration->steps = {{std::log(2.0), 1.25, 41, 5, 0.75, 0.96},
                            {std::log(9.0), 2.5, 40, 4, 0.6, 0.95}};
  return law;
}

std::string refusal_of(const Json& json) {
  try {
    law_from_json(json, "law.json");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("law file: the scatter of the runs survives", "[io][identity]") {
  const LawRecord law = calibrated_law();
  const LawRecord again = law_from_json(Json::parse(law_to_json(law).dump()), "law.json");
  CHECK(again.scatter.residuals == law.scatter.residuals);
  CHECK(again.scatter.num_runs == 75);
  CHECK(again.scatter.num_free == 7);
}

TEST_CASE("law file: a calibration survives", "[io][identity]") {
  const LawRecord law = calibrated_law();
  const LawRecord again = law_from_json(Json::parse(law_to_json(law).dump()), "law.json");
  REQUIRE(again.calibration);
  CHECK(again.calibration->measure == ComputeMeasure::kSixNd);
  CHECK(again.calibration->largest_compute == 1.5e21);
  CHECK(again.calibration->num_hold_outs == 6);
  REQUIRE(again.calibration->steps.size() == 2);
  CHECK(again.calibration->steps[1].log_distance == Approx(std::log(9.0)).epsilon(1e-14));
  CHECK(again.calibration->steps[1].factor == 2.5);
  CHECK(again.calibration->steps[1].num_forecasts == 40);
  CHECK(again.calibration->steps[0].covered_before == 0.75);
  CHECK(again.calibration->steps[0].covered_after == 0.96);
}

TEST_CASE("law file: one without scatter reads as it did", "[io][format]") {
  Json json = law_to_json(calibrated_law());
  json.erase("scatter");
  json.erase("calibration");
  const LawRecord law = law_from_json(json, "law.json");
  CHECK(!law.scatter.is_known());
  CHECK(!law.calibration);
}

TEST_CASE("law file: units of the loss survive and others are refused", "[io][format]") {
  for (const char* unit : {"nats_per_token", "bits_per_character", "other:accuracy"}) {
    Json json = law_to_json(calibrated_law());
    json["loss_unit"] = unit;
    const LawRecord law = law_from_json(json, "law.json");
    CHECK(law.loss_unit == unit);
    CHECK(law_to_json(law)["loss_unit"] == unit);
  }
  Json json = law_to_json(calibrated_law());
  CHECK(json["loss_unit"] == "nats_per_token");  // of a published law
  json["loss_unit"] = nullptr;
  CHECK(law_from_json(json, "law.json").loss_unit.empty());
  CHECK(law_to_json(law_from_json(json, "law.json"))["loss_unit"].is_null());
  json["loss_unit"] = "other:";
  CHECK(refusal_of(json) ==
        "law.json: \"loss_unit\" must be \"nats_per_token\", \"bits_per_character\" or "
        "\"other:NAME\"");
}

TEST_CASE("law file: a scatter or calibration that is none is refused", "[io][refusal]") {
  auto refused = [](auto&& change) {
    Json json = law_to_json(calibrated_law());
    change(json);
    return refusal_of(json);
  };
  CHECK(refused([](Json& j) {
          j["scatter"]["residuals"] = {0.1, -0.1};
        }) == "law.json: \"scatter.residuals\" must rise");
  CHECK(refused([](Json& j) {
          j["scatter"]["residuals"] = {0.1, "x"};
        }) == "law.json: \"scatter.residuals\" must be a number");
  CHECK(refused([](Json& j) { j["scatter"]["num_runs"] = 1.5; }) ==
        "law.json: \"scatter.num_runs\" must be a count");
  CHECK(refused([](Json& j) { j["scatter"].erase("num_free"); }) ==
        "law.json: \"scatter\" lacks \"num_free\"");
  CHECK(refused([](Json& j) { j["calibration"]["compute"] = "flops"; }) ==
        "law.json: \"calibration.compute\" must be \"6nd\", \"c\", \"n\" or \"d\"");
  CHECK(refused([](Json& j) { j["calibration"]["steps"][1]["factor"] = 1.1; }) ==
        "law.json: \"calibration.steps[1]\": distances must rise from 1, and factors must not fall "
        "from 1");
  CHECK(refused([](Json& j) { j["calibration"]["steps"][0]["distance"] = 0.5; }) ==
        "law.json: \"calibration.steps[0]\": distances must rise from 1, and factors must not fall "
        "from 1");
  CHECK(refused([](Json& j) { j["calibration"]["steps"] = Json::array(); }) ==
        "law.json: \"calibration.steps\" must be a list of steps");
}

}  // namespace
}  // namespace isoflop::testing::law_scatter_test

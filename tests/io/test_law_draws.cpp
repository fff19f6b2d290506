#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "plan/drawn_laws.hpp"

namespace isoflop::testing::law_draws_test {
namespace {

using Json = nlohmann::ordered_json;

LawRecord fitted_law() {
  LawRecord law = find_law("krajewski2024-e64");
  law.published = false;
  law.fit_status = "converged";
  law.verdict = "doubtful";
  law.reasons = {"gamma is weak"};
  law.warnings = {"as many coefficients as runs"};
  law.at_bound = {"c"};
  law.draws = normal_draws(law, 0.02, 30, 8);
  return law;
}

Json fitted_json() { return law_to_json(fitted_law()); }

std::string refusal_of(const Json& json) {
  try {
    law_from_json(json, "law.json");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("law file: draws survive the way through the text to the last bit", "[io][identity]") {
  const LawRecord law = fitted_law();
  const LawRecord again = law_from_json(Json::parse(fitted_json().dump()), "law.json");
  CHECK(again.draws.bootstrap == law.draws.bootstrap);
  CHECK(again.draws.jackknife == law.draws.jackknife);
}

TEST_CASE("law file: what a fit says of itself survives", "[io][identity]") {
  const LawRecord law = fitted_law(), again = law_from_json(fitted_json(), "law.json");
  CHECK(again.is_fit());
  CHECK_FALSE(again.published);
  CHECK(again.fit_status == law.fit_status);
  CHECK(again.verdict == law.verdict);
  CHECK(again.reasons == law.reasons);
  CHECK(again.warnings == law.warnings);
  CHECK(again.at_bound == law.at_bound);
}

TEST_CASE("law file: without fit and draws there is no word of them", "[io][format]") {
  LawRecord law = fitted_law();
  law.fit_status.clear();
  law.draws = {};
  const Json json = law_to_json(law);
  CHECK_FALSE(json.contains("fit"));
  CHECK_FALSE(json.contains("draws"));
  const LawRecord again = law_from_json(json, "law.json");
  CHECK_FALSE(again.is_fit());
  CHECK(again.verdict.empty());
  CHECK(again.draws.bootstrap.empty());
  CHECK(again.draws.jackknife.empty());
}

TEST_CASE("law file: draws of one kind are enough", "[io][format]") {
  LawRecord law = fitted_law();
  law.draws.jackknife.clear();
  const Json json = law_to_json(law);
  CHECK(json["draws"].size() == 1);
  CHECK(law_from_json(json, "law.json").draws.bootstrap == law.draws.bootstrap);
}

TEST_CASE("law file: draws that are no coefficients are refused with their place",
          "[io][refusal]") {
  const auto refusal = [](auto&& damage) {
    Json json = fitted_json();
    damage(json["draws"]);
    return refusal_of(json);
  };
  CHECK(refusal([](Json& d) { d = 3; }) == "law.json: \"draws\" must be an object");
  CHECK(refusal([](Json& d) { d["bootstrap"] = 3; }) ==
        "law.json: \"draws.bootstrap\" must be a list of lists of coefficients");
  CHECK(refusal([](Json& d) { d["jackknife"][2] = 3; }) ==
        "law.json: \"draws.jackknife[2]\" must be a list of coefficients");
  CHECK(refusal([](Json& d) { d["bootstrap"][4].push_back(1.0); }) ==
        "law.json: \"draws.bootstrap[4]\": the law fine-grained-moe has 7 coefficients");
  CHECK(refusal([](Json& d) { d["bootstrap"][4].erase(0); }) ==
        "law.json: \"draws.bootstrap[4]\": the law fine-grained-moe has 7 coefficients");
  CHECK(refusal([](Json& d) { d["bootstrap"][29][1] = nullptr; }) ==
        "law.json: \"draws.bootstrap[29]\" must hold numbers only");
  CHECK(refusal([](Json& d) { d["bootstrap"][0][1] = "0.1"; }) ==
        "law.json: \"draws.bootstrap[0]\" must hold numbers only");
  CHECK(refusal([](Json& d) { d["bootstrap"][0][0] = -18.0; }) ==
        "law.json: \"draws.bootstrap[0]\": coefficient a must be a positive finite number");
  CHECK(refusal([](Json& d) { d["jackknife"][7][6] = 0.0; }) ==
        "law.json: \"draws.jackknife[7]\": coefficient c must be a positive finite number");
  CHECK(refusal([](Json& d) { d["bootstrap"][1][3] = -0.1; }) ==
        "law.json: \"draws.bootstrap[1]\": coefficient beta must lie between 0.001 and 15.997");
}

TEST_CASE("law file: coefficients beyond the bounds of their law are refused", "[io][refusal]") {
  const auto refusal = [](const char* name, double value) {
    Json json = fitted_json();
    json["coefficients"][name] = value;
    return refusal_of(json);
  };
  // The widest bounds: three times the box beyond the law's 4, 10 and 100, no lower than its own.
  CHECK(refusal("alpha", -0.1) == "law.json: coefficient alpha must lie between 0.001 and 15.997");
  CHECK(refusal("gamma", 41.0) == "law.json: coefficient gamma must lie between 0.001 and 39.997");
  CHECK(refusal("c", 1e-4) == "law.json: coefficient c must lie between 0.001 and 1e+17");
  CHECK(refusal("c", 1e-3).empty());
  CHECK(refusal("gamma", 10.0).empty());
  CHECK(refusal("gamma", 39.0).empty());
  // exp(log(bound)) may miss the bound by a rounding.
  CHECK(refusal("c", 1e-3 * (1.0 - 1e-15)).empty());
}

TEST_CASE("law file: what a fit says of itself has to be text", "[io][refusal]") {
  const auto refusal = [](const char* key, const Json& value) {
    Json json = fitted_json();
    json["fit"][key] = value;
    return refusal_of(json);
  };
  CHECK(refusal("verdict", 1) == "law.json: \"verdict\" must be a text");
  CHECK(refusal("reasons", "gamma") == "law.json: \"fit.reasons\" must be a list of texts");
  CHECK(refusal("warnings", Json{1, 2}) == "law.json: \"fit.warnings\" must be a list of texts");
  CHECK(refusal("at_bound", Json{nullptr}) == "law.json: \"fit.at_bound\" must be a list of texts");
  CHECK(refusal("status", "") ==
        "law.json: \"fit.status\" must be one of: converged, not_converged, failed");
  for (const char* key : {"verdict", "reasons", "warnings", "at_bound"}) {
    CHECK(refusal(key, nullptr).empty());
  }
}

TEST_CASE("law file: a certificate of format 1 over weak coefficients is read as interpolates",
          "[io][format]") {
  Json json = fitted_json();
  auto read = [&] { return law_from_json(json, "law.json").verdict; };
  json["fit"]["verdict"] = "certified";
  json["fit"]["warnings"] = {"the runs have only 4 values of D", "weakly determined: b, beta (…)"};
  CHECK(json["format"] == "isoflop.law/2");
  CHECK(read() == "certified");
  json["format"] = "isoflop.law/1";
  CHECK(read() == "interpolates");
  json["fit"]["warnings"] = {"the runs have only 4 values of D"};
  CHECK(read() == "certified");
  for (const char* other : {"doubtful", "failed"}) {
    json["fit"]["warnings"] = {"weakly determined: b"};
    json["fit"]["verdict"] = other;
    CHECK(read() == other);
  }
  json["format"] = "isoflop.law/3";
  CHECK(refusal_of(json) ==
        "law.json: has format \"isoflop.law/3\", which a later version of isoflop writes; this "
        "program "
        "reads \"isoflop.law/2\"");
}

TEST_CASE("law file: a meaning of N that is null is a meaning that nobody said", "[io][format]") {
  Json json = fitted_json();
  json["variables"]["N"] = nullptr;
  CHECK(law_from_json(json, "law.json").n_means == NMeaning::kUnspecified);
}

}  // namespace
}  // namespace isoflop::testing::law_draws_test

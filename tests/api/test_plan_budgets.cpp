// Budgets of GPUs, and what a budget goes to.
#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::testing::plan_budgets_test {
namespace {

using Json = nlohmann::ordered_json;

api::PlanRequest request_for(const Json& more) {
  Json request{{"law", "hoffmann2022"}};
  request.update(more);
  return api::plan_request(request);
}

Json plans(const Json& more) { return to_json(api::plan(request_for(more)))["plans"]; }

TEST_CASE("api plan: a peak in FLOP/s says what the datasheet of a GPU says", "[api][identity]") {
  // data/gpus.json: h100-sxm has 989.4e12.
  const Json by_name = plans({{"gpu", "h100-sxm"}, {"gpu_hours", 1000}, {"mfu", 0.3}});
  CHECK(plans({{"peak_flops", "989.4T"}, {"gpu_hours", 1000}, {"mfu", 0.3}}) == by_name);
  CHECK(by_name[0]["gpu_hours"] == Approx(1000));
}

TEST_CASE("api plan: a peak is refused beside what says the same", "[api][refusal]") {
  CHECK(refused_field([] {
          plans({{"peak_flops", 1e15}, {"gpu", "h200"}, {"flops", 1e21}});
        }) == "peak_flops");
  CHECK(refused_field([] {
          plans({{"peak_flops", 1e15}, {"cost_table", "cost.json"}, {"gpu_hours", 1}});
        }) == "peak_flops");
  CHECK(refused_field([] {
          plans({{"peak_flops", 1e15}, {"mfu", 1.5}, {"flops", 1e21}});
        }) == "mfu");
  CHECK(refused_field([] { plans({{"peak_flops", 0}, {"flops", 1e21}}); }) == "peak_flops");
}

TEST_CASE("api plan: several days are several budgets", "[api][identity]") {
  const Json both = plans({{"gpus", 8}, {"days", {1, 3}}, {"gpu", "h200"}});
  REQUIRE(both.size() == 2);
  CHECK(both[0] == plans({{"gpus", 8}, {"days", 1}, {"gpu", "h200"}})[0]);
  CHECK(both[1] == plans({{"gpus", 24}, {"days", 1}, {"gpu", "h200"}})[0]);
  CHECK(refused_field([] { plans({{"gpus", 8}, {"gpu", "h200"}}); }) == "days");
  CHECK(refused_field([] { plans({{"days", {1, 2}}, {"gpu", "h200"}}); }) == "gpus");
}

TEST_CASE("api plan: one day is a number in the request as it always was", "[api][format]") {
  CHECK(to_json(request_for({{"gpus", 8}, {"days", "7"}}))["days"] == Json(7.0));
  CHECK(to_json(request_for({{"gpus", 8}, {"days", {7}}}))["days"] == Json(7.0));
  CHECK(to_json(request_for({{"gpus", 8}, {"days", {7, 14}}}))["days"] == Json({7.0, 14.0}));
}

TEST_CASE("api plan: epochs are said where tokens repeat", "[api][identity]") {
  const Json few = plans({{"flops", 1e22}, {"unique_tokens", "20B"}})[0];
  CHECK(few["epochs"].get<double>() == few["d_tokens"].get<double>() / 20e9);
  CHECK(few["epochs"] > 1.0);
  CHECK_FALSE(plans({{"flops", 1e22}, {"unique_tokens", "20T"}})[0].contains("epochs"));
  CHECK_FALSE(plans({{"flops", 1e22}})[0].contains("epochs"));
  // A law with a U of its own.
  const Json own = plans({{"law", "muennighoff2023"}, {"u", "25B"}, {"flops", 9.2e21}})[0];
  CHECK(own["epochs"].get<double>() == own["d_tokens"].get<double>() / 25e9);
}

TEST_CASE("api plan: training and serving share the budget", "[api][identity]") {
  // Sardana et al. 2023, arXiv 2401.00448, Eq. 2: 6 N D for training, 2 N X for serving X tokens.
  const Json plan = plans({{"flops", 1e22}, {"inference_tokens", "3T"}})[0];
  const double n = plan["n_active"], d = plan["d_tokens"];
  CHECK(plan["training_flops"].get<double>() == Approx(6 * n * d).epsilon(1e-9));
  CHECK(plan["serving_flops"].get<double>() == Approx(2 * n * 3e12).epsilon(1e-9));
  CHECK(plan["training_flops"].get<double>() + plan["serving_flops"].get<double>() ==
        Approx(1e22).epsilon(1e-12));
  CHECK_FALSE(plans({{"flops", 1e22}})[0].contains("serving_flops"));
}

TEST_CASE("api plan: the text says epochs and what serving takes", "[api][format]") {
  const api::PlanOutcome outcome = api::plan(
      request_for({{"flops", 1e22}, {"inference_tokens", "3T"}, {"unique_tokens", "20B"}}));
  const std::string text = text::plan(outcome);
  CHECK(text.find(" epochs of 20B unique tokens\n") != std::string::npos);
  CHECK(text.find("1e22: training takes ") != std::string::npos);
  CHECK(text.find(" FLOPs, serving 3T tokens ") != std::string::npos);
}

}  // namespace
}  // namespace isoflop::testing::plan_budgets_test

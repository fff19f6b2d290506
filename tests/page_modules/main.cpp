// Prints the outcome of a request to plan, as a page would be given it.
#include <iostream>
#include <nlohmann/json.hpp>

#include "isoflop/api/plan.hpp"
#include "isoflop/io/json_text.hpp"

int main() {
  using namespace isoflop;
  const auto request =
      nlohmann::ordered_json::parse(R"({"law": "krajewski2024-e64", "flops": "1e21"})");
  std::cout << json_text(to_json(api::plan(api::plan_request(request))));
}

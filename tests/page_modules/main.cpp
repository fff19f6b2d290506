// Prints the outcome of a request to plan, or with an argument that of one for a figure, as a page
// would be given it.
#include <iostream>
#include <nlohmann/json.hpp>

#include "isoflop/api/figure.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/io/json_text.hpp"

int main(int argc, char**) {
  using namespace isoflop;
  using Json = nlohmann::ordered_json;
  if (argc > 1) {
    const auto figure = api::figure(api::figure_request(
        Json::parse(R"({"kind": "frontier", "input": "krajewski2024-e64", "flops": "1e21"})")));
    if (!figure_svg(figure.figure).starts_with("<svg ")) return 1;
    std::cout << json_text(to_json(figure));
    return 0;
  }
  const auto request = Json::parse(R"({"law": "krajewski2024-e64", "flops": "1e21"})");
  std::cout << json_text(to_json(api::plan(api::plan_request(request))));
}

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "figure/pictured.hpp"
#include "program.hpp"

namespace isoflop::testing::figure_command_test {
namespace {

using Words = std::vector<std::string>;

/// A picture or a reason: what ends by a signal leaves neither.
bool was_answered(const Outcome& outcome) {
  return outcome.exit_code == 0 ? !outcome.out.empty()
                                : outcome.exit_code == 1 && !outcome.err.empty();
}

TEST_CASE("isoflop figure: without -o the SVG is printed, the same each time", "[cli][figure]") {
  const Workplace here;
  const Words words{"figure", "frontier", "krajewski2024-e64", "--flops", "1e21"};
  const Outcome first = here.isoflop(words);
  CHECK(first.exit_code == 0);
  CHECK(first.err.empty());
  CHECK(first.out.rfind("<svg ", 0) == 0);
  CHECK(xml_parts(first.out).fault == "");
  CHECK(here.isoflop(words).out == first.out);
}

TEST_CASE("isoflop figure: the ending of -o says what is written", "[cli][figure]") {
  const Workplace here;
  const auto draw = [&](const std::string& file) {
    return here.isoflop({"figure", "loss", "hoffmann2022", "-o", file});
  };
  for (const char* file : {"f.svg", "f.json", "f.vl.json", "f.csv"}) {
    CAPTURE(file);
    const Outcome outcome = draw(file);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out.empty());
  }
  CHECK(here.read("f.svg").rfind("<svg ", 0) == 0);
  CHECK(Json::parse(here.read("f.json"))["format"] == "isoflop.figure/1");
  CHECK(Json::parse(here.read("f.vl.json"))["$schema"] ==
        "https://vega.github.io/schema/vega-lite/v5.json");
  CHECK(here.read("f.csv").rfind("panel,series,", 0) == 0);
  // A figure is drawn again from its own file.
  CHECK(here.isoflop({"figure", "loss", "f.json"}).out == here.read("f.svg"));
  CHECK(here.shell("isoflop figure loss - < f.json").out == here.read("f.svg"));
  const Outcome refused = draw("f.png");
  CHECK(refused.exit_code == 2);
  CHECK(refused.err == "isoflop: -o f.png: write a .svg, .json, .vl.json or .csv\n");
  CHECK_FALSE(here.exists("f.png"));
}

TEST_CASE("isoflop figure: a kind that does not suit is refused in one line", "[cli][refusal]") {
  const Workplace here;
  const Outcome unknown = here.isoflop({"figure", "pie", "hoffmann2022"});
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.err, "there is no picture \"pie\"; there are: loss frontier"));
  CHECK(num_lines(unknown.err) == 1);
  const Outcome unsuited = here.isoflop({"figure", "profiles", "hoffmann2022"});
  CHECK(unsuited.exit_code == 2);
  CHECK(unsuited.err ==
        "isoflop: there is no picture profiles of hoffmann2022 (isoflop.law/2); "
        "there are: loss frontier residuals profile coefficients\n");
  const Outcome absent = here.isoflop({"figure", "loss", "no-such-law"});
  CHECK(absent.exit_code == 1);
  CHECK(num_lines(absent.err) == 1);
  const Outcome no_runs = here.isoflop({"figure", "residuals", "hoffmann2022"});
  CHECK(no_runs.exit_code == 1);
  CHECK(no_runs.err == "isoflop: hoffmann2022: holds no runs: it is no fit\n");
}

TEST_CASE("isoflop figure: a column named as markup stays a text", "[cli][figure]") {
  const Workplace here;
  here.write("runs.csv",
             "<script>,D,loss\n1e8,1e9,3.5\n2e8,2e9,3.3\n4e8,2e9,3.1\n8e8,4e9,2.9\n1e8,4e9,3.2\n"
             "2e8,8e9,3.0\n4e8,8e9,2.85\n8e8,1e9,3.2\n1.6e9,8e9,2.7\n1.6e9,1.6e10,2.6\n");
  const Outcome fit =
      here.isoflop({"fit", "runs.csv", "--law", "chinchilla", "--column", "n=<script>",
                    "--bootstrap", "0", "--starts", "20", "-o", "<script>.json"});
  REQUIRE(here.exists("<script>.json"));
  const Outcome outcome = here.isoflop({"figure", "residuals", "<script>.json"});
  CHECK(outcome.exit_code == 0);
  CHECK(xml_parts(outcome.out).fault == "");
  CHECK(outcome.out.find("<script") == std::string::npos);
  CHECK(fit.exit_code == 0);
}

TEST_CASE("isoflop figure: a cost table that ships is drawn by its name", "[cli][figure]") {
  const Workplace here;
  const Outcome named = here.isoflop({"figure", "price", "h200-modern"});
  CHECK(named.exit_code == 0);
  CHECK(named.out == here.isoflop({"figure", "price", "data/costs/h200-modern.json"}).out);
}

TEST_CASE("isoflop figure: numbers as large and small as a double can be are drawn or refused",
          "[cli][figure]") {
  const Workplace here;
  for (const char* flops : {"1e-300", "1e-200", "1e300"}) {
    CAPTURE(flops);
    const Outcome outcome = here.isoflop({"figure", "frontier", "hoffmann2022", "--flops", flops});
    CHECK(was_answered(outcome));
    CHECK(outcome.out.find("nan") == std::string::npos);
  }
  const Outcome without = here.isoflop(
      {"figure", "frontier", "krajewski2024-e64", "--flops", "1e5", "1e21", "-o", "f.json"});
  CHECK(without.exit_code == 0);
  const std::string figure = here.read("f.json");
  CHECK(contains(figure, "There is no plan for 100K FLOPs."));
  CHECK_FALSE(contains(figure, "nan "));
  CHECK_FALSE(contains(figure, "unknown"));
  REQUIRE(here.shell("isoflop plan krajewski2024-e64 --flops 1e20 1e21 --json | "
                     "sed 's/\"granularity\": 16.0/\"granularity\": 1e308/' > huge.json")
              .exit_code == 0);
  CHECK(was_answered(here.isoflop({"figure", "frontier", "huge.json"})));
}

TEST_CASE("isoflop figure: a law file whose runs or profile contradict themselves is refused",
          "[cli][refusal]") {
  const Workplace here;
  REQUIRE(
      here.isoflop({"fit", "data/simulated/hoffmann2022_sweep.csv", "--law", "chinchilla",
                    "--bootstrap", "0", "--starts", "20", "--profile", "-o", "law.json", "--quiet"})
          .exit_code <= 1);
  const auto with = [&](auto&& change) {
    Json law = Json::parse(here.read("law.json"));
    change(law);
    here.write("changed.json", law.dump());
  };
  const auto refused = [&](const char* kind, const std::string& words) {
    const Outcome outcome = here.isoflop({"figure", kind, "changed.json"});
    CAPTURE(kind, outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.err.find(words) != std::string::npos);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  };
  with([](Json& law) { law["runs"]["n"][3] = -1; });
  refused("frontier", "\"runs.n\": -1 is not > 0");
  refused("residuals", "\"runs.n\": -1 is not > 0");
  with([](Json& law) {
    law["runs"]["weight"] = std::vector<double>(law["runs"]["loss"].size(), 0.0);
  });
  refused("residuals", "no run of a weight above zero");
  with([](Json& law) { law["fit"]["profile"]["E"]["rises"] = Json::array(); });
  refused("profile", "as many rises as values");
  with([](Json& law) { law["fit"]["profile"]["E"]["values"][0] = 1e-308; });
  CHECK(was_answered(here.isoflop({"figure", "profile", "changed.json"})));
}

}  // namespace
}  // namespace isoflop::testing::figure_command_test

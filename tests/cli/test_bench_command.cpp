// isoflop bench, and the commands of isoflop-bench that need no GPU.
#include <filesystem>

#include "catch.hpp"
#include "program.hpp"
#include "skip.hpp"

namespace isoflop::testing::bench_command_test {
namespace {

TEST_CASE("isoflop bench: hands every word on and gives the exit code back", "[cli][bench]") {
  const Workplace here;
  const Outcome model = here.shell(
      "isoflop bench model --gpu h200 --tokens 4096 --d-model 512 --d-ff 2048 "
      "--expansion 8 --granularity 1,8 -o cost.json && isoflop bench show cost.json");
  CHECK(model.exit_code == 0);
  CHECK(model.err.empty());
  CHECK(contains(model.out, "roofline: a model, nothing was measured"));
  CHECK(contains(model.out, "the paper counts 14 everywhere"));

  const Outcome unknown = here.shell(
      "isoflop bench model --gpu h300 --tokens 4096 --d-model 512 --num-experts 8 "
      "--expert-width 64 --top-k 2");
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.err, "isoflop-bench: "));
  const Outcome help = here.shell("isoflop bench moe --help");
  CHECK(help.exit_code == 0);
  CHECK(contains(help.out, "isoflop-bench moe --tokens"));
}

TEST_CASE("isoflop bench: says how to get it where it is not installed", "[cli][refusal]") {
  const Workplace here;
  // A copy stands alone in its folder, and nothing else is on the PATH.
  const Outcome outcome = here.shell("cp " + quoted(ISOFLOP_PROGRAM) +
                                     " alone && PATH=/usr/bin:/bin ./alone bench show x.json");
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err ==
        "isoflop: isoflop-bench is not installed; it is built with isoflop (cmake --preset bench "
        "builds it alone)\n");
}

TEST_CASE("isoflop-bench show: its report is that of isoflop report", "[cli][report]") {
  const Workplace here;
  const Outcome shown = here.shell(
      "isoflop bench model --gpu h200 --tokens 4096 --d-model 512 --d-ff 2048 "
      "--expansion 8 --granularity 1,8 -o cost.json && isoflop bench show cost.json > show.txt && "
      "isoflop bench show cost.json --report cost.html && isoflop report cost.json -o same.html");
  CHECK(shown.exit_code == 0);
  CHECK(shown.err.empty());
  CHECK(contains(shown.out, here.read("show.txt")));
  CHECK(here.read("cost.html") == here.read("same.html"));
  CHECK(contains(here.read("cost.html"), "<figure>"));
  CHECK(here.shell("isoflop bench show cost.json --report -").exit_code == 2);
  const Outcome piped = here.shell("isoflop bench show - --report new.html < cost.json");
  CHECK(piped.exit_code == 2);
  CHECK(piped.err == "isoflop-bench: --report needs a table in a file\n");
  CHECK_FALSE(here.exists("new.html"));
}

TEST_CASE("isoflop-bench: commands that measure exit 1 with one line without a device",
          "[cli][refusal]") {
  const Workplace here;
  if (contains(here.shell("isoflop bench --version").out, "run: on a device")) {
    isoflop_test::skip("there is a device");
  }
  for (const char* words :
       {"peaks", "verify --d-model 64 --num-experts 8 --expert-width 64 --top-k 2",
        "moe --tokens 64 --d-model 64 --num-experts 8 --expert-width 64 --top-k 2",
        "sweep --preset quick -o cost.json"}) {
    CAPTURE(words);
    const Outcome outcome = here.shell("isoflop bench " + std::string(words));
    CHECK(outcome.exit_code == 1);
    CHECK(num_lines(outcome.err) == 1);
    CHECK_FALSE(here.exists("cost.json"));
  }
}

TEST_CASE("isoflop-bench: what the command line alone shows to be wrong exits 2",
          "[cli][refusal]") {
  const Workplace here;
  const std::string layer = "moe --tokens 64 --d-model 64 ";
  for (const std::string& words :
       {layer + "--num-experts 8 --expert-width 64 --top-k 2 --backend magic",
        layer + "--num-experts 8 --expert-width 60 --top-k 2",
        layer + "--num-experts 8 --expert-width 64 --top-k 9",
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --d-ff 128 --expansion 3",
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --regime warm",
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --pass up",
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --backend loop:gather",
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --backend loop --fuse all",
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --fuse some",
        std::string("sweep --preset quick --backend magic -o cost.json"),
        std::string("sweep --preset quick --fuse some -o cost.json"),
        layer + "--num-experts 8 --expert-width 64 --top-k 2 --routing zipf:x",
        std::string("sweep --preset slow -o cost.json"),
        std::string("sweep --preset quick --time-limit soon -o cost.json")}) {
    CAPTURE(words);
    const Outcome outcome = here.shell("isoflop bench " + words);
    CHECK(outcome.exit_code == 2);
    CHECK(num_lines(outcome.err) == 1);
  }
}

TEST_CASE("isoflop-bench: a routing file and a cut table each get one line", "[cli][refusal]") {
  const Workplace here;
  here.write("ids.txt", "0 1\n2 99\n");
  const Outcome routing = here.shell(
      "isoflop bench moe --tokens 2 --d-model 64 --num-experts 8 --expert-width 64 --top-k 2 "
      "--routing file:ids.txt --backend loop");
  CHECK(routing.exit_code == 1);
  CHECK(routing.err == "isoflop-bench: ids.txt:2: there is no expert 99; they are 0 to 7\n");

  const Outcome cut =
      here.shell("head -c 5000 data/costs/h200-paper.json > cut.json; isoflop bench show cut.json");
  CHECK(cut.exit_code == 1);
  CHECK(num_lines(cut.err) == 1);
  CHECK(contains(cut.err, "cut.json"));
}

TEST_CASE("isoflop-bench: every table that ships is shown and planned with", "[cli][identity]") {
  const Workplace here;
  for (const char* name : {"h200-modern", "h200-paper"}) {
    CAPTURE(name);
    const std::string path = "data/costs/" + std::string(name) + ".json";
    const Outcome shown = here.shell("isoflop bench show " + path + " --json");
    REQUIRE(shown.exit_code == 0);
    const Json json = Json::parse(shown.out);
    CHECK(json.at("source") == "measured");
    CHECK(json.at("gpu_name") == "NVIDIA H200");
    CHECK(json.at("c_r").size() > 5);
    CHECK(json.at("cost_models").size() > 5);
    const Outcome csv = here.shell("isoflop bench show " + path + " --csv");
    const std::size_t num_rows = Json::parse(bytes_of(here.path(path))).at("rows").size();
    CHECK(num_lines(csv.out) == num_rows + 1);
    const Outcome plan = here.isoflop({"plan", "krajewski2024-e64", "--gpu-hours", "1000",
                                       "--cost-table", path, "--micro-batch", "16384", "--json"});
    CHECK(plan.exit_code == 0);
    const Json planned = Json::parse(plan.out).at("plans").at(0);
    CHECK(planned.at("gpu_hours") == 1000.0);
    // Its width was not measured.
    CHECK(planned.at("extrapolates").back() == "time");
  }
  const Json headline =
      Json::parse(here.shell("isoflop bench show data/costs/h200-modern.json --json").out)
          .at("headline_c_r");
  CHECK(headline.at("experts").at("num_experts") == 512);
  CHECK(headline.at("interval").at(0).get<double>() > 14.0);
}

TEST_CASE("isoflop-bench: compare finds no difference of a table from itself", "[cli][identity]") {
  const Workplace here;
  const Outcome same = here.shell(
      "isoflop bench compare data/costs/h200-modern.json data/costs/h200-modern.json --json");
  REQUIRE(same.exit_code == 0);
  const Json rows = Json::parse(same.out).at("rows");
  CHECK(rows.size() > 50);
  for (const Json& row : rows) CHECK(row.at("ratio") == 1.0);
  const Outcome nothing = here.shell(
      "isoflop bench model --gpu h200 --tokens 64 --d-model 64 --num-experts 8 --expert-width 64 "
      "--top-k 2 -o other.json && isoflop bench compare data/costs/h200-modern.json other.json");
  CHECK(nothing.exit_code == 1);
  CHECK(num_lines(nothing.err) == 1);
}

}  // namespace
}  // namespace isoflop::testing::bench_command_test

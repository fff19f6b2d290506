// Reports: one HTML file that a person opens and a program reads.
#include <algorithm>
#include <cmath>
#include <string>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::report_command_test {
namespace {

const std::vector<std::string> kPlan{"--flops", "1e21", "--json"};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++out;
  return out;
}

/// Runs along hoffmann2022 with a little noise, in budgets of their own.
std::string sweep_csv(std::size_t num_runs) {
  std::string out = "N,D,loss\n";
  for (std::size_t i = 0; i < num_runs; ++i) {
    const double n = 5e7 * std::pow(1.6, static_cast<double>(i % 8));
    const double d = 1e9 * std::pow(1.7, static_cast<double>(i / 8 % 7)) * (1.0 + 1e-6 * double(i));
    const double noise = 0.003 * std::sin(12.9898 * static_cast<double>(i));
    const double loss = (1.69 + 406.4 / std::pow(n, 0.34) + 410.7 / std::pow(d, 0.28));
    out += std::to_string(n) + "," + std::to_string(d) + "," +
           std::to_string(loss * std::exp(noise)) + "\n";
  }
  return out;
}

Outcome fit(const Workplace& here, const std::vector<std::string>& more) {
  std::vector<std::string> words{"fit",      "runs.csv", "--law",       "chinchilla",
                                 "--starts", "100",      "--bootstrap", "50"};
  words.insert(words.end(), more.begin(), more.end());
  return here.isoflop(words);
}

TEST_CASE("isoflop report: seven coefficients with a thousand draws can still be mailed",
          "[cli][report]") {
  const Workplace here;
  REQUIRE(here.fit_simulated(
                  {"--n-means", "total_non_embedding", "--expansion", "64", "--report", "big.html"})
              .exit_code == 0);
  CHECK(here.read("big.html").size() < 500'000);
}

TEST_CASE("isoflop report: a fit's report is its law file", "[cli][report]") {
  const Workplace here;
  here.write("runs.csv", sweep_csv(56));
  const Outcome printed = fit(here, {"-o", "law.json", "--report", "law.html"});
  CHECK(printed.exit_code == 0);
  CHECK(printed.out.ends_with("\nlaw file: law.json\n\nreport: law.html\n"));

  const std::string page = here.read("law.html");
  CHECK(page.starts_with("<!doctype html>\n"));
  CHECK(page.size() < 500'000);
  CHECK(page.find("The fit is certified") != page.npos);
  CHECK(count(page, "<figure>") == 5);  // loss, frontier, residuals, profile, coefficients
  CHECK(page.find("verdict       certified") != page.npos);
  CHECK(page.find("isoflop fit runs.csv --law chinchilla") != page.npos);
  CHECK(page.find("sha256") != page.npos);
  // Nothing from outside, and no script that runs.
  CHECK(count(page, "http") == count(page, "http://www.w3.org/2000/svg"));
  CHECK(count(page, "<script") == 1);
  CHECK(page.find("<script type=\"application/json\" id=\"isoflop\">") != page.npos);

  auto plan = [&](const std::string& law) {
    const Outcome outcome = here.isoflop({"plan", law, "--flops", "1e21", "--json"});
    CHECK(outcome.exit_code == 0);
    return Json::parse(outcome.out)["plans"];
  };
  CHECK(plan("law.html") == plan("law.json"));
  // Made again from the report, but for the text of the fit, which needs the runs.
  const Outcome again = here.isoflop({"report", "law.html"});
  CHECK(again.exit_code == 0);
  CHECK(count(again.out, "<figure>") == 5);
  CHECK(fit(here, {"--json", "--report", "same.html"}).out == here.read("law.json"));
  CHECK(here.read("same.html") == page);
}

TEST_CASE("isoflop report: of a plan, of a law by its name, and of what was piped in",
          "[cli][report]") {
  const Workplace here;
  CHECK(here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--report", "plan.html"})
            .exit_code == 0);
  const std::string page = here.read("plan.html");
  CHECK(page.find("at 1e21 FLOPs 2.48B active parameters on 61.9B tokens at G = 16") != page.npos);
  here.write("plan.json",
             here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--json"}).out);
  const Outcome piped = here.isoflop({"report", "plan.json", "-o", "again.html"});
  CHECK(piped.err.empty());
  CHECK(here.read("again.html") == page);
  CHECK(here.isoflop({"report", "krajewski2024-e64"}).out.find("<svg") != page.npos);
  // A plan whose law has gone keeps its pictures and says what is missing.
  Json gone = Json::parse(here.read("plan.json"));
  gone["request"]["law"] = "gone.json";
  here.write("gone.json.plan", gone.dump());
  const Outcome without = here.isoflop({"report", "gone.json.plan"});
  CHECK(without.exit_code == 0);
  CHECK(without.err.find("does not come out again") != without.err.npos);
  CHECK(without.out.find("<pre") == without.out.npos);
}

TEST_CASE("isoflop report: the command that it names gives the outcome again", "[cli][report]") {
  const Workplace here;
  here.write("runs.csv", sweep_csv(56));
  const std::string budgets = " --flops 1e18 3e18 --granularity 8 --noise 0.3 --simulations 50";
  for (const std::string& asked :
       {std::string("fit runs.csv --law chinchilla --where 'N>=6e7' --starts 50 --bootstrap 20"),
        std::string("plan krajewski2024-e64 --gpu-hours 10000 --cost-table h200-modern "
                    "--micro-batch 16384"),
        std::string("frontier krajewski2024-e64 --from 1e20 --to 1e22 --points 3"),
        std::string("granularity krajewski2024-e64 --n-active 7.08M --d 66B"),
        std::string("profiles data/simulated/hoffmann2022_sweep.csv --flops 1e21 --bootstrap 20"),
        "sweep krajewski2024-e64" + budgets,
        std::string("backtest runs.csv --law chinchilla --hold-out d:20%"),
        std::string("sensitivity runs.csv --law chinchilla --flops 1e21 --starts 20")}) {
    CAPTURE(asked);
    const Outcome first = here.shell("isoflop " + asked + " --json --report r.html");
    REQUIRE(first.exit_code == 0);
    const std::string page = here.read("r.html"), begin = "<code>";
    const std::size_t from = page.find(begin) + begin.size();
    std::string command = page.substr(from, page.find("</code>", from) - from);
    for (const auto& [escaped, plain] :
         {std::pair{"&gt;", ">"}, std::pair{"&#39;", "'"}, std::pair{"&amp;", "&"}}) {
      for (std::size_t at; (at = command.find(escaped)) != command.npos;) {
        command.replace(at, std::string(escaped).size(), plain);
      }
    }
    CAPTURE(command);
    CHECK(here.shell(command + " --json").out == first.out);
  }
}

TEST_CASE("isoflop report: what files say is text", "[cli][report]") {
  const Workplace here;
  const std::string evil = "<script>alert(1)<script>&.json";
  here.write(evil, here.isoflop({"laws", "hoffmann2022", "--json"}).out);
  CHECK(here.isoflop({"plan", evil, "--flops", "1e21", "--report", "r.html"}).exit_code == 0);
  const std::string page = here.read("r.html");
  CHECK(page.find("alert(1)<") == page.npos);
  CHECK(page.find("&lt;script&gt;alert(1)") != page.npos);
  CHECK(count(page, "<script") == 1);
  CHECK(count(page, "</script") == 1);
  const Outcome again = here.isoflop({"report", "r.html"});
  CHECK(count(again.out, "<script") == 1);
}

TEST_CASE("isoflop report: many runs are mailed as well", "[cli][report]") {
  const Workplace here;
  here.write("runs.csv", sweep_csv(1'900));
  CHECK(fit(here, {"--report", "law.html"}).exit_code == 0);
  CHECK(here.read("law.html").size() < 700'000);
}

TEST_CASE("isoflop report: refusals", "[cli][report]") {
  const Workplace here;
  auto refused = [&](const std::vector<std::string>& words, int code, const std::string& text) {
    const Outcome outcome = here.isoflop(words);
    CHECK(outcome.exit_code == code);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, text));
  };
  refused({"report"}, 2, "name a law");
  refused({"report", "nonsense"}, 1, "nonsense");
  here.write("empty.json", "{}");
  refused({"report", "empty.json"}, 1, "it has no \"format\"");
  const std::string fault = here.isoflop({"report", "empty.json"}).err;
  CHECK(std::count(fault.begin(), fault.end(), '\n') == 1);
  here.write("inputs.json",
             R"({"request": {"verb": "laws"}, "inputs": "x", "format": "isoflop.laws/1"})");
  refused({"rerun", "inputs.json"}, 1, "has \"inputs\" that are no list of files");
  here.write("cut.html", "<!doctype html>\n<html>");
  refused({"report", "cut.html"}, 1, "is no report of isoflop, or not all of one");
  refused({"plan", "cut.html", "--flops", "1e21"}, 1, "is no report of isoflop");
  refused({"plan", "hoffmann2022", "--flops", "1e21", "--report", "-"}, 2, "--report names a file");
  refused({"plan", "hoffmann2022", "--flops", "1e21", "--report", "no/such/f.html"}, 1, "no/such");
}

}  // namespace
}  // namespace isoflop::testing::report_command_test

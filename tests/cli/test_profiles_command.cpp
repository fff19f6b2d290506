#include <cmath>

#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::profiles_command_test {
namespace {

const std::string kSweep = "data/simulated/hoffmann2022_sweep.csv";

/// Exit code, and one line on stderr that holds the part.
void check_refused(const Outcome& outcome, int exit_code, const std::string& part) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == exit_code);
  CHECK(outcome.out.empty());
  CHECK(num_lines(outcome.err) == 1);
  CHECK(contains(outcome.err, part));
}

TEST_CASE("isoflop profiles: a published table in Markdown gives the published minimum",
          "[cli][published]") {
  // marin-community/marin, issue 8003.
  const Workplace here;
  here.write("sweep.md",
             "| budget | tokens | loss |\n|---|---|---|\n| 1e18 | 5.77e9 | 3.399 |\n"
             "| 1e+18 | 2.33e9 | **3.364** |\n| 1e18 | 9.23e8 | 3.456 |\n");
  const Outcome found =
      here.isoflop({"profiles", "sweep.md", "--budget", "budget", "--axis", "d", "--json"});
  REQUIRE(found.exit_code == 0);
  const Json vertex = Json::parse(found.out)["budgets"][0]["profiles"][0]["vertex"];
  CHECK(vertex["size"].get<double>() == Approx(2.837e9).margin(5e5));
  CHECK(vertex["loss"].get<double>() == Approx(3.3611).margin(5e-5));
  CHECK(vertex["n"].get<double>() * vertex["d"].get<double>() * 6.0 == Approx(1e18).epsilon(1e-9));
}

TEST_CASE("isoflop profiles: widths stand for sizes", "[cli][format]") {
  const Workplace here;
  here.write("sweep.csv",
             "C,width,loss\n1e18,d512,3.42\n1e18,d768,3.36\n1e18,d1024,3.40\n"
             "1e19,d768,3.05\n1e19,d1024,3.00\n1e19,d1536,3.06\n");
  const Outcome found = here.isoflop(
      {"profiles", "sweep.csv", "--budget", "C", "--axis", "width", "--flops", "1e20", "--json"});
  REQUIRE(found.exit_code == 0);
  const Json json = Json::parse(found.out);
  CHECK(json["axis"] == "width");
  CHECK(json["at"][0]["measured"]["size"].get<double>() > 1100.0);
  CHECK(json["at"][0]["measured"]["n"].is_null());
  CHECK(json["laws"]["size"]["exponent_interval"].is_null());
  CHECK(contains(json["no_law"].get<std::string>(), "N and D"));
}

/// The design of Porian et al. 2024 (arXiv 2406.19146) in small: models with an embedding and a
/// head whose share falls with size, one law of all parameters, and budgets counted in two ways.
struct Design {
  static double head(double n_body) { return 2.0 * 50304.0 * std::cbrt(n_body * 64.0 / 12.0); }
  static double loss(double n_all, double d) {
    return 1.69 + 406.4 * std::pow(n_all, -0.34) + 410.7 * std::pow(d, -0.28);
  }
  /// The size with the lowest loss of a budget that counts the head or not, by golden section.
  static double optimum(double flops, bool with_head) {
    auto at = [&](double log_n) {
      const double n = std::exp(log_n), all = n + head(n);
      return loss(all, flops / 6.0 / (with_head ? all : n));
    };
    double low = std::log(1e5), high = std::log(1e12);
    for (int i = 0; i < 200; ++i) {
      const double a = low + 0.382 * (high - low), b = low + 0.618 * (high - low);
      (at(a) < at(b) ? high : low) = at(a) < at(b) ? b : a;
    }
    return std::exp(0.5 * (low + high));
  }
  static std::string table(bool with_head) {
    std::string out = "N,head,D,loss\n";
    for (int k = 0; k < 6; ++k) {
      const double flops = 1e17 * std::pow(4.0, k), best = optimum(flops, with_head);
      for (int i = -3; i <= 3; ++i) {
        const double n = best * std::exp2(0.25 * i), all = n + head(n);
        const double d = flops / 6.0 / (with_head ? all : n);
        char row[128];
        std::snprintf(row, sizeof row, "%.9g,%.9g,%.9g,%.12g\n", n, head(n), d, loss(all, d));
        out += row;
      }
    }
    return out;
  }
  /// d ln N* / d ln C over the same budgets by least squares.
  static double exponent(bool with_head) {
    double sum = 0.0, squares = 0.0;
    for (int k = 0; k < 6; ++k) {
      const double x = (k - 2.5) * std::log(4.0);
      sum += x * std::log(optimum(1e17 * std::pow(4.0, k), with_head)), squares += x * x;
    }
    return sum / squares;
  }
};

TEST_CASE("isoflop profiles: exponents follow the accounting of FLOPs", "[cli][recovery]") {
  const Workplace here;
  double found[2];
  for (const bool with_head : {false, true}) {
    CAPTURE(with_head);
    here.write("runs.csv", Design::table(with_head));
    const Outcome out =
        here.isoflop({"profiles", "runs.csv", "--cost", with_head ? "6*(N+head)*D" : "6nd",
                      "--approach-3", "no", "--bootstrap", "0", "--json"});
    REQUIRE(out.exit_code == 0);
    const Json json = Json::parse(out.out);
    CHECK(json["budgets"].size() == 6);
    found[with_head ? 1 : 0] = json["laws"]["size"]["exponent"].get<double>();
    // Narrow grids: the parabola shifts every vertex by nearly the same.
    CHECK(found[with_head ? 1 : 0] == Approx(Design::exponent(with_head)).margin(2e-3));
  }
  // Leaving the head out of the count makes larger models look better with the budget.
  CHECK(found[0] - found[1] > 0.02);
}

TEST_CASE("isoflop profiles: plan and predict read its law", "[cli][identity]") {
  const Workplace here;
  const Outcome found = here.isoflop({"profiles", kSweep, "--flops", "1e21", "--bootstrap", "100",
                                      "--approach-3", "no", "-o", "law.json", "--json"});
  REQUIRE(found.exit_code == 0);
  const Json said = Json::parse(found.out)["at"][0]["measured"];
  CHECK(Json::parse(here.read("law.json"))["definition"]["name"] == "profiles");
  const Outcome plan = here.isoflop({"plan", "law.json", "--flops", "1e21", "--json"});
  CHECK(plan.exit_code == 0);
  const Json planned = Json::parse(plan.out)["plans"][0];
  CHECK(planned["n_active"].get<double>() == Approx(said["n"].get<double>()).epsilon(1e-6));
  CHECK(planned["d_tokens"].get<double>() == Approx(said["d"].get<double>()).epsilon(1e-6));
  CHECK(planned["loss"].get<double>() == Approx(said["loss"].get<double>()).epsilon(1e-9));
  const Outcome predict =
      here.isoflop({"predict", "law.json", "--n", std::to_string(said["n"].get<double>()), "--d",
                    std::to_string(said["d"].get<double>()), "--json"});
  CHECK(Json::parse(predict.out)["loss"].get<double>() ==
        Approx(said["loss"].get<double>()).epsilon(1e-6));
}

TEST_CASE("isoflop profiles: what it cannot say is refused in one line", "[cli][refusal]") {
  const Workplace here;
  check_refused(here.isoflop({"profiles", kSweep, "--where", "budget=1e18", "--flops", "1e21"}), 2,
                "a power law needs vertices at two budgets or more, and there is one of 1 budget");
  check_refused(here.isoflop({"profiles", kSweep, "--where", "N<3e7"}), 2, "three different sizes");
  here.write("wrong.csv",
             "budget,N,D,loss\n1e18,1e8,1.7e9,3.5\n1e18,2e8,8e8,3.4\n1e18,4e8,9e8,3.5\n");
  check_refused(here.isoflop({"profiles", "wrong.csv", "--budget", "budget"}), 1,
                "wrong.csv:4: the budget 1e18 of column \"budget\" contradicts 6 N D = 2.16e18 by "
                "more than the tolerance of 10 %");
  CHECK(here.isoflop({"profiles", "wrong.csv", "--budget", "budget", "--tolerance", "0.9"})
            .exit_code != 2);
  check_refused(here.isoflop({"profiles", kSweep, "--where", "budget=1e18", "-o", "law.json"}), 2,
                "no law file: a law of profiles needs vertices at two budgets or more");
  check_refused(here.isoflop({"profiles", kSweep, "--axis", "width"}), 1, "width");
  check_refused(here.isoflop({"profiles", kSweep, "--budget", "flop"}), 1, "flop");
  CHECK(here.files() == std::vector<std::string>{"wrong.csv"});
}

TEST_CASE("isoflop profiles: one budget shows its vertex and says why there is no power law",
          "[cli][format]") {
  const Outcome one =
      Workplace().isoflop({"profiles", kSweep, "--where", "budget=1e18", "--bootstrap", "10"});
  CHECK(one.exit_code == 0);
  CHECK(contains(one.out, "No power law: it needs vertices at two budgets or more"));
  CHECK(contains(one.out, "No Approach 3"));
}

TEST_CASE("isoflop profiles: a granularity sweep gives the best G beside the law of G",
          "[cli][recovery]") {
  // Losses of krajewski2024-e64 without noise, FLOPs as the paper counts them.
  const Workplace here;
  std::string table = "N,D,G,loss\n";
  const Outcome plan = here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e20", "1e21",
                                     "--granularity", "continuous", "--json"});
  REQUIRE(plan.exit_code == 0);
  const double k = 64.0, width = 64.0;
  const Json asked = Json::parse(plan.out)["plans"];
  for (const Json& p : asked) {
    for (const double g : {2.0, 4.0, 8.0, 16.0, 32.0}) {
      for (int i = -2; i <= 2; ++i) {
        const double active = p["n_active"].get<double>() * std::exp2(0.5 * i);
        const double d_model = std::cbrt(active * width / 12.0), blocks = d_model / width;
        const double per_token = 6.0 * active + 14.0 * d_model * k * g * blocks;
        const double total = active * (8.0 * k + 4.0) / 12.0;
        const double d = p["budget_flops"].get<double>() / per_token;
        const Outcome predict =
            here.isoflop({"predict", "krajewski2024-e64", "--n", std::to_string(total), "--d",
                          std::to_string(d), "--g", std::to_string(g), "--json"});
        REQUIRE(predict.exit_code == 0);
        char row[160];
        std::snprintf(row, sizeof row, "%.12g,%.12g,%g,%.12g\n", total, d, g,
                      Json::parse(predict.out)["loss"].get<double>());
        table += row;
      }
    }
  }
  here.write("runs.csv", table);
  const Outcome out =
      here.isoflop({"profiles", "runs.csv", "--by", "g", "--cost", "paper", "--n-means",
                    "total_non_embedding", "--expansion", "64", "--bootstrap", "20", "--json"});
  INFO(out.err);
  REQUIRE(out.exit_code == 0);
  const Json json = Json::parse(out.out);
  const Json plans = Json::parse(plan.out)["plans"];
  REQUIRE(json["fine_grained_moe"].size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const double truth = plans[i]["granularity"].get<double>();
    // A parabola in ln G over four octaves is coarse; the law fitted to the runs is the law.
    CHECK(std::abs(std::log(json["budgets"][i]["answer"]["by"].get<double>() / truth)) < 0.4);
    CHECK(json["fine_grained_moe"][i]["granularity"].get<double>() == Approx(truth).epsilon(2e-2));
  }
}

}  // namespace
}  // namespace isoflop::testing::profiles_command_test

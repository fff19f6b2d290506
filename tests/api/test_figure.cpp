#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "figure/pictured.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/api/call.hpp"
#include "isoflop/api/figure.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/api/frontier.hpp"
#include "isoflop/api/granularity.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/api/shape.hpp"
#include "isoflop/figure/figure_json.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/call.hpp"
#include "isoflop/text/fit.hpp"

namespace isoflop::testing::figure_test {
namespace {

/// A quick fit of the simulated runs, with draws.
const api::FitOutcome& small_fit() {
  static const api::FitOutcome out = [] {
    api::FitRequest request;
    request.runs.file = kSimulatedRuns;
    request.runs.column_map = {{"loss", "loss_simulated"}};
    request.law = "fine-grained-moe";
    request.conventions.n_means = "total_non_embedding";
    request.conventions.experts.expansion = 64.0;
    request.fit.starts = 30;
    request.bootstrap = 60;
    return api::fit(request);
  }();
  return out;
}

Json law_json() { return to_json(small_fit()); }

api::FigureRequest asked(const std::string& kind, const Json& document) {
  api::FigureRequest out;
  out.kind = kind;
  out.document = document.dump();
  return out;
}

Figure drawn(const std::string& kind, const Json& document) {
  return api::figure(asked(kind, document)).figure;
}

const Series& series_of(const Panel& panel, Mark mark, Role role) {
  const auto found = std::find_if(panel.series.begin(), panel.series.end(), [&](const Series& s) {
    return s.mark == mark && s.role == role;
  });
  REQUIRE(found != panel.series.end());
  return *found;
}

Json profiles_json() {
  api::ProfilesRequest request;
  request.runs.file = ISOFLOP_SOURCE_DIR "/data/simulated/hoffmann2022_sweep.csv";
  request.bootstrap = 50;
  request.flops = {1e22};
  return to_json(api::profiles(request));
}

Json plan_json() {
  api::PlanRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.budget.flops = {1e21};
  return to_json(api::plan(request));
}

Json granularity_json() {
  api::GranularityRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.n_active = 7.08e6;
  request.d = 66e9;
  return to_json(api::granularity(request));
}

Json backtest_json() {
  api::BacktestRequest request;
  request.runs.file = kSimulatedRuns;
  request.runs.column_map = {{"loss", "loss_simulated"}};
  request.laws = {"fine-grained-moe", "chinchilla"};
  request.fit.starts = 20;
  return to_json(api::backtest(request));
}

Json shape_json() {
  api::ShapeRequest request;
  request.file = ISOFLOP_SOURCE_DIR "/data/shapes/olmoe-1b-7b.json";
  return to_json(api::shape(request));
}

TEST_CASE("api figure: every picture is well-formed with its texts apart and reads back",
          "[api][figure]") {
  std::vector<std::pair<std::string, Json>> all;
  for (const char* kind : {"loss", "frontier", "residuals", "profile", "coefficients"})
    all.emplace_back(kind, law_json());
  all.emplace_back("frontier", plan_json());
  all.emplace_back("granularity", plan_json());
  all.emplace_back("granularity", granularity_json());
  all.emplace_back("profiles", profiles_json());
  all.emplace_back("backtest", backtest_json());
  all.emplace_back("memory", shape_json());
  all.emplace_back("price",
                   Json::parse(bytes_of(ISOFLOP_SOURCE_DIR "/data/costs/h200-modern.json")));
  std::vector<std::string> drawn_kinds;
  for (const auto& [kind, document] : all) {
    CAPTURE(kind);
    const Figure figure = drawn(kind, document);
    CHECK(figure.kind == kind);
    const std::string svg = figure_svg(figure);
    const XmlParts parts = xml_parts(svg);
    CHECK(parts.fault == "");
    CHECK(crowded(parts) == "");
    CHECK(svg.size() < 200'000);
    const Json json = figure_to_json(figure);
    CHECK(figure_svg(figure_from_json(json, "again")) == svg);
    CHECK_FALSE(figure.description.empty());
    drawn_kinds.push_back(kind);
  }
  for (const api::FigureKind& kind : api::figure_kinds()) {
    CAPTURE(std::string(kind.name));
    CHECK(std::find(drawn_kinds.begin(), drawn_kinds.end(), kind.name) != drawn_kinds.end());
  }
}

TEST_CASE("api figure: the curves of loss are what predict says", "[api][figure][identity]") {
  const Figure figure = drawn("loss", law_json());
  REQUIRE(figure.panels.size() == 2);
  const Panel& over_size = figure.panels[1];
  const Series& curve = series_of(over_size, Mark::kLine, Role::kLaw);
  const Panel& over_compute = figure.panels[0];
  const Series& runs = series_of(over_compute, Mark::kPoints, Role::kData);
  CHECK(runs.x.size() + series_of(over_compute, Mark::kPoints, Role::kOtherData).x.size() ==
        small_fit().runs.num_runs());
  // The curve of one size passes through the budget of a run of that size at what predict says.
  const double n = over_compute.series[0].shade[0];
  api::PredictRequest request;
  request.law.law = "small";
  request.values[index_of(Variable::kN)] = n;
  // D from the FLOPs of a run of this N and the same G, of which FLOPs per token are the same.
  const RunTable& table = small_fit().runs;
  const double held_g = 2.0;
  CHECK(figure.description.find("G = 2") != std::string::npos);
  request.values[index_of(Variable::kG)] = held_g;
  bool compared = false;
  for (std::size_t i = 0; i < table.num_runs(); ++i) {
    if (table.column(Variable::kN)[i] != n || table.column(Variable::kG)[i] != held_g) continue;
    const auto place = std::find(runs.y.begin(), runs.y.end(), table.loss[i]);
    REQUIRE(place != runs.y.end());
    const double flops_per_token =
        runs.x[static_cast<std::size_t>(place - runs.y.begin())] / table.column(Variable::kD)[i];
    const Series& of_size = over_compute.series[0];
    request.values[index_of(Variable::kD)] = of_size.x[3] / flops_per_token;
    // To the rounding of FLOPs per token through a quotient.
    CHECK(of_size.y[3] == Approx(api::predict_from(small_fit().law, request).value).epsilon(1e-12));
    compared = true;
    break;
  }
  CHECK(compared);
  CHECK(curve.shade.size() == 1);
}

TEST_CASE("api figure: residuals are ln of the loss over what predict says",
          "[api][figure][identity]") {
  const Figure figure = drawn("residuals", law_json());
  CHECK(figure.panels.size() == 4);  // the prediction, N, D and G
  const Series& points = series_of(figure.panels[0], Mark::kPoints, Role::kData);
  const RunTable& table = small_fit().runs;
  REQUIRE(points.x.size() == table.num_runs());
  for (const std::size_t i : {std::size_t{0}, std::size_t{17}, std::size_t{40}}) {
    api::PredictRequest request;
    request.law.law = "small";
    for (const Variable v : {Variable::kN, Variable::kD, Variable::kG})
      request.values[index_of(v)] = table.column(v)[i];
    const double said = api::predict_from(small_fit().law, request).value;
    CHECK(points.x[i] == Approx(said).epsilon(1e-14));
    CHECK(points.y[i] == Approx(100.0 * std::log(table.loss[i] / said)).epsilon(1e-9));
    CHECK(points.names[i].find("line " + std::to_string(table.line[i]) + ": ") == 0);
  }
  const Series& spread = series_of(figure.panels[0], Mark::kRule, Role::kReference);
  CHECK(spread.y[1] == Approx(100.0 * small_fit().report.rmse_log).epsilon(1e-9));
}

TEST_CASE("api figure: the frontier of a frontier is its plans, and its G changes at its switches",
          "[api][figure][identity]") {
  api::FrontierRequest request;
  request.planner.law.law = "krajewski2024-e64";
  request.from = 1e18;
  request.to = 1e24;
  request.points = 9;
  const api::FrontierOutcome outcome = api::frontier(request);
  const Figure figure = drawn("frontier", to_json(outcome));
  REQUIRE(figure.panels.size() == 3);
  const Series& size = series_of(figure.panels[0], Mark::kLine, Role::kLaw);
  const Series& tokens = series_of(figure.panels[1], Mark::kLine, Role::kLaw);
  REQUIRE(size.x.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(size.x[i] == outcome.curve.plans[i].budget);
    CHECK(size.y[i] == outcome.curve.plans[i].n_active);
    CHECK(tokens.y[i] == outcome.curve.plans[i].d_tokens);
  }
  const Series& steps = series_of(figure.panels[2], Mark::kSteps, Role::kLaw);
  REQUIRE(steps.x.size() == outcome.curve.switches.size() + 2);
  CHECK(steps.x[1] == outcome.curve.switches[0].from_budget);
  CHECK(steps.y[1] == outcome.curve.switches[0].granularity);
}

TEST_CASE("api figure: a plan is marked on its frontier where it lies", "[api][figure][identity]") {
  const Json plan = plan_json();
  const Figure figure = drawn("frontier", plan);
  const Series& star = series_of(figure.panels[0], Mark::kStars, Role::kTarget);
  CHECK(star.x == std::vector<double>{1e21});
  CHECK(star.y[0] == plan["plans"][0]["n_active"].get<double>());
  // The same as of the law with that budget.
  api::FigureRequest request;
  request.kind = "frontier";
  request.input = "krajewski2024-e64";
  request.flops = {1e21};
  const Figure of_law = api::figure(request).figure;
  CHECK(series_of(of_law.panels[0], Mark::kStars, Role::kTarget).y == star.y);
  CHECK(series_of(of_law.panels[0], Mark::kLine, Role::kLaw).y ==
        series_of(figure.panels[0], Mark::kLine, Role::kLaw).y);
}

TEST_CASE("api figure: runs on a frontier lie at what they cost", "[api][figure][identity]") {
  api::FigureRequest request = asked("frontier", law_json());
  request.from = 1e18;
  request.to = 1e20;
  const Figure figure = api::figure(request).figure;
  const Series& runs = series_of(figure.panels[0], Mark::kPoints, Role::kData);
  REQUIRE(runs.x.size() == small_fit().runs.num_runs());
  REQUIRE(figure.panels[0].covered_x);
  CHECK(figure.panels[0].covered_x->second == *std::max_element(runs.x.begin(), runs.x.end()));
  // The paper's FLOPs of a run: 6 N_active D and the router's (d E G 14) D n_blocks with
  // n_blocks = d / 64 and N_active = 12 d^3 / 64.
  const RunTable& table = small_fit().runs;
  const double n = runs.y[5], g = table.column(Variable::kG)[5], d = table.column(Variable::kD)[5];
  const double width = std::cbrt(n * 64.0 / 12.0);
  CHECK(runs.x[5] == Approx(d * (6.0 * n + width * 64.0 * g * 14.0 * width / 64.0)).epsilon(1e-9));
}

TEST_CASE("api figure: parabolas have the vertices and the runs of the profiles",
          "[api][figure][identity]") {
  const Json json = profiles_json();
  const Figure figure = drawn("profiles", json);
  REQUIRE(figure.panels.size() == 2);
  const Series& vertices = series_of(figure.panels[0], Mark::kPoints, Role::kVertex);
  std::size_t runs = 0;
  for (const Series& s : figure.panels[0].series) runs += s.role == Role::kData ? s.x.size() : 0;
  CHECK(runs == json["num_runs"].get<std::size_t>());
  REQUIRE(vertices.x.size() == json["budgets"].size());
  for (std::size_t k = 0; k < vertices.x.size(); ++k) {
    const Json& vertex = json["budgets"][k]["profiles"][0]["vertex"];
    CHECK(vertices.x[k] == vertex["size"].get<double>());
    CHECK(vertices.y[k] == vertex["loss"].get<double>());
    // A parabola's lowest drawn point is no lower, and near.
    const std::vector<double>& y = figure.panels[0].series[k].y;
    const double lowest = *std::min_element(y.begin(), y.end());
    CHECK(lowest >= vertices.y[k] - 1e-12);
    CHECK(lowest <= vertices.y[k] + 1e-3);
  }
  const Series& star = series_of(figure.panels[1], Mark::kStars, Role::kTarget);
  CHECK(star.y[0] == json["at"][0]["corrected"]["size"].get<double>());
}

TEST_CASE("api figure: the pair plot holds every draw, and its words and the report count the same",
          "[api][figure][identity]") {
  const Figure figure = drawn("coefficients", law_json());
  CHECK(figure.panels.size() == 28);  // seven coefficients and their pairs
  for (const Panel& panel : figure.panels) {
    const Series& s = panel.series[0];
    double sum = 0.0;
    for (const double x : s.mark == Mark::kHeat ? s.values : s.y) sum += x;
    CHECK(sum == 60.0);
  }
  const auto& draws = small_fit().law.draws.bootstrap;
  const auto floored =
      std::count_if(draws.begin(), draws.end(), [](const auto& draw) { return draw[6] == 0.001; });
  REQUIRE(floored > 1);
  const std::string clause = std::to_string(floored) + " of 60 draws sit at c's floor";
  CHECK(figure.description.find(clause) != std::string::npos);
  CHECK(text::fit(small_fit(), false).find(clause) != std::string::npos);
}

TEST_CASE("api figure: profiles of coefficients rise to what is tolerated at the interval's ends",
          "[api][figure][identity]") {
  const Json json = law_json();
  const Figure figure = drawn("profile", json);
  CHECK(figure.panels.size() == 7);
  for (const Panel& panel : figure.panels) {
    CAPTURE(panel.title);
    const Series& places = series_of(panel, Mark::kPoints, Role::kDraws);
    const Series& curve = series_of(panel, Mark::kLine, Role::kLaw);
    const double estimate = json["coefficients"][panel.title].get<double>();
    const auto rise_at = [&](double x) {
      const auto at = std::find_if(places.x.begin(), places.x.end(), [&](double place) {
        return std::abs(place - x) <= 1e-9 * std::abs(x);
      });
      REQUIRE(at != places.x.end());
      return places.y[static_cast<std::size_t>(at - places.x.begin())];
    };
    CHECK(rise_at(estimate) == 0.0);
    CHECK(*std::min_element(places.y.begin(), places.y.end()) > -1e-9);
    CHECK(*std::min_element(curve.y.begin(), curve.y.end()) >= 0.0);
    const Json& profile = json["fit"]["profile"][panel.title];
    for (const bool high : {false, true}) {
      if (profile[high ? "high_at_bound" : "low_at_bound"].get<bool>()) continue;
      CHECK(rise_at(profile["interval"][high ? 1 : 0].get<double>()) == Approx(1.0).epsilon(2e-3));
    }
  }
}

TEST_CASE(
    "api figure: granularity has the plan at its lowest and the share of draws that choose it",
    "[api][figure][identity]") {
  api::PlanRequest request;
  const Workplace here;
  here.write("law.json", json_text(law_json()));
  request.planner.law.law = here.path("law.json");
  request.budget.flops = {1e21};
  request.doubt.accept_undetermined = true;
  const Json plan = to_json(api::plan(request));
  const Figure figure = drawn("granularity", plan);
  const Series& line = series_of(figure.panels[0], Mark::kLine, Role::kLaw);
  const auto lowest = std::min_element(line.y.begin(), line.y.end());
  CHECK(*lowest == Approx(plan["plans"][0]["loss"].get<double>()).epsilon(1e-12));
  CHECK(line.x[static_cast<std::size_t>(lowest - line.y.begin())] ==
        plan["plans"][0]["granularity"].get<double>());
  const Series& bars = series_of(figure.panels[1], Mark::kBars, Role::kDraws);
  double sum = 0.0;
  for (const double share : bars.y) sum += share;
  CHECK(sum == Approx(100.0));
}

TEST_CASE("api figure: forecasts stand against what was observed", "[api][figure][identity]") {
  const Json json = backtest_json();
  const Figure figure = drawn("backtest", json);
  REQUIRE(figure.panels.size() == 2);
  const Series& points = series_of(figure.panels[0], Mark::kPoints, Role::kData);
  const Json& first = json["laws"][0]["forecasts"][0];
  CHECK(points.x[0] == first["observed"].get<double>());
  CHECK(points.y[0] == first["predicted"].get<double>());
  const Series& new_runs = series_of(figure.panels[0], Mark::kInterval, Role::kNewRunBand);
  const Series& curve = series_of(figure.panels[0], Mark::kInterval, Role::kCurveBand);
  CHECK(new_runs.low[0] == first["interval"][0].get<double>());
  CHECK(curve.low[0] == first["curve"][0].get<double>());
  CHECK(curve.low[0] >= new_runs.low[0]);
  CHECK(curve.high[0] <= new_runs.high[0]);
}

TEST_CASE("api figure: a picture that does not suit its input is refused with those that do",
          "[api][figure][refusal]") {
  using Catch::Matchers::ContainsSubstring;
  CHECK(refused_field([] { drawn("losses", law_json()); }) == "kind");
  CHECK(refused_field([] { drawn("", law_json()); }) == "kind");
  CHECK(refused_field([] { drawn("loss", plan_json()); }) == "kind");
  CHECK(refused_field([] { api::figure({}); }) == "kind");
  CHECK(refused_field([] {
          api::FigureRequest request;
          request.kind = "loss";
          api::figure(request);
        }) == "input");
  CHECK_THROWS_WITH(drawn("loss", plan_json()),
                    ContainsSubstring("there are: frontier granularity memory"));
  CHECK_THROWS_WITH(drawn("loss", Json{{"format", "isoflop.laws/1"}}),
                    ContainsSubstring("nor any other"));
  CHECK_THROWS_WITH(drawn("loss", Json{{"n", 1}}), ContainsSubstring("no document of isoflop"));
  CHECK_THROWS_AS(drawn("profiles", Json{{"format", "isoflop.profiles/1"}}), DataError);
  api::FigureRequest broken;
  broken.kind = "loss";
  broken.document = "{";
  CHECK_THROWS_AS(api::figure(broken), DataError);
}

TEST_CASE("api figure: what a law file lacks is said", "[api][figure][refusal]") {
  using Catch::Matchers::ContainsSubstring;
  Json json = law_json();
  json.erase("draws");
  CHECK_THROWS_WITH(drawn("coefficients", json), ContainsSubstring("has no draws"));
  json["fit"].erase("tolerated_rise");
  CHECK_THROWS_WITH(drawn("profile", json), ContainsSubstring("fit again to draw it"));
  json.erase("runs");
  CHECK_THROWS_WITH(drawn("residuals", json), ContainsSubstring("fit again to draw them"));
  json["runs"] = {{"path", "big.csv"}, {"sha256", nullptr}, {"num_runs", 5000}};
  CHECK_THROWS_WITH(drawn("residuals", json),
                    ContainsSubstring("there are 5000, too many for a law file (big.csv)"));
  json["runs"] = {{"loss", {1.0, 2.0}}, {"n", {1.0}}};
  CHECK_THROWS_WITH(drawn("residuals", json),
                    ContainsSubstring("\"runs.n\" is not as long as \"runs.loss\""));
  api::FigureRequest request = asked("frontier", plan_json());
  request.flops = {1e22};
  CHECK(refused_field([&] { api::figure(request); }) == "flops");
}

TEST_CASE("api figure: an outcome whose law has changed since is not drawn with another",
          "[api][figure][refusal]") {
  const Workplace here;
  here.write("law.json", json_text(law_json()));
  api::PlanRequest request;
  request.planner.law.law = here.path("law.json");
  request.budget.flops = {1e21};
  const Json plan = to_json(api::plan(request));
  CHECK(drawn("frontier", plan).panels.size() == 3);
  Json other = law_json();
  other["coefficients"]["a"] = 21.0;
  here.write("law.json", json_text(other));
  for (const char* kind : {"frontier", "granularity"}) {
    CHECK_THROWS_WITH(drawn(kind, plan), Catch::Matchers::ContainsSubstring(
                                             "is not the file any more that input was made with"));
  }
}

TEST_CASE("api figure: a fit that did not converge is drawn and says so", "[api][figure]") {
  Json json = law_json();
  json["fit"]["status"] = "not_converged";
  CHECK(drawn("frontier", json).description.find("The fit did not converge.") != std::string::npos);
  CHECK(drawn("loss", json).panels.size() == 2);
}

TEST_CASE("api figure: where the draws do not determine a plan the frontier says so",
          "[api][figure]") {
  Json json = law_json();
  // Draws that plan nothing alike.
  Json& draws = json["draws"]["bootstrap"];
  for (std::size_t i = 0; i < draws.size(); i += 2) draws[i][1] = 0.02;
  const std::string words = drawn("frontier", json).description;
  CHECK(words.find("the law's draws do not determine a plan") != std::string::npos);
}

TEST_CASE("api figure: a figure comes back as it is, under its own kind alone", "[api][figure]") {
  const Json json = figure_to_json(drawn("loss", law_json()));
  CHECK(figure_to_json(drawn("loss", json)) == json);
  CHECK(refused_field([&] { drawn("frontier", json); }) == "kind");
}

TEST_CASE("api figure: the door of every front gives the program's bytes",
          "[api][figure][identity]") {
  const Workplace here;
  const std::string request = R"({"verb": "figure", "kind": "loss", "input": "hoffmann2022"})";
  const api::Called called = api::call(request);
  CHECK(called.json == here.isoflop({"figure", "loss", "hoffmann2022", "--json"}).out);
  const text::Shown shown = text::call(request);
  CHECK(shown.json == called.json);
  const auto svg = std::find_if(shown.more.begin(), shown.more.end(),
                                [](const auto& more) { return more.first == "svg"; });
  REQUIRE(svg != shown.more.end());
  CHECK(svg->second == here.isoflop({"figure", "loss", "hoffmann2022"}).out);
  CHECK(shown.text.find("hoffmann2022") != std::string::npos);
}

TEST_CASE("api figure: a document in the request is kept there, so that it can be done again",
          "[api][figure][identity]") {
  const api::FigureOutcome outcome = api::figure(asked("memory", shape_json()));
  const Json json = to_json(outcome);
  CHECK(json["request"]["input"]["format"] == "isoflop.shape/1");
  const api::Rerun again = api::rerun(json_text(json), "figure");
  CHECK(again.same_bytes);
}

TEST_CASE("law files: the runs behind a fit stand in them, and of very many where they are",
          "[api][format]") {
  const Json json = law_json();
  REQUIRE(json.contains("runs"));
  CHECK(json["runs"] == fitted_runs_json(small_fit()));
  CHECK(json["runs"]["loss"].size() == small_fit().runs.num_runs());
  api::FitOutcome many = small_fit();
  const RunTable table = many.runs;
  while (many.runs.num_runs() <= 2000) {
    many.runs.loss.insert(many.runs.loss.end(), table.loss.begin(), table.loss.end());
  }
  const Json large = to_json(many)["runs"];
  CHECK(large["num_runs"] == many.runs.num_runs());
  CHECK(large["path"] == kSimulatedRuns);
  CHECK(large["sha256"] == json["inputs"][0]["sha256"]);
  CHECK_FALSE(large.contains("loss"));
}

}  // namespace
}  // namespace isoflop::testing::figure_test

// Forecasts of hidden runs against what they came to, a panel per law, with the 95 % of the curve
// and of new runs.
#include "isoflop/api/backtest.hpp"

#include <algorithm>

#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

std::string words_of(const Json& law) {
  const std::string name = law.value("law", "");
  const double off = number_at(law, "rmse_per_cent_held_out"),
               inside = number_at(law, "coverage_95");
  if (std::isnan(off)) return name + " could not be fitted without them";
  return name + " misses them by " + in_words(off) + " %" +
         (std::isnan(inside)
              ? ""
              : ", with " + in_words(100.0 * inside) + " % inside the interval of new runs");
}

Panel panel_of(const Json& law) {
  Panel out;
  Series new_runs{Mark::kInterval, Role::kNewRunBand, "95 % of new runs"};
  Series curve{Mark::kInterval, Role::kCurveBand, "95 % of the law's draws"};
  Series points{Mark::kPoints, Role::kData, "hidden runs"};
  std::vector<double> observed, all;
  for (const Json& f : law.at("forecasts")) {
    const double x = number_at(f, "observed"), y = number_at(f, "predicted");
    for (auto& [series, key] : {std::pair{&new_runs, "interval"}, {&curve, "curve"}}) {
      const auto [low, high] = ends_at(f, key);
      series->x.push_back(x);
      series->low.push_back(low);
      series->high.push_back(high);
      all.insert(all.end(), {low, high});
    }
    points.x.push_back(x);
    points.y.push_back(y);
    const std::string line = f.at("line").is_null() ? "" : "line " + f.at("line").dump() + ": ";
    points.names.push_back(line + in_words(x) + ", forecast " + in_words(y));
    observed.push_back(x);
    all.insert(all.end(), {x, y});
  }
  out.title = law.value("law", "");
  out.x = {"observed"};
  out.y = {"forecast"};
  fit_axis(out.x, observed);
  fit_axis(out.y, all);
  Series equal{Mark::kLine, Role::kReference, "forecast = observed"};
  equal.x = equal.y = {std::min(out.x.low, out.y.low), std::max(out.x.high, out.y.high)};
  out.series = {equal};
  for (const Series* s : {&new_runs, &curve}) {
    const bool known =
        std::any_of(s->low.begin(), s->low.end(), [](double v) { return std::isfinite(v); });
    if (known) out.series.push_back(*s);
  }
  out.series.push_back(points);
  return out;
}

Figure draw_backtest(const PictureInput& input, const FigureRequest&, const Context&) {
  Figure out{"backtest", "Forecasts of hidden runs", ""};
  const Json& laws = input.json.at("laws");
  out.description = input.json.at("runs_held_out").dump() + " runs were hidden (" +
                    input.json.value("hold_out", "") + "), and " +
                    input.json.at("runs_fit").dump() + " fitted";
  for (const Json& law : laws) {
    out.description += "; " + words_of(law);
    if (law.at("forecasts").empty()) continue;
    out.panels.push_back(panel_of(law));
    out.panels.back().row = (out.panels.size() - 1) / 2;
    out.panels.back().column = (out.panels.size() - 1) % 2;
  }
  out.description += ".";
  if (out.panels.empty()) throw DataError(input.origin, "has no forecasts: no law could be fitted");
  return out;
}

}  // namespace

Picture backtest_picture() {
  return {{"backtest", "forecasts of hidden runs against what they came to", {kBacktestFormat}},
          draw_backtest};
}

}  // namespace isoflop::api

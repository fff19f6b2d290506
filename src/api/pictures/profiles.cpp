// IsoFLOP profiles: the runs of each budget with the parabola through them and its vertex, and the
// vertices over budgets with the power law through them; where Approach 3 was made, also where the
// vertices lie without the parabola's own bias. With a further size a panel per budget instead of
// the first, a parabola for each of its values.
#include "isoflop/api/profiles.hpp"

#include <algorithm>
#include <numbers>

#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostLabels = 6, kMostBudgets = 4, kPointsOfParabola = 50;

/// "parameters N" for "N"; a column as it is called.
std::string size_words(const std::string& symbol) {
  for (const VariableInfo& v : kVariables) {
    if (v.symbol == symbol) return std::string(v.meaning) + " " + symbol;
  }
  return symbol;
}

/// The parabola of a profile, as its vertex and curvature say it, over its grid and its vertex.
Series parabola_of(const Json& profile) {
  Series out{Mark::kLine, Role::kLaw, ""};
  const Json &vertex = profile.at("vertex"), &grid = profile.at("grid");
  const double x0 = std::log(number_at(vertex, "size")), y0 = number_at(vertex, "loss");
  const double bend = 0.5 * number_at(profile, "curvature");
  const double half = 0.5 * number_at(grid, "octaves") * std::numbers::ln2,
               centre = std::log(number_at(grid, "centre"));
  if (std::isnan(x0 + y0 + bend + half + centre)) return out;
  const double low = std::min(centre - 1.1 * half, x0), high = std::max(centre + 1.1 * half, x0);
  for (std::size_t i = 0; i <= kPointsOfParabola; ++i) {
    const double x = low + (high - low) * static_cast<double>(i) / kPointsOfParabola;
    out.x.push_back(std::exp(x));
    out.y.push_back(y0 + bend * (x - x0) * (x - x0));
  }
  return out;
}

class ProfilesPicture {
 public:
  ProfilesPicture(const Json& json, const std::string& origin) : json_(json) {
    size_ = size_words(json.at("axis").get<std::string>());
    if (json.at("by").is_string()) by_ = size_words(json.at("by").get<std::string>());
    for (const Json& budget : json.at("budgets")) {
      budgets_.push_back(number_at(budget, "flops"));
      for (const Json& p : budget.at("profiles")) {
        if (!p.contains("runs"))
          throw DataError(origin, "holds no runs; profile again to draw them");
      }
    }
  }

  Figure figure() const {
    Figure out{"profiles", by_.empty() ? "IsoFLOP profiles" : "IsoFLOP profiles by " + by_,
               words()};
    if (by_.empty()) {
      out.panels.push_back(
          profiles_panel("Loss over size, a parabola per budget", json_.at("budgets")));
      out.panels.push_back(over_budgets("size", size_, "Lowest points over budgets"));
    } else {
      const Json& all = json_.at("budgets");
      const std::size_t shown = std::min(all.size(), kMostBudgets);
      for (std::size_t i = 0; i < shown; ++i) {
        const Json& budget = all[shown == 1 ? 0 : i * (all.size() - 1) / (shown - 1)];
        out.panels.push_back(
            profiles_panel("C = " + in_words(number_at(budget, "flops")), Json::array({budget})));
      }
      out.panels.push_back(over_budgets("size", size_, "Best size over budgets"));
      out.panels.push_back(over_budgets("by", by_, "Best " + by_ + " over budgets"));
    }
    for (std::size_t i = 0; i < out.panels.size(); ++i) {
      out.panels[i].row = i / 2;
      out.panels[i].column = i % 2;
    }
    return out;
  }

 private:
  static std::string exponent_words(const Json& laws) {
    const auto found = laws.find("size");
    if (found == laws.end()) return "";
    const auto [low, high] = ends_at(*found, "exponent_interval");
    return "C^" + in_words(number_at(*found, "exponent")) +
           (std::isfinite(low) ? " (95 %: " + in_words(low) + " to " + in_words(high) + ")" : "");
  }

  std::string words() const {
    std::string out = json_.at("num_runs").dump() + " runs at " + std::to_string(budgets_.size()) +
                      (budgets_.size() == 1 ? " budget" : " budgets");
    const std::string measured = exponent_words(json_.at("laws"));
    if (!measured.empty()) out += ": the size of the lowest loss grows as " + measured;
    if (const Json& a = json_.at("approach_3"); a.is_object()) {
      const std::string corrected = exponent_words(a.at("corrected_laws"));
      if (!corrected.empty()) out += ", without the bias of the parabolas as " + corrected;
    }
    return out + ".";
  }

  /// Runs, parabolas and vertices of these budgets.
  Panel profiles_panel(const std::string& title, const Json& budgets) const {
    Panel out;
    out.title = title;
    std::vector<double> sizes, losses, shades;
    Series vertices{Mark::kPoints, Role::kVertex, "lowest of each parabola"},
        across{Mark::kInterval, Role::kVertex, ""};
    Series corrected{Mark::kPoints, Role::kCorrected, "without its bias"};
    std::vector<Series> runs, curves;
    for (const Json& budget : budgets) {
      for (const Json& p : budget.at("profiles")) {
        const double shade = by_.empty() ? number_at(budget, "flops") : number_at(p, "by");
        const std::string label = by_.empty()
                                      ? "C = " + in_words(shade)
                                      : json_.at("by").get<std::string>() + " = " + in_words(shade);
        shades.push_back(shade);
        runs.push_back(runs_of(p, label, shade, sizes, losses));
        Series curve = parabola_of(p);
        if (curve.x.empty()) continue;
        curve.shade = {shade};
        curve.label = label;
        curves.push_back(curve);
        const Json& vertex = p.at("vertex");
        const double size = number_at(vertex, "size"), loss = number_at(vertex, "loss");
        const auto [low, high] = ends_at(p, "interval");
        vertices.x.push_back(size);
        vertices.y.push_back(loss);
        vertices.names.push_back(label + ": lowest at " + in_words(size) + ", loss " +
                                 in_words(loss));
        across.y.push_back(loss);
        across.low.push_back(low);
        across.high.push_back(high);
        sizes.push_back(size);
        losses.push_back(loss);
      }
      if (!budget.contains("corrected")) continue;
      corrected.x.push_back(number_at(budget.at("corrected"), "size"));
      corrected.y.push_back(number_at(budget.at("corrected"), "loss"));
    }
    // Of many budgets some are named; the shades tell the others.
    for (std::size_t i = 0; curves.size() > kMostLabels && i < curves.size(); ++i) {
      const std::size_t step = (curves.size() + kMostLabels - 1) / kMostLabels;
      if (i % step != 0) curves[i].label.clear();
    }
    out.x = {size_, "", AxisScale::kLog};
    out.y = {"loss", "", AxisScale::kLog};
    fit_axis(out.x, sizes);
    fit_axis(out.y, losses);
    out.shade =
        Axis{by_.empty() ? "training compute C" : by_, by_.empty() ? "FLOPs" : "", AxisScale::kLog};
    fit_axis(*out.shade, shades);
    for (std::size_t i = 1; i < runs.size(); ++i) runs[i].label.clear();
    out.series = curves;
    out.series.insert(out.series.end(), runs.begin(), runs.end());
    if (vertices.x.empty()) return out;
    out.series.push_back(across);
    out.series.push_back(vertices);
    if (!corrected.x.empty()) out.series.push_back(corrected);
    return out;
  }

  static Series runs_of(const Json& profile, const std::string& label, double shade,
                        std::vector<double>& sizes, std::vector<double>& losses) {
    const Json& runs = profile.at("runs");
    Series out{Mark::kPoints, Role::kData, "runs", runs.at("size").get<std::vector<double>>(),
               runs.at("loss").get<std::vector<double>>()};
    if (out.x.size() != out.y.size()) {
      throw Error("the runs of a profile need as many losses as sizes");
    }
    out.shade.assign(out.x.size(), shade);
    for (std::size_t i = 0; i < out.x.size(); ++i) {
      std::string name = label + ", size " + in_words(out.x[i]) + ", loss " + in_words(out.y[i]);
      if (runs.contains("line")) {
        const Json& line = runs.at("line").at(i);
        name = "line " + line.dump() + ": " + name;
        if (profile.at("bent_by_line") == line) name += "; it bends the parabola alone";
      }
      out.names.push_back(name);
    }
    sizes.insert(sizes.end(), out.x.begin(), out.x.end());
    losses.insert(losses.end(), out.y.begin(), out.y.end());
    return out;
  }

  /// What budgets say of a quantity, and the power laws through that.
  Panel over_budgets(const char* quantity, const std::string& label,
                     const std::string& title) const {
    Panel out;
    out.title = title;
    std::vector<double> x = budgets_, y, interval_ends;
    Series measured{Mark::kPoints, Role::kVertex, "lowest of each parabola", budgets_},
        ends{Mark::kInterval, Role::kVertex, "", budgets_};
    Series corrected{Mark::kPoints, Role::kCorrected, "without its bias"};
    for (const Json& budget : json_.at("budgets")) {
      measured.y.push_back(number_at(budget.at("answer"), quantity));
      const auto [low, high] = by_.empty() ? ends_at(budget.at("profiles").at(0), "interval")
                                           : std::pair{std::nan(""), std::nan("")};
      ends.low.push_back(low);
      ends.high.push_back(high);
      y.push_back(measured.y.back());
      if (!budget.contains("corrected") || !budget.at("corrected").contains(quantity)) continue;
      corrected.x.push_back(number_at(budget, "flops"));
      corrected.y.push_back(number_at(budget.at("corrected"), quantity));
      y.push_back(corrected.y.back());
    }
    Series target{Mark::kStars, Role::kTarget, "budgets asked for"},
        target_ends{Mark::kInterval, Role::kTarget, ""};
    for (const Json& at : json_.at("at")) {
      const Json& said = at.contains("corrected") ? at.at("corrected") : at.at("measured");
      const auto [low, high] = said.contains("intervals") ? ends_at(said.at("intervals"), quantity)
                                                          : std::pair{std::nan(""), std::nan("")};
      target.x.push_back(number_at(at, "flops"));
      target.y.push_back(number_at(said, quantity));
      target.names.push_back("C " + in_words(target.x.back()) + ": " + in_words(target.y.back()));
      target_ends.x.push_back(target.x.back());
      target_ends.low.push_back(low);
      target_ends.high.push_back(high);
      x.push_back(target.x.back());
      y.push_back(target.y.back());
      interval_ends.insert(interval_ends.end(), {low, high});
    }
    out.x = {"training compute C", "FLOPs", AxisScale::kLog};
    out.y = {label, "", AxisScale::kLog};
    fit_axis(out.x, x);
    fit_axis_to_intervals(out.y, y, interval_ends);
    add_power_law(out, json_.at("laws"), quantity, Role::kLaw, "power law through them");
    if (const Json& a = json_.at("approach_3"); a.is_object() && by_.empty()) {
      add_power_law(out, a.at("corrected_laws"), quantity, Role::kCorrected,
                    "power law without the bias");
    }
    out.series.push_back(ends);
    out.series.push_back(measured);
    if (!corrected.x.empty()) out.series.push_back(corrected);
    if (!target.x.empty()) {
      out.series.push_back(target_ends);
      out.series.push_back(target);
    }
    return out;
  }

  static void add_power_law(Panel& panel, const Json& laws, const char* quantity, Role role,
                            const std::string& label) {
    const auto found = laws.find(quantity);
    if (found == laws.end()) return;
    const double scale = number_at(*found, "log_scale"), exponent = number_at(*found, "exponent");
    Series line{
        Mark::kLine, role, label + ": C^" + in_words(exponent), {panel.x.low, panel.x.high}};
    for (const double c : line.x) line.y.push_back(std::exp(scale + exponent * std::log(c)));
    panel.series.push_back(line);
  }

  const Json& json_;
  std::string size_, by_;
  std::vector<double> budgets_;
};

Figure draw_profiles(const PictureInput& input, const FigureRequest&, const Context&) {
  return ProfilesPicture(input.json, input.origin).figure();
}

}  // namespace

Picture profiles_picture() {
  return {{"profiles",
           "isoFLOP profiles: parabolas, their lowest points and their bias",
           {kProfilesFormat}},
          draw_profiles};
}

}  // namespace isoflop::api

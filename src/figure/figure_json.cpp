#include "isoflop/figure/figure_json.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/formats.hpp"
#include "io/json_file.hpp"
#include "io/json_values.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

struct ColumnName {
  const char* name;
  std::vector<double> Series::*column;
};
constexpr std::array<ColumnName, 8> kColumns{{{"x", &Series::x},
                                              {"y", &Series::y},
                                              {"low", &Series::low},
                                              {"high", &Series::high},
                                              {"x_edges", &Series::x_edges},
                                              {"y_edges", &Series::y_edges},
                                              {"values", &Series::values},
                                              {"shade", &Series::shade}}};

Json axis_to_json(const Axis& axis) {
  Json out{{"label", axis.label},
           {"unit", detail::text_or_null(axis.unit)},
           {"scale", to_string(axis.scale)},
           {"range", {axis.low, axis.high}}};
  if (axis.ticks) {
    Json& ticks = out["ticks"] = Json::array();
    for (const AxisTick& t : *axis.ticks) ticks.push_back({{"at", t.at}, {"label", t.label}});
  }
  return out;
}

Json series_to_json(const Series& series) {
  Json out{{"kind", to_string(series.mark)},
           {"role", to_string(series.role)},
           {"label", detail::text_or_null(series.label)}};
  for (const ColumnName& c : kColumns) {
    if ((series.*c.column).empty()) continue;
    Json& column = out[c.name] = Json::array();
    for (const double x : series.*c.column) column.push_back(detail::finite_or_null(x));
  }
  if (!series.names.empty()) out["names"] = series.names;
  return out;
}

Json panel_to_json(const Panel& panel) {
  Json out{{"row", panel.row},
           {"column", panel.column},
           {"title", detail::text_or_null(panel.title)},
           {"x", axis_to_json(panel.x)},
           {"y", axis_to_json(panel.y)}};
  if (panel.covered_x) out["covered"]["x"] = {panel.covered_x->first, panel.covered_x->second};
  if (panel.covered_y) out["covered"]["y"] = {panel.covered_y->first, panel.covered_y->second};
  if (panel.shade) out["shade"] = axis_to_json(*panel.shade);
  Json& series = out["series"] = Json::array();
  for (const Series& s : panel.series) series.push_back(series_to_json(s));
  return out;
}

/// Reads the parts of one figure; every fault names the place.
class FigureReader {
 public:
  explicit FigureReader(const std::string& origin) : origin_(origin) {}

  Figure read(const Json& json) const {
    if (!json.is_object()) fail("", "is no figure: it is no object");
    if (const std::string format = text(json, "format", ""); format != kFigureFormat) {
      fail("", detail::other_format(format, kFigureFormat));
    }
    require_known(json, "",
                  {"format", "kind", "title", "description", "panels", "request", "isoflop_version",
                   "inputs"});
    Figure out{text(json, "kind", ""), text(json, "title", ""), text(json, "description", "")};
    for (const Json& panel : list(json, "panels", "")) {
      out.panels.push_back(read_panel(panel, "panels[" + std::to_string(out.panels.size()) + "]."));
    }
    try {
      require_sound(out);
    } catch (const Error& fault) {
      fail("", fault.what());
    }
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& what) const {
    throw DataError(origin_, place.empty() ? what : "\"" + place + "\" " + what);
  }

  /// `place` as that of what stands inside.
  void require_known(const Json& where, const std::string& place,
                     const std::vector<std::string_view>& known) const {
    const std::string what =
        place.empty() ? "a figure" : "\"" + place.substr(0, place.size() - 1) + "\"";
    if (const auto fault = detail::unknown_member(where, what, known)) fail("", *fault);
  }

  const Json* member(const Json& where, const std::string& key, const std::string& place) const {
    if (!where.is_object()) fail(place.substr(0, place.size() - 1), "must be an object");
    const auto it = where.find(key);
    return it == where.end() || it->is_null() ? nullptr : &*it;
  }
  const Json& list(const Json& where, const std::string& key, const std::string& place) const {
    const Json* found = member(where, key, place);
    if (found == nullptr || !found->is_array()) fail(place + key, "must be a list");
    return *found;
  }
  /// "" where it is null or missing.
  std::string text(const Json& where, const std::string& key, const std::string& place) const {
    const Json* found = member(where, key, place);
    if (found == nullptr) return "";
    if (!found->is_string()) fail(place + key, "must be a text");
    return found->get<std::string>();
  }
  double number(const Json& value, const std::string& place) const {
    if (!value.is_number()) fail(place, "must be a number");
    return value.get<double>();
  }
  std::size_t count(const Json& where, const std::string& key, const std::string& place) const {
    const Json* found = member(where, key, place);
    if (found == nullptr) return 0;
    if (!found->is_number_integer() || found->get<std::int64_t>() < 0) {
      fail(place + key, "must be a whole number");
    }
    return found->get<std::size_t>();
  }
  std::pair<double, double> range(const Json& value, const std::string& place) const {
    if (!value.is_array() || value.size() != 2) fail(place, "must be [low, high]");
    return {number(value[0], place), number(value[1], place)};
  }

  Axis read_axis(const Json& where, const std::string& key, const std::string& place) const {
    const Json* json = member(where, key, place);
    if (json == nullptr) fail(place + key, "is missing");
    const std::string inner = place + key + ".";
    Axis out;
    out.label = text(*json, "label", inner);
    require_known(*json, inner, {"label", "unit", "scale", "range", "ticks"});
    out.unit = text(*json, "unit", inner);
    const std::string scale = text(*json, "scale", inner);
    if (scale != "log" && scale != "linear")
      fail(inner + "scale", "is neither \"log\" nor \"linear\"");
    out.scale = scale == "log" ? AxisScale::kLog : AxisScale::kLinear;
    const Json* ends = member(*json, "range", inner);
    if (ends == nullptr) fail(inner + "range", "is missing");
    std::tie(out.low, out.high) = range(*ends, inner + "range");
    if (member(*json, "ticks", inner) != nullptr) {
      out.ticks.emplace();
      for (const Json& tick : list(*json, "ticks", inner)) {
        const Json* at = member(tick, "at", inner + "ticks.");
        require_known(tick, inner + "ticks.", {"at", "label"});
        if (at == nullptr) fail(inner + "ticks", "must each have \"at\"");
        out.ticks->push_back(
            {number(*at, inner + "ticks.at"), text(tick, "label", inner + "ticks.")});
      }
    }
    return out;
  }

  template <class Info, std::size_t n>
  auto word(const std::string& given, const std::array<Info, n>& table,
            const std::string& place) const {
    std::string known;
    for (const Info& row : table) {
      if (row.name == given) return row.id;
      known += " " + std::string(row.name);
    }
    fail(place, "is none of:" + known);
  }

  Series read_series(const Json& json, const std::string& place) const {
    Series out;
    out.mark = word(text(json, "kind", place), kMarks, place + "kind");
    std::vector<std::string_view> known{"kind", "role", "label", "names"};
    for (const ColumnName& c : kColumns) known.emplace_back(c.name);
    require_known(json, place, known);
    out.role = word(text(json, "role", place), kRoles, place + "role");
    out.label = text(json, "label", place);
    for (const ColumnName& c : kColumns) {
      if (member(json, c.name, place) == nullptr) continue;
      for (const Json& x : list(json, c.name, place)) {
        (out.*c.column).push_back(x.is_null() ? std::nan("") : number(x, place + c.name));
      }
    }
    if (member(json, "names", place) != nullptr) {
      for (const Json& x : list(json, "names", place)) {
        if (!x.is_string()) fail(place + "names", "must be texts");
        out.names.push_back(x.get<std::string>());
      }
    }
    return out;
  }

  Panel read_panel(const Json& json, const std::string& place) const {
    Panel out;
    out.row = count(json, "row", place);
    require_known(json, place, {"row", "column", "title", "x", "y", "covered", "shade", "series"});
    out.column = count(json, "column", place);
    out.title = text(json, "title", place);
    out.x = read_axis(json, "x", place);
    out.y = read_axis(json, "y", place);
    if (const Json* covered = member(json, "covered", place)) {
      if (covered->is_object()) require_known(*covered, place + "covered.", {"x", "y"});
      if (const Json* x = member(*covered, "x", place + "covered."))
        out.covered_x = range(*x, place + "covered.x");
      if (const Json* y = member(*covered, "y", place + "covered."))
        out.covered_y = range(*y, place + "covered.y");
    }
    if (member(json, "shade", place) != nullptr) out.shade = read_axis(json, "shade", place);
    for (const Json& series : list(json, "series", place)) {
      out.series.push_back(
          read_series(series, place + "series[" + std::to_string(out.series.size()) + "]."));
    }
    return out;
  }

  const std::string& origin_;
};

}  // namespace

Json figure_to_json(const Figure& figure) {
  Json out{{"format", kFigureFormat},
           {"kind", figure.kind},
           {"title", figure.title},
           {"description", figure.description}};
  Json& panels = out["panels"] = Json::array();
  for (const Panel& panel : figure.panels) panels.push_back(panel_to_json(panel));
  return out;
}

Figure figure_from_json(const Json& json, const std::string& origin) {
  return FigureReader(origin).read(json);
}

}  // namespace isoflop

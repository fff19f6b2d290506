#include "isoflop/figure/table.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/figure/svg.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

/// What one mark is: NaN where its kind has no such number.
struct MarkRow {
  double x = std::nan(""), y = std::nan(""), low = std::nan(""), high = std::nan("");
  std::string name;
};

MarkRow row_of(const Series& s, std::size_t i) {
  const auto or_none = [&](const std::vector<double>& column) {
    return i < column.size() ? column[i] : std::nan("");
  };
  MarkRow out{or_none(s.x), or_none(s.y), or_none(s.low), or_none(s.high),
              s.names.empty() ? "" : s.names[i]};
  if (s.mark == Mark::kBars) {
    out.x = 0.5 * (s.x_edges[i] + s.x_edges[i + 1]);
    out.low = s.x_edges[i];
    out.high = s.x_edges[i + 1];
  } else if (s.mark == Mark::kHeat) {
    const std::size_t columns = s.x_edges.size() - 1, c = i % columns, r = i / columns;
    out.x = 0.5 * (s.x_edges[c] + s.x_edges[c + 1]);
    out.y = 0.5 * (s.y_edges[r] + s.y_edges[r + 1]);
    out.low = out.high = s.values[i];
  }
  return out;
}

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string number_or_empty(double x) { return std::isfinite(x) ? format_number(x) : ""; }

std::string panel_name(const Panel& panel) {
  return (panel.title.empty() ? "" : panel.title + ": ") + panel.y.label + " over " + panel.x.label;
}

std::string cell(const std::string& text) { return "<td>" + xml_text(text) + "</td>"; }
std::string cell(double x) { return cell(std::isfinite(x) ? human_number(x) : ""); }

}  // namespace

std::string figure_csv(const Figure& figure) {
  std::string out = "panel,series,role,x,y,low,high,name\n";
  for (const Panel& panel : figure.panels) {
    for (const Series& s : panel.series) {
      for (std::size_t i = 0; i < s.size(); ++i) {
        const MarkRow row = row_of(s, i);
        out += csv_text(panel_name(panel)) + "," + csv_text(s.label) + "," +
               std::string(to_string(s.role)) + ",";
        for (const double x : {row.x, row.y, row.low, row.high}) out += number_or_empty(x) + ",";
        out += csv_text(row.name) + "\n";
      }
    }
  }
  return out;
}

std::string figure_html_table(const Figure& figure, std::size_t most_rows) {
  std::string out;
  for (const Panel& panel : figure.panels) {
    out += "<table><caption>" + xml_text(panel_name(panel)) + "</caption>\n<tr>";
    for (const std::string& name : {std::string("what"), panel.x.label, panel.y.label,
                                    std::string("from"), std::string("to")}) {
      out += "<th scope=\"col\">" + xml_text(name) + "</th>";
    }
    out += "</tr>\n";
    std::size_t shown = 0, all = 0;
    for (const Series& s : panel.series) {
      all += s.size();
      for (std::size_t i = 0; i < s.size() && shown < most_rows; ++i, ++shown) {
        const MarkRow row = row_of(s, i);
        out += "<tr>" + cell(row.name.empty() ? s.label : row.name);
        for (const double x : {row.x, row.y, row.low, row.high}) out += cell(x);
        out += "</tr>\n";
      }
    }
    if (all > shown) {
      out += "<tr><td colspan=\"5\">and " + std::to_string(all - shown) + " more</td></tr>\n";
    }
    out += "</table>\n";
  }
  return out;
}

}  // namespace isoflop

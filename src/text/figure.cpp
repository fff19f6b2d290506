#include "isoflop/text/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace isoflop::text {

std::string figure(const api::FigureOutcome& outcome) {
  const Figure& shown = outcome.figure;
  std::string out = fmt::format("{}\n{}\n", shown.title, shown.description);
  for (const Panel& panel : shown.panels) {
    out += fmt::format("{}{} over {}:", panel.title.empty() ? "" : panel.title + ": ",
                       panel.y.label, panel.x.label);
    std::vector<std::string> labels;
    for (const Series& series : panel.series) {
      const bool is_new = std::find(labels.begin(), labels.end(), series.label) == labels.end();
      if (!series.label.empty() && is_new) labels.push_back(series.label);
    }
    for (std::size_t i = 0; i < labels.size(); ++i) out += (i > 0 ? ", " : " ") + labels[i];
    out += "\n";
  }
  return out;
}

}  // namespace isoflop::text

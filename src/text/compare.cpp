#include "isoflop/text/compare.hpp"

#include <algorithm>

#include "isoflop/io/units.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

std::string title_of(const CostTable& table, const std::string& path) {
  const CostEnvironment& e = table.environment;
  if (table.source == CostSource::kRoofline) return path + ": roofline, nothing was measured";
  return path + ": " + e.gpu_name + ", driver " + e.driver + ", CUDA " + e.cuda + ", cuBLAS " +
         e.cublas + ", isoflop " + e.git_revision + ", " + e.date;
}

std::string describe(const std::vector<CostPair>& pairs) {
  TextGrid grid({0, 8});
  grid.add({"backend", "d_model", "T", "experts", "width", "top-k", "A", "B", "B / A", ""});
  std::vector<double> ratios;
  for (const CostPair& x : pairs) {
    const MoeLayer& layer = x.a.layer;
    std::string backend = x.a.backend;
    if (x.b.backend != backend) backend += " / " + x.b.backend;
    backend += ", " + std::string(to_string(x.a.pass));
    if (x.a.stage != Stage::kWhole) backend += ", " + std::string(to_string(x.a.stage));
    if (x.a.regime == Regime::kBurst) backend += ", burst";
    if (!x.a.graph) backend += ", eager";
    std::string ratio = digits_text(x.ratio());
    if (x.low() < x.high()) {
      ratio += " (" + digits_text(x.low()) + " to " + digits_text(x.high()) + ")";
    }
    grid.add({backend, std::to_string(layer.d_model), std::to_string(layer.tokens),
              std::to_string(layer.experts.num_experts), std::to_string(layer.experts.expert_width),
              std::to_string(layer.experts.top_k), time_text(x.a.time_s), time_text(x.b.time_s),
              ratio, std::string(x.verdict())});
    ratios.push_back(x.ratio());
  }
  std::sort(ratios.begin(), ratios.end());
  return grid.text("  ") + std::to_string(pairs.size()) + " rows in both; B / A: median " +
         digits_text(ratios[ratios.size() / 2]) + ", from " + digits_text(ratios.front()) + " to " +
         digits_text(ratios.back()) + "\n";
}

}  // namespace

std::string compare(const api::CompareOutcome& outcome) {
  return "A  " + title_of(outcome.a, outcome.request.a) + "\nB  " +
         title_of(outcome.b, outcome.request.b) + "\n\n" + describe(outcome.pairs);
}

}  // namespace isoflop::text

#include "isoflop/cost/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "isoflop/cost/roofline.hpp"

namespace isoflop {
namespace {

double known(double bound_s, double time_s) { return std::isfinite(bound_s) ? bound_s : time_s; }

bool same_backend(const CostRow& a, const CostRow& b) {
  return a.backend == b.backend || a.backend == kRooflineBackend || b.backend == kRooflineBackend;
}

/// What rows of the same work have in common, for the way to them.
auto place_of(const CostRow& row) {
  const MoeLayer& layer = row.layer;
  return std::tuple(layer.tokens, layer.d_model, layer.experts.expert_width,
                    layer.experts.num_experts);
}

class RowsByPlace {
 public:
  template <class Keep>
  RowsByPlace(const CostTable& table, const Keep& keep) {
    for (const CostRow& row : table.rows) {
      if (keep(row)) rows_[place_of(row)].push_back(&row);
    }
  }
  std::span<const CostRow* const> near(const CostRow& row) const {
    const auto found = rows_.find(place_of(row));
    if (found == rows_.end()) return {};
    return found->second;
  }

 private:
  std::map<decltype(place_of(std::declval<CostRow>())), std::vector<const CostRow*>> rows_;
};

bool is_same_work(const CostRow& a, const CostRow& b) {
  const bool either_is_model = a.backend == kRooflineBackend || b.backend == kRooflineBackend;
  return a.layer == b.layer && a.pass == b.pass && a.stage == b.stage && a.graph == b.graph &&
         a.regime == b.regime && a.capacity_factor == b.capacity_factor &&
         (either_is_model || a.routing == b.routing);
}

/// Without what is fused.
std::string_view base_of(const std::string& backend) {
  return std::string_view(backend).substr(0, backend.find(':'));
}

}  // namespace

double CostPair::low() const { return known(b.low_s, b.time_s) / known(a.high_s, a.time_s); }

double CostPair::high() const { return known(b.high_s, b.time_s) / known(a.low_s, a.time_s); }

std::string_view CostPair::verdict() const {
  return low() > 1.0 ? "slower" : high() < 1.0 ? "faster" : "no difference";
}

std::vector<CostPair> pairs_of(const CostTable& a, const CostTable& b, bool stages) {
  std::vector<CostPair> out;
  const auto asked = [&](const CostRow& row) { return stages || row.stage == Stage::kWhole; };
  const RowsByPlace others(b, asked);
  for (const CostRow& x : a.rows) {
    if (!asked(x)) continue;
    std::vector<const CostRow*> pairs;
    for (const CostRow* y : others.near(x)) {
      if (same_backend(x, *y) && is_same_work(x, *y)) pairs.push_back(y);
    }
    // Routings of other seeds only where the other table has none of this one.
    const auto is_other = [&](const CostRow* y) { return y->seed != x.seed; };
    if (!std::all_of(pairs.begin(), pairs.end(), is_other)) std::erase_if(pairs, is_other);
    for (const CostRow* y : pairs) out.push_back({x, *y});
  }
  return out;
}

std::vector<CostPair> fusion_pairs(const CostTable& table) {
  std::vector<CostPair> out;
  const RowsByPlace plains(table, [](const CostRow& row) { return row.fused == Fusion{}; });
  for (const CostRow& fused : table.rows) {
    if (fused.stage != Stage::kWhole || fused.fused == Fusion{}) continue;
    for (const CostRow* plain : plains.near(fused)) {
      if (base_of(plain->backend) == base_of(fused.backend) && plain->seed == fused.seed &&
          is_same_work(*plain, fused)) {
        out.push_back({*plain, fused});
      }
    }
  }
  return out;
}

}  // namespace isoflop

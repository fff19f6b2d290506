#include "isoflop/cost/compare.hpp"

#include <cmath>
#include <string>

#include "isoflop/cost/roofline.hpp"

namespace isoflop {
namespace {

double known(double bound_s, double time_s) { return std::isfinite(bound_s) ? bound_s : time_s; }

bool same_backend(const CostRow& a, const CostRow& b) {
  return a.backend == b.backend || a.backend == kRooflineBackend || b.backend == kRooflineBackend;
}

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
  for (const CostRow& x : a.rows) {
    if (!stages && x.stage != Stage::kWhole) continue;
    for (const CostRow& y : b.rows) {
      if (same_backend(x, y) && is_same_work(x, y)) out.push_back({x, y});
    }
  }
  return out;
}

std::vector<CostPair> fusion_pairs(const CostTable& table) {
  std::vector<CostPair> out;
  for (const CostRow& fused : table.rows) {
    if (fused.stage != Stage::kWhole || fused.fused == Fusion{}) continue;
    for (const CostRow& plain : table.rows) {
      if (plain.fused == Fusion{} && base_of(plain.backend) == base_of(fused.backend) &&
          is_same_work(plain, fused)) {
        out.push_back({plain, fused});
      }
    }
  }
  return out;
}

}  // namespace isoflop

/// The same layers in two cost tables, and with more or less fused in one.
#pragma once

#include <string_view>
#include <vector>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

/// One case that both tables hold: layer, backend, pass, stage and the manner of running it.
struct CostPair {
  CostRow a, b;

  double ratio() const { return b.time_s / a.time_s; }
  /// Of the ratio, both intervals at their ends; the time itself where a table has none.
  double low() const;
  double high() const;
  /// "slower" or "faster" where the interval leaves no doubt, else "no difference".
  std::string_view verdict() const;
};

/// A roofline has neither a backend nor a routing of its own: it is compared with whatever was
/// measured. In the order of `a`. stages: of every stage, else of the layer as a whole alone.
std::vector<CostPair> pairs_of(const CostTable& a, const CostTable& b, bool stages);

/// What fusion buys: whole passes of backends that fuse nothing (a), "NAME:plain", each beside
/// every row of the same backend that fuses something (b). In the order of the latter.
std::vector<CostPair> fusion_pairs(const CostTable& table);

}  // namespace isoflop

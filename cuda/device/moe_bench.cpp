#include "cuda/device/moe_bench.hpp"

#include <algorithm>

namespace isoflop::bench {

bool CheckReport::passed() const {
  return !items.empty() && std::all_of(items.begin(), items.end(),
                                       [](const CheckItem& item) { return item.holds(); });
}

}  // namespace isoflop::bench

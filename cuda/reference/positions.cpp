#include "cuda/reference/positions.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "cuda/routing/routing.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {

Positions find_positions(const std::vector<std::int32_t>& ids, std::uint64_t num_experts,
                         std::uint64_t capacity) {
  const std::uint64_t num_rows = capacity == 0 ? ids.size() : num_experts * capacity;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max());
  if (num_rows > kMost || ids.size() > kMost || capacity > kMost) {
    throw InvalidArgument(std::to_string(std::max<std::uint64_t>(num_rows, ids.size())) +
                          " rows are more than 32 bits count");
  }
  const auto rows_each = static_cast<std::int32_t>(capacity);

  Positions out;
  out.counts = count_rows(ids, num_experts);
  out.offsets.assign(num_experts + 1, 0);
  if (capacity == 0) {
    std::partial_sum(out.counts.begin(), out.counts.end(), out.offsets.begin() + 1);
  } else {
    for (std::size_t e = 0; e <= num_experts; ++e) {
      out.offsets[e] = static_cast<std::int32_t>(e) * rows_each;
    }
  }
  out.row_of.resize(ids.size());
  out.slot_of.assign(num_rows, kPadding);
  std::vector<std::int32_t> rank(num_experts, 0);
  for (std::size_t slot = 0; slot < ids.size(); ++slot) {
    const auto e = static_cast<std::size_t>(ids[slot]);
    const std::int32_t row = row_of_rank(out.offsets[e], rank[e]++, ids[slot], rows_each);
    out.row_of[slot] = row;
    if (row != kDropped) out.slot_of[static_cast<std::size_t>(row)] = static_cast<int>(slot);
  }
  return out;
}

}  // namespace isoflop::bench

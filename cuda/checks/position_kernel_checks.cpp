// Counts, offsets, row_of and slot_of, bit for bit against a walk through the slots.
#include "cuda/checks/kernel_check_parts.hpp"

namespace isoflop::bench {

void check_position_kernels(const MoeLayer& layer, std::uint64_t seed,
                            std::vector<CheckItem>& items) {
  Random random(seed);
  const std::uint64_t num_experts = layer.experts.num_experts, top_k = layer.experts.top_k;
  struct Case {
    std::string name;
    std::uint64_t num_used;  // experts that anybody chooses
  };
  const std::uint64_t half = std::max(top_k, num_experts / 2);
  for (const Case& c : {Case{"all experts", num_experts}, Case{"half of them empty", half},
                        Case{"everything to K experts", top_k}}) {
    const std::vector<std::int32_t> ids = random_ids(layer, c.num_used, random);
    const DeviceArray<std::int32_t> device_ids = upload(ids);
    const std::uint64_t mean = (layer.num_rows() + num_experts - 1) / num_experts;
    // No capacity; one that some experts exceed and others do not fill; one that nobody exceeds.
    for (const std::uint64_t capacity : {std::uint64_t{0}, mean, 2 * mean}) {
      const Positions expected = find_positions(ids, num_experts, capacity);
      const auto counts = poisoned<std::int32_t>(num_experts);
      const auto offsets = poisoned<std::int32_t>(num_experts + 1);
      const auto row_of = poisoned<std::int32_t>(ids.size());
      const auto slot_of = poisoned<std::int32_t>(expected.slot_of.size());
      const auto workspace = poisoned<std::uint8_t>(positions_workspace_bytes(layer));
      RoutingBuffers routing{};
      routing.ids = device_ids.data();
      routing.counts = counts.data();
      routing.offsets = offsets.data();
      routing.row_of = row_of.data();
      routing.slot_of = slot_of.data();
      routing.workspace = workspace.data();
      launch_positions(layer, routing, capacity, nullptr);
      const std::string place = ": " + c.name + ", capacity " + std::to_string(capacity);
      items.push_back(same_bits("counts" + place, expected.counts, fetch(counts)));
      items.push_back(same_bits("offsets" + place, expected.offsets, fetch(offsets)));
      items.push_back(same_bits("row_of" + place, expected.row_of, fetch(row_of)));
      items.push_back(same_bits("slot_of" + place, expected.slot_of, fetch(slot_of)));
    }
  }
}

}  // namespace isoflop::bench

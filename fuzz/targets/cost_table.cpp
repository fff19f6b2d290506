#include "input.hpp"
#include "isoflop/cost/cost_surface.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

/// A table of costs, and the times between its layers.
void cost_table(std::string_view input) {
  refused([&] {
    const CostTable table = cost_table_from_text(input, "input");
    if (table.source == CostSource::kMeasured) {
      const std::string text = cost_table_to_text(MeasuredTable(table));
      std::string again;
      require(!refused([&] {
        again = cost_table_to_text(MeasuredTable(cost_table_from_text(text, "again")));
      }),
              "what was written is read");
      require(again == text, "what was read again is the same");
    }
    const CostSurface surface(table, {});
    for (const CostRow& row : table.rows) {
      LayerPoint point = point_of(row.layer);
      for (const double factor : {1.0, 1.5, 64.0}) {
        point.tokens *= factor;
        refused([&] { surface.seconds(point); });
      }
    }
    surface.resampled(1);
  });
}

}  // namespace isoflop::fuzz

#include "documents.hpp"
#include "isoflop/figure/figure_json.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/figure/table.hpp"
#include "isoflop/figure/vega_lite.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void figure(std::string_view input) {
  refused([&] {
    const Figure read = round_trip(input, figure_from_json, figure_to_json);
    figure_svg(read);
    figure_csv(read);
    figure_html_table(read, 100);
    figure_vega_lite(read);
  });
}

}  // namespace isoflop::fuzz

#include "input.hpp"
#include "isoflop/api/figure.hpp"
#include "isoflop/figure/svg.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

/// The outcome of a verb as every picture that can be made of it.
void picture(std::string_view input) {
  for (const api::FigureKind& kind : api::figure_kinds()) {
    api::FigureRequest request;
    request.kind = kind.name;
    request.document = input;
    refused([&] { figure_svg(api::figure(request).figure); });
  }
}

}  // namespace isoflop::fuzz

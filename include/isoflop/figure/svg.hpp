/// A figure as SVG: one file without scripts, fonts or anything else from outside, that follows the
/// reader's light or dark mode, and that says its points to whoever hovers over them.
#pragma once

#include <string>

#include "isoflop/figure/figure.hpp"

namespace isoflop {

/// Text that stands in markup; characters that XML does not allow become replacement marks.
std::string xml_text(std::string_view text);

/// The document, an <svg> element with a line end. `id` begins the ids within, which must differ
/// between figures of one page; "" takes the figure's kind.
std::string figure_svg(const Figure& figure, const std::string& id = "");

}  // namespace isoflop

/// The numbers of a figure as a table: for those who cannot see it, and for other programs.
#pragma once

#include <string>

#include "isoflop/figure/figure.hpp"

namespace isoflop {

/// One line per mark under a line of names: panel, series, role, x, y, low, high, name.
std::string figure_csv(const Figure& figure);

/// One HTML <table> per panel, with a caption, a row per mark; `most_rows` of each, and then a row
/// that says how many more there are.
std::string figure_html_table(const Figure& figure, std::size_t most_rows);

}  // namespace isoflop

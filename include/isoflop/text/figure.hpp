/// A figure for a person who sees no pictures here.
#pragma once

#include <string>

#include "isoflop/api/figure.hpp"

namespace isoflop::text {

/// Its title, what it says in words, and what each panel shows.
std::string figure(const api::FigureOutcome& outcome);

}  // namespace isoflop::text

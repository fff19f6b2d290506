/// How training FLOPs are counted and which granularities are compared.
#pragma once

#include <optional>
#include <string>

namespace isoflop::api {

struct AccountingChoice {
  std::string cost;  ///< "6nd" or "paper"; "": the law's own
  /// "pow2" or "continuous"; of a plan with a shape also "shape", that of the shape. "": what the
  /// verb does by default.
  std::string search;
  std::optional<double> granularity;  ///< one G alone, in place of a search
};

}  // namespace isoflop::api

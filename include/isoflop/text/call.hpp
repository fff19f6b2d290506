/// Every verb by its name, as api::call, with what a person reads of the outcome: the way in for
/// fronts that show both, such as the Python package.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isoflop/api/context.hpp"

namespace isoflop::text {

struct Shown {
  std::string json;     ///< of the outcome, as api::call gives it
  std::string text;     ///< for a person, as the verb prints it; show_fields() shows its fields
  bool usable = false;  ///< whether the outcome answers what was asked
  /// What else the verb writes, by what it is: "csv" of a table, "law" of profiles, "config" of a
  /// shape, "profile" of a fit (the report with profile intervals), "svg" and "vega-lite" of a
  /// figure, "launch" of a plan or, as "launch/FILE", of the runs of a sweep. What there is none of
  /// is missing.
  std::vector<std::pair<std::string, std::string>> more;
};

/// The request is that of api::call, for a verb that `isoflop` has. Throws as api::call does.
Shown call(std::string_view request_json, const api::Context& context = {});

}  // namespace isoflop::text

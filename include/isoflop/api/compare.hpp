/// The same layers in two cost tables.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/cost/compare.hpp"

namespace isoflop::api {

struct CompareRequest {
  std::string a, b;     ///< paths of isoflop.cost/1 files
  bool stages = false;  ///< every stage as well
};

struct CompareOutcome {
  CompareRequest request;
  InputFiles inputs;
  CostTable a, b;
  std::vector<CostPair> pairs;  ///< never empty

  bool usable() const { return true; }
};

/// Throws DataError for a file that is no cost table, Error where the tables share nothing.
CompareOutcome compare(const CompareRequest& request, const Context& context = {});

CompareRequest compare_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const CompareRequest& request);
/// isoflop.compare/1
nlohmann::ordered_json to_json(const CompareOutcome& outcome);

}  // namespace isoflop::api

#include "isoflop/cost/choose_rows.hpp"

#include <algorithm>
#include <set>

#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

std::string the_routing(const std::set<std::string>& there, const std::string& wanted) {
  if (!wanted.empty()) {
    if (!there.contains(wanted)) {
      throw InvalidArgument("the cost table has no rows of the routing " + wanted +
                            "; it has: " + joined(there, ", "));
    }
    return wanted;
  }
  if (there.size() == 1) return *there.begin();
  if (there.contains("multinomial")) return "multinomial";
  throw InvalidArgument("the cost table has several routings; choose one of " +
                        joined(there, ", "));
}

}  // namespace

std::vector<CostRow> choose_rows(const CostTable& table, const CostChoice& choice) {
  std::vector<CostRow> out;
  std::set<std::string> routings, backends;
  for (const CostRow& row : table.rows) {
    backends.insert(row.backend);
    const bool right =
        choice.backend == kBestBackend ? is_dropless(row) : row.backend == choice.backend;
    if (right && row.regime == choice.regime && row.capacity_factor == choice.capacity_factor) {
      out.push_back(row);
    }
  }
  const bool graph = choice.graph.value_or(
      std::any_of(out.begin(), out.end(), [](const CostRow& row) { return row.graph; }));
  std::erase_if(out, [&](const CostRow& row) { return row.graph != graph; });
  for (const CostRow& row : out) routings.insert(row.routing);
  if (out.empty()) {
    const bool best = choice.backend == kBestBackend;
    throw InvalidArgument("the cost table has no " + std::string(to_string(choice.regime)) +
                          " rows of " + (best ? "a dropless backend" : choice.backend) +
                          (!choice.graph   ? ""
                           : *choice.graph ? " as a CUDA graph"
                                           : " launched kernel by kernel") +
                          "; its backends: " + joined(backends, ", "));
  }
  const std::string routing = the_routing(routings, choice.routing);
  std::erase_if(out, [&](const CostRow& row) { return row.routing != routing; });
  return out;
}

Check weakest_check(const std::vector<CostRow>& rows) {
  if (rows.empty()) return Check::kNone;
  return std::max_element(rows.begin(), rows.end(),
                          [](const CostRow& a, const CostRow& b) { return a.checked < b.checked; })
      ->checked;
}

std::vector<std::string> backends_in(const std::vector<CostRow>& rows) {
  std::set<std::string> names;
  for (const CostRow& row : rows) names.insert(row.backend);
  return {names.begin(), names.end()};
}

}  // namespace isoflop

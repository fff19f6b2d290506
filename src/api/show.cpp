#include "isoflop/api/show.hpp"

#include "api/show_fields.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::api {

ShowOutcome show(const ShowRequest& request, const Context&) {
  ShowOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  out.table = read_cost_table(request.cost_table);
  out.groups = measured_groups(out.table);
  out.router_costs = router_costs(out.table);
  out.headline = headline_router_cost(out.router_costs);
  return out;
}

}  // namespace isoflop::api

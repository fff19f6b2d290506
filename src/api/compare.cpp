#include "isoflop/api/compare.hpp"

#include "api/compare_fields.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace isoflop::api {

CompareOutcome compare(const CompareRequest& request, const Context&) {
  CompareOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  out.a = read_cost_table(request.a);
  out.b = read_cost_table(request.b);
  out.pairs = pairs_of(out.a, out.b, request.stages);
  if (out.pairs.empty()) {
    throw Error("the two tables have no layer, backend, routing, regime and pass in common");
  }
  return out;
}

}  // namespace isoflop::api

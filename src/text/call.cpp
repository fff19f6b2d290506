#include "isoflop/text/call.hpp"

#include <array>

#include "text/doors.hpp"

namespace isoflop::text {
namespace {

using detail::Door;
using detail::through;

/// Made when it is asked for: a table of functions would be data that the loader writes.
auto doors() {
  return std::array{
      Door{"fit", through<api::fit_request, api::fit>},
      Door{"profiles", through<api::profiles_request, api::profiles>},
      Door{"envelope", through<api::envelope_request, api::envelope>},
      Door{"sweep", through<api::sweep_request, api::sweep>},
      Door{"predict", through<api::predict_request, api::predict>},
      Door{"plan", through<api::plan_request, api::plan>},
      Door{"frontier", through<api::frontier_request, api::frontier>},
      Door{"granularity", through<api::granularity_request, api::granularity>},
      Door{"next_runs", through<api::next_runs_request, api::next_runs>},
      Door{"consensus", through<api::consensus_request, api::consensus>},
      Door{"backtest", through<api::backtest_request, api::backtest>},
      Door{"sensitivity", through<api::sensitivity_request, api::sensitivity>},
      Door{"figure", through<api::figure_request, api::figure>},
      Door{"laws", through<api::laws_request, api::laws>},
      Door{"shape", through<api::shape_request, api::shape>},
      Door{"reproduce", through<api::reproduce_request, api::reproduce>},
  };
}

}  // namespace

Shown call(std::string_view request_json, const api::Context& context) {
  return detail::open(doors(), request_json, context);
}

}  // namespace isoflop::text

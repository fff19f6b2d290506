#include "isoflop/api/frontier.hpp"

#include <algorithm>

#include "api/doubt_choice.hpp"
#include "api/frontier_fields.hpp"
#include "api/planner_choice.hpp"
#include "api/progress.hpp"
#include "api/versus_column.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {
namespace {

constexpr std::uint64_t kMostPoints = 1'000'000;
constexpr std::uint64_t kMostThreads = 1024;

FrontierOptions options_of(const FrontierRequest& request, const Context& context) {
  FrontierOptions out;
  out.from = request.from;
  out.to = request.to;
  if (out.to <= out.from) {
    throw InvalidArgument("to", field("to") + " must be above " + field("from"));
  }
  out.num_points = request.points;
  if (out.num_points > kMostPoints) {
    throw InvalidArgument("points", field("points") + ": at most a million");
  }
  out.num_threads = request.threads == 0
                        ? context.num_threads
                        : static_cast<unsigned>(std::min(request.threads, kMostThreads));
  out.progress = progress_of(context, "draws");
  out.cancelled = context.cancelled;
  return out;
}

}  // namespace

bool FrontierOutcome::usable() const {
  return std::any_of(curve.plans.begin(), curve.plans.end(), [&](const Plan& p) {
    return p.usable() && (request.doubt.accept_undetermined || !p.undetermined());
  });
}

FrontierOutcome frontier(const FrontierRequest& asked, const Context& context) {
  const FrontierRequest request = checked(asked);
  const FrontierOptions options = options_of(request, context);
  const DoubtThresholds thresholds = thresholds_of(request.doubt);
  FrontierOutcome out;
  out.request = asked;
  out.inputs = inputs_of(asked);
  out.problem = pose(request.planner, load_law(request.planner.law));
  require_meant(request.planner, out.problem, context);
  out.curve = isoflop::frontier(out.problem, options);
  add_doubts(out.curve.plans, thresholds);
  require_meant(request.doubt, out.curve.plans, context);
  out.versus = versus_columns(out.problem, request.versus, out.curve.plans);
  return out;
}

}  // namespace isoflop::api

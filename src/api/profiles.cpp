#include "isoflop/api/profiles.hpp"

#include <algorithm>
#include <cmath>

#include "api/fit_choice.hpp"
#include "api/planner_choice.hpp"
#include "api/profiles_fields.hpp"
#include "api/profiles_law.hpp"
#include "api/progress.hpp"
#include "api/run_conventions.hpp"
#include "api/sweep_runs.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::api {
namespace {

/// Two runs for each coefficient are the fewest that a law is fitted to unasked.
constexpr std::size_t kRunsPerCoefficient = 2;
/// More runs, and the refits of the law take minutes while the parabolas take none.
constexpr std::size_t kMostRunsUnasked = 10'000;

FitOptions options_of_fit(const ProfilesRequest& request, const Context& context) {
  FitChoice choice;
  choice.seed = request.seed;
  choice.threads = request.threads;
  return fit_options(choice, context);
}

/// Why Approach 3 is not for this sweep; empty where it is.
std::string reason_against_law(const ProfilesRequest& request, const SweepTable& table,
                               const ProfilesReport& report) {
  if (request.approach_3 == "no") return "not asked for";
  if (!request.by.empty()) return "profiles with " + field("by") + " mix models of several kinds";
  if (table.runs.n.empty() || table.runs.d.empty()) return "the table does not give N and D";
  if (request.approach_3 == "yes") return "";
  const std::size_t num_runs = table.runs.num_runs(), fewest = 5 * kRunsPerCoefficient;
  if (num_runs < fewest) {
    return "the law's five coefficients ask for " + std::to_string(fewest) +
           " runs, and there are " + std::to_string(num_runs);
  }
  if (report.budgets.size() < 2) return "one budget does not determine the law";
  if (num_runs > kMostRunsUnasked) {
    return "more than 10,000 runs are fitted only with " + field("approach_3") + " yes";
  }
  return "";
}

std::vector<double> log_flops_of(const ProfilesRequest& request) {
  std::vector<double> out;
  for (const double flops : request.flops) out.push_back(std::log(flops));
  return out;
}

SweepAnswer at(const PowerLaws& laws, double log_c) {
  SweepAnswer out;
  for (std::size_t q = 0; q < out.size(); ++q) out[q] = laws[q].log_at(log_c);
  return out;
}

/// Whether two intervals are known and have nothing in common.
bool apart(const Interval& a, const Interval& b) { return a.high < b.low || b.high < a.low; }

void add_approach_3(const ProfilesRequest& request, const SweepTable& table, const Context& context,
                    ProfilesOutcome& out) {
  out.no_approach_3 = reason_against_law(request, table, out.report);
  if (!out.no_approach_3.empty()) {
    if (request.approach_3 == "yes") {
      throw InvalidArgument("approach_3", field("approach_3") + " yes: " + out.no_approach_3);
    }
    return;
  }
  const AnyLaw law("chinchilla");
  const RunTable& runs = table.records.runs;
  FitOptions options = options_of_fit(request, context);
  options.profile = false;
  ApproachThree a;
  try {
    a.fit = isoflop::fit(law, runs, options);
  } catch (const DataError& fault) {
    out.no_approach_3 = fault.marked();
    return;
  }
  if (a.fit.status == FitStatus::kFailed) {
    out.no_approach_3 = "the fit of the law failed";
    return;
  }
  std::vector<std::vector<double>> draws;
  if (request.bootstrap > 0) {
    BootstrapOptions how;
    how.resamples = request.bootstrap;
    how.seed = request.seed;
    options.progress = progress_of(context, "resamples");
    draws = bootstrap(law, runs, options, a.fit, how).draws.bootstrap;
  }
  a.num_draws = draws.size();
  a.comparison = compare_approaches(out.report, a.fit.coefficients, draws, options.num_threads);
  const double largest = request.flops.empty()
                             ? out.report.budgets.back().budget_flops
                             : *std::max_element(request.flops.begin(), request.flops.end());
  a.compared_at = largest;
  a.log_size = log_interval_at(out.report.draws, SweepQuantity::kSize, std::log(largest));
  a.log_law = log_interval_at(a.comparison.optimal_draws, SweepQuantity::kSize, std::log(largest));
  a.disagree = apart(a.log_size, a.log_law);
  out.approach_3 = std::move(a);
}

/// What the law of Approach 3 says where a sweep does not reach: N and D by the power laws through
/// its optima, which they are where a budget is 6 N D, and its own loss there.
SweepAnswer law_at(const ApproachThree& a, double log_c) {
  SweepAnswer out = at(a.comparison.optimal_laws, log_c);
  const std::vector<double>& c = a.fit.coefficients;
  out[index_of(SweepQuantity::kLoss)] =
      std::log(c[0] + c[1] * std::exp(-c[2] * out[index_of(SweepQuantity::kN)]) +
               c[3] * std::exp(-c[4] * out[index_of(SweepQuantity::kD)]));
  return out;
}

void add_extrapolations(const ProfilesRequest& request, ProfilesOutcome& out) {
  if (request.flops.empty()) return;
  if (out.report.num_answers() < 2) {
    throw InvalidArgument(
        "flops", "a power law needs vertices at two budgets or more, and there " +
                     std::string(out.report.num_answers() == 1 ? "is one" : "is none") + " of " +
                     std::to_string(out.report.budgets.size()) +
                     (out.report.budgets.size() == 1 ? " budget" : " budgets"));
  }
  for (const double log_c : log_flops_of(request)) {
    ProfilesAt& one = out.at.emplace_back();
    one.flops = std::exp(log_c);
    one.measured = at(out.report.laws, log_c);
    if (!out.approach_3) continue;
    one.corrected = at(out.approach_3->comparison.corrected_laws, log_c);
    one.law = law_at(*out.approach_3, log_c);
  }
  for (std::size_t i = 0; i < out.at.size(); ++i) out.at[i].flops = request.flops[i];
}

/// The plans of the law with a granularity, beside the best G of the profiles.
void add_fine_grained(const ProfilesRequest& request, const SweepTable& table,
                      const Context& context, ProfilesOutcome& out) {
  if (table.by != "G") return;
  const AnyLaw law("fine-grained-moe");
  const std::size_t fewest = 7 * kRunsPerCoefficient;
  if (table.runs.num_runs() < fewest || table.runs.n.empty() || table.runs.d.empty()) {
    out.no_fine_grained =
        "its seven coefficients ask for " + std::to_string(fewest) + " runs with N and D";
    return;
  }
  if (!is_own_accounting(request.cost)) {
    out.no_fine_grained = "it plans under " + field("cost") + " 6nd or paper";
    return;
  }
  try {
    LawRecord record = law_of_runs(law, request.conventions);
    AccountingChoice accounting;
    accounting.cost = request.cost;
    accounting.search = request.cost == "6nd" ? "" : "continuous";
    const FitReport report =
        isoflop::fit(law, table.records.runs, options_of_fit(request, context));
    if (report.status == FitStatus::kFailed) {
      out.no_fine_grained = "its fit failed";
      return;
    }
    record.coefficients = report.coefficients;
    const PlanProblem problem = pose(accounting, record);
    std::vector<double> budgets;
    for (const BudgetProfiles& b : out.report.budgets) budgets.push_back(b.budget_flops);
    budgets.insert(budgets.end(), request.flops.begin(), request.flops.end());
    out.fine_grained = plan_law(problem, budgets);
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& fault) {
    // What its planner needs to know beyond what profiles need.
    out.no_fine_grained = fault.marked();
  }
}

}  // namespace

ProfilesOutcome profiles(const ProfilesRequest& asked, const Context& context) {
  ProfilesOutcome out;
  const ProfilesRequest request = checked(asked);
  out.request = request;
  out.inputs = inputs_of(request);
  constexpr std::uint64_t kMostResamples = 1'000'000;
  if (request.bootstrap > kMostResamples) {
    throw InvalidArgument("bootstrap", field("bootstrap") + ": at most 1M");
  }
  if (!(request.tolerance < 1.0)) {
    throw InvalidArgument("tolerance", field("tolerance") + " is a share below 1");
  }
  const SweepTable table =
      read_sweep(request.runs, request.conventions,
                 {request.budget, request.cost, request.tolerance, request.axis, request.by});
  require_unchanged(out.inputs);
  out.records = table.records.log;
  out.num_runs = table.runs.num_runs();
  out.lines = table.runs.line;
  out.axis = table.axis;
  out.by = table.by;
  out.farthest = table.farthest;
  ProfilesOptions options;
  options.huber_delta = request.huber_delta;
  options.resamples = request.bootstrap;
  options.seed = request.seed;
  options.num_threads = options_of_fit(request, context).num_threads;
  out.report = profiles_of(table.runs, table.budgets, options);
  add_approach_3(request, table, context, out);
  add_extrapolations(request, out);
  add_fine_grained(request, table, context, out);
  try {
    out.law = law_of_profiles(out.report, table, request.conventions, request.cost);
  } catch (const InvalidArgument& fault) {
    out.no_law = fault.marked();
  }
  return out;
}

}  // namespace isoflop::api

#include "isoflop/text/next_runs.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/law.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

std::string head_of(const api::NextRunsOutcome& outcome) {
  return head_of_law(outcome.request.law.law, outcome.problem.law) +
         fmt::format(
             "FLOPs: {}\nnoise of a run: {:.2f} % of its loss{}; a fit with Huber delta {} makes "
             "{:.2f} % of it\n\n",
             describe_cost(cost_terms(outcome.problem)), 100.0 * outcome.noise,
             outcome.request.noise ? "" : ", as those of the fit scatter",
             std::isfinite(outcome.huber_delta) ? fmt::format("{:.3g}", outcome.huber_delta)
                                                : "inf",
             100.0 * outcome.question.noise);
}

std::string runs_table(const api::NextRunsOutcome& outcome) {
  const bool with_g = has_granularity(outcome.problem.law);
  const double budget = outcome.question.budget_flops;
  app::TextGrid grid;
  grid.add({"run", "N", "D", with_g ? "G" : "", "FLOPs", "of the budget"});
  for (std::size_t i = 0; i < outcome.answer.runs.size(); ++i) {
    const RunToTrain& run = outcome.answer.runs[i];
    grid.add({std::to_string(i + 1), human_number(run.n_law), human_number(run.d_tokens),
              with_g ? format_number(run.granularity) : "", human_number(run.flops),
              fmt::format("{:.1f} %", 100.0 * run.flops / budget)});
  }
  const double total = outcome.total_flops();
  grid.add({"", "", "", "", human_number(total), fmt::format("{:.1f} %", 100.0 * total / budget)});
  return grid.text();
}

std::vector<std::string> row_of(const char* name, const ExpectedInterval& x,
                                std::optional<int> decimals) {
  auto interval = [&](const Interval& range) {
    return human_interval({range, IntervalMethod::kPercentile}, decimals);
  };
  return {name, decimals ? fmt::format("{:.{}f}", x.estimate, *decimals) : human_number(x.estimate),
          interval(x.now), interval(x.after), fmt::format("{:.0f} %", 100.0 * x.width_left())};
}

std::string plan_table(const api::NextRunsOutcome& outcome) {
  const NextRuns& answer = outcome.answer;
  app::TextGrid grid({0});
  grid.add({fmt::format("plan at {} FLOPs", human_number(outcome.question.target_flops)), "",
            "95 % now", "expected", "width left"});
  grid.add(row_of("N", answer.n_law, {}));
  grid.add(row_of("D", answer.d_tokens, {}));
  grid.add(row_of("loss", answer.loss, 4));
  if (answer.granularity) grid.add(row_of("G", *answer.granularity, 1));
  return grid.text();
}

}  // namespace

std::string next_runs(const api::NextRunsOutcome& outcome) {
  const NextRuns& answer = outcome.answer;
  std::string out = head_of(outcome) + runs_table(outcome) + "\n" + plan_table(outcome) +
                    fmt::format("\nfrom {} refits and {} candidates\n",
                                answer.num_draws - answer.num_without_plan, answer.num_candidates);
  if (answer.num_without_plan > 0) {
    out += fmt::format("{} refits have no plan for the target and count nowhere above\n",
                       answer.num_without_plan);
  }
  for (const std::string& note : notes_on_fit(outcome.problem.law)) out += "note: " + note + "\n";
  return out;
}

std::string next_runs_csv(const api::NextRunsOutcome& outcome) {
  const bool with_g = has_granularity(outcome.problem.law);
  std::string out = with_g ? "n,d,g,flops\n" : "n,d,flops\n";
  for (const RunToTrain& run : outcome.answer.runs) {
    out += format_number(std::round(run.n_law)) + "," + format_number(std::round(run.d_tokens)) +
           (with_g ? "," + format_number(run.granularity) : "") + "," + format_number(run.flops) +
           "\n";
  }
  return out;
}

}  // namespace isoflop::text

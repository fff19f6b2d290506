// isoflop next-runs: what to train next so that the plan for a larger budget becomes more certain.
#include "isoflop/plan/next_runs.hpp"

#include <fmt/format.h>

#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/accounting.hpp"
#include "apps/isoflop/options/law.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  LawArguments law;
  CostArguments cost{.cost = "", .granularity = ""};
  std::string target_flops, budget_flops, runs = "10", noise, reach = "4", max_n, max_d, max_g;
  std::array<std::string, kNumVariables> given;
  std::string output;
  bool csv = false, json = false;
};

/// What is asked, and how the noise in it came about.
struct Task {
  PlanProblem request;
  NextRunsQuestion question;
  double noise = 0.0;        ///< sd of ln L of a run
  double huber_delta = 0.0;  ///< of the fit that is to take the runs in
  bool noise_given = false;
};

PlanProblem request_of(const Arguments& arguments) {
  const LawRecord law = arguments.law.load();
  CostArguments cost = arguments.cost;
  if (cost.granularity == "pow2") {
    throw UsageError("--granularity: intervals need a G that moves smoothly: continuous, or fixed");
  }
  if (cost.granularity.empty()) cost.granularity = has_granularity(law) ? "continuous" : "pow2";
  PlanProblem out = cost.request(law);
  for (const VariableInfo& v : kVariables) {
    const std::string& text = arguments.given[index_of(v.id)];
    if (text.empty()) continue;
    if (!law_has_variable(law, v.id)) {
      throw UsageError(fmt::format("--{} is not a variable of the law {}", v.key, law.law.name()));
    }
    out.given[index_of(v.id)] = variable_argument(v, text);
  }
  return out;
}

Task task_of(const Arguments& arguments) {
  Task out{.request = request_of(arguments), .question = {}};
  NextRunsQuestion& question = out.question;
  question.target_flops = positive_argument("--target-flops", arguments.target_flops);
  question.budget_flops = positive_argument("--budget-flops", arguments.budget_flops);
  question.max_runs = count_argument("--runs", arguments.runs, 1);
  question.reach = number_argument("--reach", arguments.reach);
  auto limit = [](const char* flag, const std::string& text, std::optional<double>& to) {
    if (!text.empty()) to = positive_argument(flag, text);
  };
  limit("--max-n", arguments.max_n, question.max_n);
  limit("--max-d", arguments.max_d, question.max_d);
  limit("--max-g", arguments.max_g, question.max_g);
  const LawRecord& law = out.request.law;
  out.noise_given = !arguments.noise.empty();
  if (out.noise_given) {
    out.noise = 0.01 * positive_argument("--noise", arguments.noise);
  } else if (law.noise) {
    out.noise = *law.noise;
  } else if (!law.draws.bootstrap.empty()) {
    throw UsageError("the law's file does not say how far its runs scatter: add --noise PERCENT");
  } else {
    out.noise = 1.0;  // the missing draws are what will be complained of
  }
  out.huber_delta = law.huber_delta.value_or(1e-3);
  question.noise = refit_noise(out.noise, out.huber_delta);
  return out;
}

double total_flops(const NextRuns& answer) {
  double sum = 0.0;
  for (const RunToTrain& run : answer.runs) sum += run.flops;
  return sum;
}

std::string csv_of(const Task& task, const NextRuns& answer) {
  const bool with_g = has_granularity(task.request.law);
  std::string out = with_g ? "n,d,g,flops\n" : "n,d,flops\n";
  for (const RunToTrain& run : answer.runs) {
    out += format_number(std::round(run.n_law)) + "," + format_number(std::round(run.d_tokens)) +
           (with_g ? "," + format_number(run.granularity) : "") + "," + format_number(run.flops) +
           "\n";
  }
  return out;
}

struct Line {
  const char* key;
  const char* name;
  const ExpectedInterval* interval;
  std::optional<int> decimals;
};

std::vector<Line> lines_of(const NextRuns& answer) {
  std::vector<Line> out{{"n", "N", &answer.n_law, {}},
                        {"d", "D", &answer.d_tokens, {}},
                        {"loss", "loss", &answer.loss, 4}};
  if (answer.granularity) out.push_back({"g", "G", &*answer.granularity, 1});
  return out;
}

std::string text_of(const Task& task, const std::string& name, const NextRuns& answer) {
  const LawRecord& law = task.request.law;
  const NextRunsQuestion& question = task.question;
  std::string out = fmt::format(
      "{} ({}): {}, N is {}{}\nFLOPs: {}\nnoise of a run: {:.2f} % of its loss{}; a fit with Huber "
      "delta {} makes {:.2f} % of it\n\n",
      name, describe_origin(law), law.law.name(), to_string(law.n_means),
      law.expansion ? ", E = " + format_number(*law.expansion) : "", describe_cost(task.request),
      100.0 * task.noise, task.noise_given ? "" : ", as those of the fit scatter",
      std::isfinite(task.huber_delta) ? fmt::format("{:.3g}", task.huber_delta) : "inf",
      100.0 * question.noise);
  const bool with_g = has_granularity(law);
  TextGrid runs;
  runs.add({"run", "N", "D", with_g ? "G" : "", "FLOPs", "of the budget"});
  for (std::size_t i = 0; i < answer.runs.size(); ++i) {
    const RunToTrain& run = answer.runs[i];
    runs.add({std::to_string(i + 1), human_number(run.n_law), human_number(run.d_tokens),
              with_g ? format_number(run.granularity) : "", human_number(run.flops),
              fmt::format("{:.1f} %", 100.0 * run.flops / question.budget_flops)});
  }
  const double total = total_flops(answer);
  runs.add({"", "", "", "", human_number(total),
            fmt::format("{:.1f} %", 100.0 * total / question.budget_flops)});
  out += runs.text();
  TextGrid grid({0});
  grid.add({fmt::format("plan at {} FLOPs", human_number(question.target_flops)), "", "95 % now",
            "expected", "width left"});
  for (const Line& line : lines_of(answer)) {
    auto interval = [&](const Interval& range) {
      return human_interval({range, IntervalMethod::kPercentile}, line.decimals);
    };
    grid.add({line.name,
              line.decimals ? fmt::format("{:.{}f}", line.interval->estimate, *line.decimals)
                            : human_number(line.interval->estimate),
              interval(line.interval->now), interval(line.interval->after),
              fmt::format("{:.0f} %", 100.0 * line.interval->width_left())});
  }
  out += "\n" + grid.text() +
         fmt::format("\nfrom {} refits and {} candidates\n",
                     answer.num_draws - answer.num_without_plan, answer.num_candidates);
  if (answer.num_without_plan > 0) {
    out += fmt::format("{} refits have no plan for the target and count nowhere above\n",
                       answer.num_without_plan);
  }
  for (const std::string& note : notes_on_fit(law)) out += "note: " + note + "\n";
  return out;
}

nlohmann::ordered_json json_of(const Task& task, const std::string& name, const NextRuns& answer) {
  const bool with_g = has_granularity(task.request.law);
  nlohmann::ordered_json out;
  out["format"] = "isoflop.next-runs/1";
  out["law"] = name;
  out["target_flops"] = task.question.target_flops;
  out["budget_flops"] = task.question.budget_flops;
  out["max_runs"] = task.question.max_runs;
  out["noise"] = task.noise;
  out["refit_noise"] = task.question.noise;
  out["draws"] = answer.num_draws;
  out["draws_without_plan"] = answer.num_without_plan;
  out["candidates"] = answer.num_candidates;
  out["runs"] = nlohmann::ordered_json::array();
  for (const RunToTrain& run : answer.runs) {
    nlohmann::ordered_json row;
    row["n"] = std::round(run.n_law);
    row["d"] = std::round(run.d_tokens);
    row["g"] = with_g ? nlohmann::ordered_json(run.granularity) : nlohmann::ordered_json(nullptr);
    row["flops"] = run.flops;
    out["runs"].push_back(row);
  }
  out["flops"] = total_flops(answer);
  for (const Line& line : lines_of(answer)) {
    const ExpectedInterval& x = *line.interval;
    out["plan"][line.key] = {{"estimate", x.estimate},
                             {"now", {x.now.low, x.now.high}},
                             {"expected", {x.after.low, x.after.high}},
                             {"width_left", x.width_left()}};
  }
  return out;
}

int run(const Arguments& arguments) {
  if (arguments.csv && arguments.json) throw UsageError("--csv and --json exclude each other");
  require_writable(arguments.output);
  const Task task = task_of(arguments);
  const NextRuns answer = next_runs(task.request, task.question);
  const std::string name = arguments.law.name();
  if (!arguments.output.empty()) write_file(arguments.output, csv_of(task, answer));
  if (arguments.json) {
    print(json_text(json_of(task, name, answer)));
  } else {
    print(arguments.csv ? csv_of(task, answer) : text_of(task, name, answer));
  }
  return 0;
}

}  // namespace

void add_next_runs(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "next-runs", "What to train next so that the plan for a larger budget becomes more certain");
  arguments->law.add_law(*command);
  auto number = [&](const char* flag, std::string& to, const char* help) {
    return command->add_option(flag, to, help)->type_name("X");
  };
  number("--target-flops", arguments->target_flops,
         "the budget of the plan that is to become certain")
      ->required();
  number("--budget-flops", arguments->budget_flops, "FLOPs for all runs together")->required();
  command->add_option("--runs", arguments->runs, "at most so many runs (default 10)")
      ->type_name("K");
  number("--noise", arguments->noise,
         "sd of the loss of a run, in per cent (default: as the runs of the fit scatter)");
  number("--reach", arguments->reach,
         "N and D of a run exceed those of the runs behind the law at most so many times (default "
         "4)");
  number("--max-n", arguments->max_n, "largest N, as the law counts it");
  number("--max-d", arguments->max_d, "largest D");
  number("--max-g", arguments->max_g, "largest G (default: twice that of the runs)");
  arguments->cost.add(*command);
  command->get_option("--granularity")
      ->description("G of the plan: continuous (default) or fixed")
      ->type_name("continuous|X");
  arguments->law.add_conventions(*command);
  for (const VariableInfo& v : kVariables) {
    if (v.id != Variable::kU && v.id != Variable::kS) continue;
    number(("--" + std::string(v.key)).c_str(), arguments->given[index_of(v.id)],
           fmt::format("{}, {}, for laws that have it", v.symbol, v.meaning).c_str());
  }
  command->add_flag("--accept-unconverged", arguments->law.accept_unconverged,
                    "use a fit that did not converge");
  command->add_option("-o,--output", arguments->output, "write the runs as CSV: n,d,g,flops")
      ->type_name("FILE");
  command->add_flag("--csv", arguments->csv, "print that CSV and nothing else");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.next-runs/1) and nothing else");
  command->footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop fit data/published/krajewski2024_grid_simulated.csv --law fine-grained-moe \\\n"
      "      --column loss=loss_simulated --n-means total_non_embedding --expansion 64 \\\n"
      "      -o law.json\n"
      "  isoflop next-runs --law law.json --target-flops 1e22 --budget-flops 1e21");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app

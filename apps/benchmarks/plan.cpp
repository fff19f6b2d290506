// bench_plan [LAW]: how long plans take, and curves of plans, with and without draws. The draws are
// made up: coefficients of the law scattered by a normal factor. A program, not a test: figures go
// into docs/results.md with machine and date. `--peer apps/benchmarks/scipy_plan.py` times the same
// plan through scipy.optimize in the same call.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "isoflop/convention/flops.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/frontier.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "isoflop/plan/planner.hpp"

namespace {

using namespace isoflop;

struct Arguments {
  std::string law = "krajewski2024-e64", peer;
  double flops = 1e21, from = 1e18, to = 1e25, spread = 0.02;
  std::size_t budgets = 1000, draws = 1000;
  int repeats = 5;
  unsigned threads = 2;
  bool json = false;
};

struct Spent {
  double wall_s = std::numeric_limits<double>::infinity();
  double cpu_s = std::numeric_limits<double>::infinity();  ///< of all threads

  Spent per(double count) const { return {wall_s / count, cpu_s / count}; }
};

struct Row {
  std::string job;
  Spent spent;
  std::string remark;
};

/// The least of `repeats` calls: on a shared machine the others measure the neighbours.
template <class Work>
Spent fastest(int repeats, const Work& work) {
  Spent best;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    work();
    const auto cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    best = {std::min(best.wall_s, wall.count()), std::min(best.cpu_s, cpu)};
  }
  return best;
}

std::vector<std::vector<double>> made_up_draws(const LawRecord& law, double spread,
                                               std::size_t count) {
  Random random(1);
  std::vector<std::vector<double>> out(count, law.coefficients);
  for (auto& coefficients : out) {
    for (double& x : coefficients) x *= std::exp(spread * random.normal());
  }
  return out;
}

/// The output of the peer for this law and budget, its last line as JSON.
nlohmann::json ask_peer(const Arguments& arguments, const PlanProblem& request) {
  std::string command = "python3 '" + arguments.peer + "' " + format_number(arguments.flops);
  for (const double x : request.law.coefficients) command += " " + format_number(x);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("the peer cannot be started");
  std::string text;
  for (char buffer[4096]; std::fgets(buffer, sizeof buffer, pipe.get());) text += buffer;
  if (text.empty()) throw std::runtime_error("the peer gave nothing (does it have SciPy?)");
  return nlohmann::json::parse(text);
}

std::vector<Row> time_single_plans(const Arguments& arguments, const PlanProblem& request,
                                   const std::vector<double>& curve) {
  std::vector<Row> rows;
  const Planner planner = Planners(request).own();
  const auto num = static_cast<double>(curve.size());
  double sum = 0.0;  // so that no work is left out
  Spent spent = fastest(arguments.repeats, [&] {
    for (const double budget : curve) {
      sum += planner.optimum(std::log(budget), request.search).log_n_active;
    }
  });
  rows.push_back({"one plan", spent.per(num), "N, D and G from nothing"});
  spent = fastest(arguments.repeats, [&] {
    for (const double budget : curve) sum += planner.plan(budget, request.search).n_active;
  });
  rows.push_back({"one plan in full", spent.per(num), "with the coarse run beside it"});
  spent = fastest(arguments.repeats, [&] {
    Optimum last;
    for (const double budget : curve) {
      last = planner.optimum(std::log(budget), request.search, &last);
      sum += last.log_n_active;
    }
  });
  rows.push_back({"one plan along a curve", spent.per(num), "from the last one"});
  if (!std::isfinite(sum)) throw std::runtime_error("the law has no plan somewhere in the range");
  return rows;
}

std::vector<Row> time_all(const Arguments& arguments, PlanProblem& request) {
  std::vector<Row> rows = time_single_plans(
      arguments, request, log_spaced(arguments.from, arguments.to, arguments.budgets));
  request.law.draws.bootstrap = made_up_draws(request.law, arguments.spread, arguments.draws);
  Spent spent = fastest(arguments.repeats, [&] {
    auto plans = plan_law(request, {arguments.flops});
    add_draws(request, plans);
  });
  rows.push_back({"plan with draws", spent,
                  fmt::format("{} draws, intervals and regret, one thread", arguments.draws)});

  FrontierOptions options;
  options.from = arguments.from;
  options.to = arguments.to;
  options.num_points = arguments.budgets;
  for (const unsigned threads : {1u, arguments.threads}) {
    options.num_threads = threads;
    spent = fastest(std::min(arguments.repeats, 3), [&] { frontier(request, options); });
    const Spent per_draw =
        spent.per(static_cast<double>(arguments.budgets) * static_cast<double>(arguments.draws));
    rows.push_back({fmt::format("frontier with draws, {} threads", threads), spent,
                    fmt::format("{} budgets x {} draws, {:.3g} us of a core each",
                                arguments.budgets, arguments.draws, 1e6 * per_draw.cpu_s)});
    if (arguments.threads == 1) break;
  }
  return rows;
}

void run(const Arguments& arguments) {
  PlanProblem request;
  request.law = find_law(arguments.law);
  request.accounting = own_accounting(request.law);
  const Plan plan = plan_law(request, {arguments.flops}).at(0);
  std::vector<Row> rows = time_all(arguments, request);
  std::string compared;
  if (!arguments.peer.empty()) {
    if (request.law.law != "fine-grained-moe" || request.law.expansion != 64.0) {
      throw InvalidArgument("the peer knows the law fine-grained-moe at E = 64 only");
    }
    const nlohmann::json peer = ask_peer(arguments, request);
    rows.push_back({"the same plan by SciPy",
                    {peer.at("seconds"), peer.at("cpu_seconds")},
                    peer.at("method")});
    compared = fmt::format(
        "SciPy: N active {:.12g}, D {:.12g}, G {:g}; relative difference {:.1e} in N, {:.1e} in "
        "loss; {:.0f} times the processor time of one plan\n",
        peer.at("n_active").get<double>(), peer.at("d_tokens").get<double>(),
        peer.at("granularity").get<double>(),
        std::abs(peer.at("n_active").get<double>() / plan.n_active - 1.0),
        std::abs(peer.at("loss").get<double>() / plan.loss - 1.0),
        peer.at("cpu_seconds").get<double>() / rows[0].spent.cpu_s);
  }
  if (arguments.json) {
    nlohmann::ordered_json out;
    for (const Row& row : rows)
      out[row.job] = {
          {"seconds", row.spent.wall_s}, {"cpu_seconds", row.spent.cpu_s}, {"what", row.remark}};
    std::cout << out.dump(2) << '\n';
    return;
  }
  fmt::print("isoflop, {}, {} budgets from {:g} to {:g} FLOPs, fastest of {}\n", arguments.law,
             arguments.budgets, arguments.from, arguments.to, arguments.repeats);
  fmt::print("{:<32}  {:>10}  {:>10}\n", "job", "seconds", "processor");
  for (const Row& row : rows) {
    fmt::print("{:<32}  {:>10.3g}  {:>10.3g}  {}\n", row.job, row.spent.wall_s, row.spent.cpu_s,
               row.remark);
  }
  fmt::print("{}", compared);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"Times plans"};
  Arguments arguments;
  parser.add_option("LAW", arguments.law, "a published law or a law file");
  parser.add_option("--flops", arguments.flops, "budget of the single plans");
  parser.add_option("--from", arguments.from, "smallest budget of the curve");
  parser.add_option("--to", arguments.to, "largest budget of the curve");
  parser.add_option("--budgets", arguments.budgets, "points of the curve")
      ->check(CLI::Range(2, 1 << 20));
  parser.add_option("--draws", arguments.draws, "made-up draws")->check(CLI::PositiveNumber);
  parser.add_option("--spread", arguments.spread, "standard deviation of ln coefficient");
  parser.add_option("--repeats", arguments.repeats, "the fastest counts")
      ->check(CLI::PositiveNumber);
  parser.add_option("--threads", arguments.threads, "of the curve with draws")
      ->check(CLI::PositiveNumber);
  parser.add_option("--peer", arguments.peer, "apps/benchmarks/scipy_plan.py");
  parser.add_flag("--json", arguments.json);
  CLI11_PARSE(parser, argc, argv);
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "bench_plan: " << fault.what() << '\n';
    return 1;
  }
}

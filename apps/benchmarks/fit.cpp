// bench_fit RUNS.csv GRID.csv: how long the work of a fit takes, on the 240 points of Besiroglu et
// al. 2024 (RUNS, column outlier), on the simulated 78-cell grid (GRID) and on a million simulated
// runs. A program, not a test: figures go into docs/results.md with machine and date.
// apps/benchmarks/scipy_fit.py runs it and SciPy in one call.
#include "isoflop/fit/fit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "fit/minimizer.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"

namespace {

using namespace isoflop;

struct Row {
  std::string job, what;
  double seconds;
  double objective;
  std::string remark;
};

/// Seconds of the fastest of `repeats` calls: on a shared machine the others measure the
/// neighbours.
template <class Work>
double fastest(int repeats, const Work& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void time_fits(const AnyLaw& law, const RunTable& runs, std::size_t resamples, int repeats,
               unsigned threads, std::vector<Row>& rows) {
  FitOptions options;
  options.num_threads = threads;
  options.profile = false;
  FitReport report;
  for (const bool finish : {false, true}) {
    options.finish_all_starts = finish;
    const double seconds = fastest(repeats, [&] { report = fit(law, runs, options); });
    rows.push_back(
        {law.name() + (finish ? " all starts" : " starts"),
         fmt::format("{} starts{}, {}", report.num_starts, finish ? ", none abandoned" : "",
                     to_string(report.verdict)),
         seconds, report.objective,
         fmt::format("{:.3f} ms per start, {} of {} at the best",
                     1e3 * seconds / static_cast<double>(report.num_starts), report.starts_at_best,
                     report.num_starts - report.starts_abandoned)});
  }
  BootstrapOptions how;
  how.resamples = resamples;
  how.jackknife = false;
  for (const ResampleSize size : {ResampleSize::kCalibrated, ResampleSize::kSame}) {
    how.size = size;
    BootstrapReport draws;
    const double seconds =
        fastest(repeats, [&] { draws = bootstrap(law, runs, options, report, how); });
    rows.push_back({law.name() + (size == ResampleSize::kSame ? " resamples of n" : " resamples"),
                    fmt::format("{} certified refits, {} of {} runs drawn", draws.certified,
                                draws.resample_size, draws.num_groups),
                    seconds, report.objective,
                    fmt::format("{} failed, {} sent back", draws.failed, draws.sent_back)});
  }
}

void time_one_fit(const RunTable& runs, int repeats, std::vector<Row>& rows) {
  const std::unique_ptr<const FitLaw> law = fit_law("chinchilla");
  const std::unique_ptr<Objective> objective =
      law->objective(runs, HuberLoss(1e-3), Residual::kLog);
  const FreeSpace space = free_space(law->facts(), {});
  const CoefficientVector begin = space.gather(std::array{0.5, 6.0, 0.34, 6.0, 0.28});
  constexpr int kFits = 1000;
  Minimum at;
  const double seconds = fastest(repeats, [&] {
    for (int i = 0; i < kFits; ++i) {
      at = minimize(*objective, space, begin);
      sharpen(*objective, space, at);
    }
  });
  rows.push_back({"one fit", "from (6, 6, .5, .34, .28)", seconds / kFits, at.value,
                  fmt::format("{} iterations", at.iterations)});
}

void time_many_runs(std::size_t count, unsigned threads, std::vector<Row>& rows) {
  const LawRecord law = find_law("krajewski2024-e64");
  const auto theta = to_axis(FineGrainedMoe{}, law.coefficients);
  Random random(1);
  RunTable runs;
  for (std::size_t i = 0; i < count; ++i) {
    const std::array<double, 3> log_x{std::log(random.uniform(1e8, 1e11)),
                                      std::log(random.uniform(1e9, 1e12)),
                                      std::log(2.0) * static_cast<double>(random.below(6))};
    for (std::size_t v = 0; v < 3; ++v) {
      runs.column(FineGrainedMoe::kVariables[v]).push_back(std::exp(log_x[v]));
    }
    runs.loss.push_back(
        std::exp(FineGrainedMoe{}.log_loss(theta, log_x) + 0.005 * random.normal()));
  }
  FitOptions options;
  options.num_threads = threads;
  options.num_starts = 64;
  options.profile = false;
  FitReport report;
  const double seconds = fastest(1, [&] { report = fit("fine-grained-moe", runs, options); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  rows.push_back(
      {"many runs", fmt::format("{} runs, 64 starts, {}", count, to_string(report.verdict)),
       seconds, report.objective,
       fmt::format("{} at the best, {} MB in all", report.starts_at_best, usage.ru_maxrss / 1024)});
}

struct Arguments {
  std::string runs, grid;
  int repeats = 3;
  unsigned threads = 0;
  std::size_t many = 1'000'000;
  bool json = false;
};

void run(const Arguments& arguments) {
  RecordOptions good;
  good.where.push_back(parse_condition("outlier=0"));
  const RunTable points =
      read_records(arguments.runs, good, facts_of(AnyLaw("chinchilla")).variables).runs;
  RecordOptions simulated;
  simulated.columns["loss"] = "loss_simulated";
  const RunTable grid = read_records(arguments.grid, simulated, FineGrainedMoe::kVariables).runs;

  std::vector<Row> rows;
  time_fits("chinchilla", points, 4000, arguments.repeats, arguments.threads, rows);
  time_one_fit(points, arguments.repeats, rows);
  time_fits("fine-grained-moe", grid, 1000, arguments.repeats, arguments.threads, rows);
  if (arguments.many > 0) time_many_runs(arguments.many, arguments.threads, rows);

  if (arguments.json) {
    nlohmann::ordered_json out;
    for (const Row& row : rows) {
      out[row.job] = {{"what", row.what}, {"seconds", row.seconds}, {"objective", row.objective}};
    }
    std::cout << out.dump(2) << '\n';
    return;
  }
  fmt::print("isoflop, {} and {} runs, {} threads, fastest of {}\n", points.num_runs(),
             grid.num_runs(),
             arguments.threads == 0 ? std::thread::hardware_concurrency() : arguments.threads,
             arguments.repeats);
  fmt::print("{:<32}  {:<48}  {:>10}  {:>18}  {}\n", "job", "what", "seconds", "objective", "");
  for (const Row& row : rows) {
    fmt::print("{:<32}  {:<48}  {:>10.3g}  {:>18.12g}  {}\n", row.job, row.what, row.seconds,
               row.objective, row.remark);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"Times the work of a fit"};
  Arguments arguments;
  parser.add_option("RUNS", arguments.runs, "the points of Besiroglu et al. 2024")->required();
  parser.add_option("GRID", arguments.grid, "krajewski2024_grid_simulated.csv")->required();
  parser.add_option("--repeats", arguments.repeats, "the fastest counts")
      ->check(CLI::PositiveNumber);
  parser.add_option("--threads", arguments.threads, "0: one per core");
  parser.add_option("--many", arguments.many, "simulated runs of the last job; 0 leaves it out");
  parser.add_flag("--json", arguments.json);
  CLI11_PARSE(parser, argc, argv);
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "bench_fit: " << fault.what() << '\n';
    return 1;
  }
}

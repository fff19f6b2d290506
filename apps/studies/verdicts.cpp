// study_verdicts: what the verdicts on fits are worth.
//
// Simulates data sets of kinds that a law can and cannot be fitted to, fits each through the door
// of the program, and counts verdicts against the truth: what a plan for ten times the largest
// budget loses where it is followed. What it found: docs/results.md. A program, not a test.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "apps/studies/simulated_runs.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/hold_out.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace {

using namespace isoflop;

struct Setup {
  std::string grid = "data/published/krajewski2024_grid.csv";
  std::size_t sets = 200, resamples = 1000, starts = 200;
  std::uint64_t seed = kDefaultSeed;
  unsigned threads = 0;
  std::string only;
};

using TrueLoss = std::function<double(double n, double d)>;

// A data set, the law to fit, and the truth at the granularity of its plans.
struct Set {
  RunTable runs;
  std::string law = "chinchilla";
  TrueLoss truth;
  bool answers = true;  // whether there is a best model at all
};

struct Kind {
  std::string name;
  std::function<Set(Random&)> draw;
};

// Besiroglu et al. 2024, arXiv 2404.10102.
constexpr double kE = 1.8172, kA = 482.01, kAlpha = 0.3478, kB = 2085.43, kBeta = 0.3658;

double chinchilla(double n, double d) {
  return kE + kA * std::pow(n, -kAlpha) + kB * std::pow(d, -kBeta);
}

void add_run(Set& set, double n, double d, double noise, Random& random) {
  set.runs.column(Variable::kN).push_back(n);
  set.runs.column(Variable::kD).push_back(d);
  set.runs.loss.push_back(set.truth(n, d) * std::exp(noise * random.normal()));
}

// Six sizes from 100M to 3.2B, four tokens per parameter from 10 to 80.
Set small_grid(const TrueLoss& truth, double noise, Random& random) {
  Set set;
  set.truth = truth;
  for (double n = 1e8; n < 4e9; n *= 2.0) {
    for (double ratio = 10.0; ratio < 100.0; ratio *= 2.0) {
      add_run(set, n, ratio * n, noise, random);
    }
  }
  return set;
}

Set some_of(const Set& all, std::size_t count, Random& random) {
  std::vector<std::size_t> rows(all.runs.num_runs());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(rows[i], rows[i + random.below(rows.size() - i)]);
  }
  Set out = all;
  out.runs = RunTable{};
  for (std::size_t i = 0; i < count; ++i) {
    for (const Variable v : {Variable::kN, Variable::kD}) {
      out.runs.column(v).push_back(all.runs.column(v)[rows[i]]);
    }
    out.runs.loss.push_back(all.runs.loss[rows[i]]);
  }
  return out;
}

Set paper_grid(const RunTable& grid, double noise, Random& random) {
  const LawRecord law = find_law("krajewski2024-e64");
  Set set;
  set.runs = grid;
  for (double& loss : set.runs.loss) loss *= std::exp(noise * random.normal());
  set.law = "fine-grained-moe";
  // The plans are for the median of G, which is 4.
  set.truth = [law](double n, double d) {
    return loss(FineGrainedMoe{}, law.coefficients, std::array<double, 3>{n, d, 4.0});
  };
  return set;
}

std::vector<Kind> kinds(const RunTable& grid) {
  std::vector<Kind> out;
  auto add = [&](std::string name, std::function<Set(Random&)> draw) {
    out.push_back({std::move(name), std::move(draw)});
  };
  for (const double noise : {0.001, 0.005}) {
    add(fmt::format("paper's grid, {:.1f} %", 100.0 * noise),
        [=, &grid](Random& random) { return paper_grid(grid, noise, random); });
  }
  for (const double noise : {0.001, 0.005, 0.05}) {
    add(fmt::format("6 x 4 grid, {:.1f} %", 100.0 * noise),
        [=](Random& random) { return small_grid(chinchilla, noise, random); });
  }
  add("one budget", [](Random& random) {
    Set set;
    set.truth = chinchilla;
    for (int i = 0; i < 25; ++i) {
      const double n = 1e8 * std::pow(50.0, i / 24.0);
      add_run(set, n, 1e20 / (6.0 * n), 0.003, random);
    }
    return set;
  });
  add("one D/N", [](Random& random) {
    Set set;
    set.truth = chinchilla;
    for (int i = 0; i < 20; ++i) {
      const double n = 1e8 * std::pow(50.0, i / 19.0);
      add_run(set, n, 20.0 * n, 0.003, random);
    }
    return set;
  });
  for (const std::size_t count : {std::size_t{6}, std::size_t{8}}) {
    add(count == 6 ? "six runs" : "eight runs", [=](Random& random) {
      return some_of(small_grid(chinchilla, 0.003, random), count, random);
    });
  }
  add("two sizes", [](Random& random) {
    Set set;
    set.truth = chinchilla;
    for (const double n : {2e8, 2e9}) {
      for (double ratio = 5.0; ratio < 1000.0; ratio *= 2.0) {
        add_run(set, n, ratio * n, 0.003, random);
      }
    }
    return set;
  });
  add("flat", [](Random& random) {
    Set set = small_grid([](double, double) { return 2.5; }, 0.003, random);
    set.answers = false;
    return set;
  });
  add("two populations", [](Random& random) {
    Set set = small_grid(chinchilla, 0.003, random);
    const bool by_size = random.uniform() < 0.5;
    for (std::size_t i = 0; i < set.runs.num_runs(); ++i) {
      const bool shifted =
          by_size ? set.runs.column(Variable::kN)[i] > 5e8 : random.uniform() < 0.5;
      if (shifted) set.runs.loss[i] *= 1.08;
    }
    return set;
  });
  // Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.5.
  add("broken: Kaplan's law", [](Random& random) {
    return small_grid(
        [](double n, double d) {
          return std::pow(std::pow(6.4e13 / n, 0.076 / 0.103) + 1.8e13 / d, 0.103);
        },
        0.003, random);
  });
  add("broken: an exponent that halves", [](Random& random) {
    return small_grid(
        [](double n, double d) {
          constexpr double kBreak = 8e8;
          const double bend = n < kBreak ? 1.0 : std::pow(n / kBreak, 0.5 * kAlpha);
          return kE + kA * std::pow(n, -kAlpha) * bend + kB * std::pow(d, -kBeta);
        },
        0.003, random);
  });
  return out;
}

// The least true loss of a budget of 6 N D, by golden section over ln N.
double best_loss(const TrueLoss& truth, double budget) {
  constexpr double kGolden = 0.6180339887498949;
  auto at = [&](double log_n) {
    const double n = std::exp(log_n);
    return truth(n, budget / (6.0 * n));
  };
  double low = std::log(1e3), high = std::log(1e16);
  for (int i = 0; i < 100; ++i) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (at(a) < at(b) ? high : low) = at(a) < at(b) ? b : a;
  }
  return at(0.5 * (low + high));
}

// The share of the budget that a model of n parameters loses.
double lost_share(const TrueLoss& truth, double budget, double n) {
  const double reached = truth(n, budget / (6.0 * n));
  double low = std::log(budget) - 60.0, high = std::log(budget);
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (best_loss(truth, std::exp(middle)) > reached ? low : high) = middle;
  }
  return -std::expm1(high - std::log(budget));
}

struct Result {
  Verdict verdict = Verdict::kFailed;
  Questions questions;
  double lost = 1.0;
};

Columns columns_of(const Set& set) {
  Columns out;
  for (const Variable v : {Variable::kN, Variable::kD, Variable::kG}) {
    if (!set.runs.column(v).empty()) {
      out.push_back({std::string(info(v).symbol), set.runs.column(v), {}});
    }
  }
  out.push_back({"loss", set.runs.loss, {}});
  return out;
}

// N of the law's best model at 6 N D = budget, G = 4.
double planned_n(const api::FitOutcome& fit, double budget) {
  const TrueLoss believed = [&](double n, double d) {
    RunTable one;
    one.columns[index_of(Variable::kN)] = {n};
    one.columns[index_of(Variable::kD)] = {d};
    one.columns[index_of(Variable::kG)] = {4.0};
    one.loss = {1.0};
    return log_losses(fit.law.law, fit.law.coefficients, one).front();
  };
  double best = 0.0, least = std::numeric_limits<double>::infinity();
  for (double log_n = std::log(1e3); log_n < std::log(1e16); log_n += 0.02) {
    const double n = std::exp(log_n), loss = believed(n, budget / (6.0 * n));
    if (loss < least) {
      least = loss;
      best = n;
    }
  }
  return best;
}

Result study(const Set& set, const Setup& setup) {
  api::FitRequest request;
  request.runs.columns = columns_of(set);
  request.law = set.law;
  request.fit.starts = setup.starts;
  request.fit.threads = 1;
  request.bootstrap = setup.resamples;
  const api::FitOutcome fit = api::fit(request);
  Result out;
  out.verdict = fit.report.verdict;
  out.questions = fit.report.questions;
  if (!fit.has_law() || !set.answers) return out;
  const std::vector<double> compute = six_nd_of(set.runs);
  const double budget = 10.0 * *std::max_element(compute.begin(), compute.end());
  out.lost = lost_share(set.truth, budget, planned_n(fit, budget));
  return out;
}

void print_row(const std::string& name, const std::vector<Result>& results) {
  constexpr double kMuch = 0.1;
  const double one = 100.0 / static_cast<double>(results.size());
  std::array<double, 4> share{}, bad{};
  std::array<double, 4> not_good{};
  for (const Result& r : results) {
    const auto v = static_cast<std::size_t>(r.verdict);
    share[v] += one;
    if (!(r.lost <= kMuch)) bad[v] += one;
    not_good[0] += one * (r.questions.optimum.word != OptimumWord::kFound);
    not_good[1] += one * (r.questions.coefficients.word != CoefficientsWord::kDetermined);
    not_good[2] += one * (r.questions.data.word != DataWord::kClean);
    not_good[3] += one * (r.questions.form.word == FormWord::kLackOfFit);
  }
  auto of = [&](Verdict v) {
    const auto i = static_cast<std::size_t>(v);
    return fmt::format("{:.1f} ({:.1f})", share[i], bad[i]);
  };
  fmt::print("| {} | {} | {} | {} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |\n", name,
             of(Verdict::kCertified), of(Verdict::kInterpolates), of(Verdict::kDoubtful),
             not_good[0], not_good[1], not_good[2], not_good[3]);
  std::fflush(stdout);
}

int run(const Setup& setup) {
  const RunTable grid = read_grid(setup.grid, find_law("krajewski2024-e64"));
  fmt::print(
      "| {} sets each | certified | interpolates | doubtful | optimum | coefficients | data "
      "| form |\n|---|---|---|---|---|---|---|---|\n",
      setup.sets);
  for (const Kind& kind : kinds(grid)) {
    if (!setup.only.empty() && kind.name.find(setup.only) == std::string::npos) continue;
    std::vector<Result> results(setup.sets);
    parallel_for(setup.sets, setup.threads, [&](std::size_t i) {
      Random random(setup.seed + 1000 * i);
      results[i] = study(kind.draw(random), setup);
    });
    print_row(kind.name, results);
  }
  fmt::print(
      "In per cent of the sets; in brackets those whose plan for ten times the largest budget "
      "loses more than 10 % of it; last four columns: the question has no good answer.\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CLI::App app("Verdicts on simulated data sets against what their plans lose", "study_verdicts");
  app.add_option("--grid", setup.grid, "d_model,n_blocks,steps,N,D,G")->capture_default_str();
  app.add_option("--sets", setup.sets, "of each kind")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--starts", setup.starts, "per fit")->capture_default_str();
  app.add_option("--resamples", setup.resamples)->capture_default_str();
  app.add_option("--seed", setup.seed)->capture_default_str();
  app.add_option("--threads", setup.threads, "0: one per core")->capture_default_str();
  app.add_option("--only", setup.only, "kinds whose name holds this text");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(setup);
  } catch (const std::exception& fault) {
    std::cerr << "study_verdicts: " << fault.what() << '\n';
    return 1;
  }
}

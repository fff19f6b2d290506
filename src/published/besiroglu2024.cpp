// The refit of Besiroglu et al. 2024 of the points that they digitised from Hoffmann et al. 2022,
// Fig. 4. Two objectives are needed: the printed coefficients minimise the sum of absolute log
// residuals, which Huber's loss becomes as delta vanishes; the printed standard errors are those of
// Huber's loss at delta 1e-3.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "isoflop/error.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/io/sha256.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop {
namespace besiroglu2024_derived {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kSha256 =
    "85d25452f9d7d5842bed5bcc3031675225707ddadaf169d2492eec42e5a144d7";

RunTable points(const std::string& path) {
  const std::string found = sha256_of_file(path);
  if (found != kSha256) {
    throw DataError(path, "is not the table that is known (sha256 " + found + " in place of " +
                              std::string(besiroglu2024_derived::kSha256) + "); 'isoflop reproduce' says how to make it");
  }
  RecordOptions rows;
  rows.where.push_back(parse_condition("outlier=0"));
  return read_records(path, rows, Chinchilla::kVariables).runs;
}

double sum_of_absolute_residuals(const RunTable& runs, const std::vector<double>& coefficients) {
  double sum = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const std::array x{runs.column(Variable::kN)[i], runs.column(Variable::kD)[i]};
    sum += std::abs(std::log(loss(Chinchilla{}, coefficients, x) / runs.loss[i]));
  }
  return sum;
}

struct Spread {
  double standard_deviation, kurtosis;
};

Spread spread_of(const std::vector<std::vector<double>>& draws, std::size_t p) {
  const double count = static_cast<double>(draws.size());
  double mean = 0.0, squares = 0.0, fourths = 0.0;
  for (const auto& draw : draws) mean += draw.at(p) / count;
  for (const auto& draw : draws) {
    const double square = (draw.at(p) - mean) * (draw.at(p) - mean);
    squares += square;
    fourths += square * square;
  }
  return {std::sqrt(squares / (count - 1.0)), count * fourths / (squares * squares)};
}

/// By how much two standard deviations of this many draws each may differ by chance, relative to
/// them: two standard errors of their difference. That of one is sqrt((kurtosis - 1) / (4 K)) of it
/// (the delta method on the variance of a sample variance).
double chance_between_two(double kurtosis, std::size_t num_draws) {
  return 2.0 * std::sqrt(2.0 * (kurtosis - 1.0) / (4.0 * static_cast<double>(num_draws)));
}

/// Printed, in the order of the law: E, A, alpha, B, beta.
struct Printed {
  double coefficient, tolerance, standard_error;
  std::string reason;
};

std::vector<DerivedNumber> derive(const ReproductionInput& input) {
  const std::string unit = "one unit of the last printed digit";
  const std::vector<Printed> printed{
      {1.8172, 5e-4, 0.0257, "the exact minimum has 1.8169, 0.013 standard errors away"},
      {482.01, 0.01, 124.5, unit},
      {0.3478, 1e-4, 0.0154, unit},
      {2085.43, 0.01, 1293.3, unit},
      {0.3658, 1e-4, 0.0206, unit},
  };
  const RunTable runs = points(input.data);

  FitOptions absolute = input.fit;
  absolute.huber_delta = 1e-8;  // below every residual but those that the minimum makes zero
  absolute.num_starts = 50;
  const FitReport least = fit(Chinchilla::kName, runs, absolute);
  std::vector<DerivedNumber> out;
  for (std::size_t p = 0; p < printed.size(); ++p) {
    const double ours = p < least.coefficients.size() ? least.coefficients[p] : kNone;
    out.push_back({std::string(Chinchilla::kCoefficients[p].name), printed[p].coefficient, ours,
                   printed[p].tolerance, false, printed[p].reason});
  }
  out.push_back(
      {"sum of |log residual|", 1.1294946536,
       least.coefficients.empty() ? kNone : sum_of_absolute_residuals(runs, least.coefficients),
       1e-7, true, "what delta 1e-8 leaves; computed by an independent program"});

  if (!input.bootstrap) return out;
  FitOptions huber = input.fit;
  const FitReport best = fit(Chinchilla::kName, runs, huber);
  BootstrapOptions how;
  how.resamples = 4000;
  how.size = ResampleSize::kSame;
  how.jackknife = false;
  const BootstrapReport resampled = input.bootstrap(Chinchilla::kName, runs, huber, best, how);
  const auto& draws = resampled.draws.bootstrap;
  for (std::size_t p = 0; p < printed.size(); ++p) {
    constexpr double kUsual = 0.05;
    DerivedNumber figure{"standard error of " + std::string(Chinchilla::kCoefficients[p].name),
                         printed[p].standard_error,
                         kNone,
                         kUsual,
                         true,
                         "another 4,000 resamples, another seed"};
    if (draws.size() > 1) {
      const Spread spread = spread_of(draws, p);
      figure.ours = spread.standard_deviation;
      const double chance = chance_between_two(spread.kurtosis, draws.size());
      if (chance > kUsual) {
        figure.tolerance = chance;
        figure.reason = fmt::format(
            "two standard errors of the difference of two such figures, each from {} draws of "
            "kurtosis {:.3g}",
            draws.size(), spread.kurtosis);
      }
    }
    out.push_back(std::move(figure));
  }
  return out;
}

}  // namespace besiroglu2024_derived

Recipe besiroglu2024() {
  return {
      "besiroglu2024",
      "coefficients (least absolute deviations) and standard errors (Huber 1e-3, 4,000 resamples)",
      "Besiroglu et al. 2024, Chinchilla Scaling: A replication attempt, arXiv 2404.10102",
      "The sum of |log residual| was not printed by the authors.",
      PublicData{
          "data/svg_extracted_data.csv of github.com/epoch-research/analyzing-chinchilla at "
          "9225883; no licence is stated, so it may not be part of isoflop",
          "columns N,D,flops,loss,outlier in the order of that file: N its Model Size, flops its "
          "Training FLOP, D = flops / 6 / N in double precision, outlier 1 for the five highest "
          "losses and else 0; numbers as printf's %.17g",
          std::string(besiroglu2024_derived::kSha256)},
      besiroglu2024_derived::derive};
}

}  // namespace isoflop

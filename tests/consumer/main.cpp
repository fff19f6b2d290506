// Fits runs that follow a known law exactly, with nothing but the installed library.
#include <cmath>
#include <cstdio>
#include <isoflop/fit/fit.hpp>
#include <isoflop/io/number.hpp>

int main() {
  // Hoffmann et al. 2022, arXiv 2203.15556, Approach 3.
  const double e = 1.69, a = 406.4, alpha = 0.34, b = 410.7, beta = 0.28;
  isoflop::RunTable runs;
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 5; ++j) {
      const double n = 1e7 * std::pow(10.0, 0.5 * i), d = 1e9 * std::pow(10.0, 0.6 * j);
      runs.column(isoflop::Variable::kN).push_back(n);
      runs.column(isoflop::Variable::kD).push_back(d);
      runs.loss.push_back(e + a / std::pow(n, alpha) + b / std::pow(d, beta));
    }
  }

  isoflop::FitOptions options;
  options.num_starts = 50;
  const isoflop::FitReport report = isoflop::fit("chinchilla", runs, options);
  const double fitted = report.coefficients.at(2);
  std::printf("%s, alpha = %.9f\n", isoflop::to_string(report.status), fitted);
  const bool recovered =
      report.status == isoflop::FitStatus::kConverged && std::abs(fitted - alpha) < 1e-6;
  const bool reads_numbers = isoflop::parse_number("70B") == 70e9;
  return recovered && reads_numbers ? 0 : 1;
}

#include "fit/ceres_polish.hpp"

#if ISOFLOP_WITH_CERES
#include <ceres/ceres.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace isoflop {
namespace {

/// Many runs as one Ceres residual block: residual_i = sign(r_i) sqrt(2 w_i rho(r_i)), so that half
/// the sum of squares is the objective. Not one block per run, because a block costs more memory
/// and time than the run it holds, nor one of all of them, because Ceres holds the slopes of its
/// largest block twice.
class CeresColumns : public ceres::CostFunction {
 public:
  static constexpr std::size_t kMostRuns = 8192;

  /// Of up to kMostRuns runs from the row `begin` on.
  CeresColumns(const FitLaw& law, const RunTable& runs, const FitOptions& options,
               const FreeSpace& space, std::size_t begin)
      : begin_(begin),
        size_(std::min(kMostRuns, runs.num_runs() - begin)),
        law_(law),
        runs_(runs),
        space_(space),
        loss_(options.huber_delta),
        residual_(options.residual),
        any_sign_(
            std::any_of(runs.loss.begin(), runs.loss.end(), [](double x) { return x <= 0.0; })) {
    set_num_residuals(static_cast<int>(size_));
    mutable_parameter_block_sizes()->push_back(space.size());
  }

  bool Evaluate(double const* const* parameters, double* residuals,
                double** jacobians) const override {
    const CoefficientVector theta =
        space_.expand(Eigen::Map<const Eigen::VectorXd>(parameters[0], space_.size()));
    const std::span<const Variable> variables = law_.facts().variables;
    std::array<double, kNumVariables> log_x{};
    std::array<double, kMaxCoefficients> all_slopes{};
    const std::span<double> slopes(all_slopes.data(), static_cast<std::size_t>(space_.size()));
    for (std::size_t i = 0; i < size_; ++i) {
      const std::size_t row = begin_ + i;
      for (std::size_t v = 0; v < variables.size(); ++v) {
        log_x[v] = law_input(variables[v], runs_.column(variables[v])[row]);
      }
      const std::span<const double> x(log_x.data(), variables.size());
      double r = 0.0, per_slope = 1.0;
      if (any_sign_) {
        r = law_.prediction_by_jets(theta, space_.entry, x, slopes) - runs_.loss[row];
      } else {
        const double log_loss = law_.log_loss_by_jets(theta, space_.entry, x, slopes);
        r = log_loss - std::log(runs_.loss[row]);
        if (residual_ == Residual::kRaw) {
          per_slope = std::exp(log_loss);
          r = per_slope - runs_.loss[row];
        }
      }
      const double weight = runs_.weight.empty() ? 1.0 : runs_.weight[row];
      const double size = std::sqrt(2.0 * weight * loss_.rho(r));
      residuals[i] = std::copysign(size, r);
      if (jacobians == nullptr || jacobians[0] == nullptr) continue;
      const double clipped = std::clamp(r, -loss_.delta(), loss_.delta());
      const double slope = size > 0.0 ? weight * std::abs(clipped) / size : std::sqrt(weight);
      for (std::size_t k = 0; k < slopes.size(); ++k) {
        jacobians[0][i * slopes.size() + k] = slope * (per_slope * slopes[k]);
      }
    }
    return true;
  }

 private:
  std::size_t begin_, size_;
  const FitLaw& law_;
  const RunTable& runs_;
  const FreeSpace& space_;
  HuberLoss loss_;
  Residual residual_;
  bool any_sign_;  // of the losses; only raw residuals have some that are not positive
};

}  // namespace

std::optional<Polished> polish_with_ceres(const FitLaw& law, const RunTable& runs,
                                          const FitOptions& options, const FreeSpace& space,
                                          const CoefficientVector& from) {
  CoefficientVector phi = from;
  ceres::Problem problem;
  for (std::size_t begin = 0; begin < runs.num_runs(); begin += CeresColumns::kMostRuns) {
    problem.AddResidualBlock(new CeresColumns(law, runs, options, space, begin), nullptr,
                             phi.data());
  }
  for (int k = 0; k < space.size(); ++k) {
    problem.SetParameterLowerBound(phi.data(), k, space.lower[k]);
    problem.SetParameterUpperBound(phi.data(), k, space.upper[k]);
  }
  ceres::Solver::Options solver;
  solver.logging_type = ceres::SILENT;
  // Next to the many starts a few passes over many runs are dear, and there is less left to gain;
  // QR would hold the slopes of all of them a second time.
  const bool is_large = runs.num_runs() > 10'000;
  solver.linear_solver_type = is_large ? ceres::DENSE_NORMAL_CHOLESKY : ceres::DENSE_QR;
  solver.max_num_iterations = is_large ? 3 : 30;
  solver.function_tolerance = 1e-15;
  solver.gradient_tolerance = 1e-16;
  solver.parameter_tolerance = 1e-15;
  ceres::Solver::Summary summary;
  ceres::Solve(solver, &problem, &summary);
  return Polished{phi.cwiseMax(space.lower).cwiseMin(space.upper),
                  static_cast<int>(summary.iterations.size())};
}

}  // namespace isoflop

#else

namespace isoflop {

std::optional<Polished> polish_with_ceres(const FitLaw&, const RunTable&, const FitOptions&,
                                          const FreeSpace&, const CoefficientVector&) {
  return std::nullopt;
}

}  // namespace isoflop

#endif

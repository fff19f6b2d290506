/// The last polish of a fit with ceres::Solver. Included by fit_impl.hpp alone: nothing else in
/// this library needs Ceres.
#pragma once

#include <ceres/ceres.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/free_space.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/robust_loss.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {
namespace detail {

/// All runs as one Ceres residual block: residual_i = sign(r_i) sqrt(2 w_i rho(r_i)), so that half
/// the sum of squares is the objective. One block rather than one per run, because a block costs
/// more memory and time than the run it holds.
template <Law L>
class CeresColumns : public ceres::CostFunction {
 public:
  using Space = FreeSpace<kNumCoefficients<L>>;

  CeresColumns(const L& law, const RunTable& runs, const FitOptions& options, const Space& space)
      : law_(law),
        runs_(runs),
        space_(space),
        loss_(options.huber_delta),
        residual_(options.residual) {
    set_num_residuals(static_cast<int>(runs.num_runs()));
    mutable_parameter_block_sizes()->push_back(space.size());
  }

  bool Evaluate(double const* const* parameters, double* residuals,
                double** jacobians) const override {
    using Jet = ceres::Jet<double, static_cast<int>(kNumCoefficients<L>)>;
    std::array<Jet, kNumCoefficients<L>> phi;
    for (int k = 0; k < space_.size(); ++k) {
      phi[static_cast<std::size_t>(k)] = Jet(parameters[0][k], k);
    }
    const auto theta = space_.expand(phi.data());
    for (std::size_t i = 0; i < runs_.num_runs(); ++i) {
      std::array<double, kNumVariablesOf<L>> log_x{};
      for (std::size_t v = 0; v < variables_of(law_).size(); ++v) {
        log_x[v] = log_value(runs_.column(variables_of(law_)[v])[i]);
      }
      const Jet log_loss = law_.log_loss(theta, log_x);
      const Jet r = residual_ == Residual::kLog ? log_loss - std::log(runs_.loss[i])
                                                : exp(log_loss) - runs_.loss[i];
      const double weight = runs_.weight.empty() ? 1.0 : runs_.weight[i];
      const double size = std::sqrt(2.0 * weight * loss_.rho(r.a));
      residuals[i] = std::copysign(size, r.a);
      if (jacobians == nullptr || jacobians[0] == nullptr) continue;
      const double clipped = std::clamp(r.a, -loss_.delta(), loss_.delta());
      const double slope = size > 0.0 ? weight * std::abs(clipped) / size : std::sqrt(weight);
      for (int k = 0; k < space_.size(); ++k) {
        jacobians[0][static_cast<int>(i) * space_.size() + k] = slope * r.v[k];
      }
    }
    return true;
  }

 private:
  const L& law_;
  const RunTable& runs_;
  const Space& space_;
  HuberLoss loss_;
  Residual residual_;
};

/// Continues from phi with ceres::Solver. Returns where it ended and how many iterations it took.
template <Law L>
std::pair<typename FreeSpace<kNumCoefficients<L>>::Small, int> polish_with_ceres(
    const L& law, const RunTable& runs, const FitOptions& options,
    const FreeSpace<kNumCoefficients<L>>& space,
    typename FreeSpace<kNumCoefficients<L>>::Small phi) {
  CeresColumns<L> cost(law, runs, options, space);
  ceres::Problem::Options ownership;
  ownership.cost_function_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
  ceres::Problem problem(ownership);
  problem.AddResidualBlock(&cost, nullptr, phi.data());
  for (int k = 0; k < space.size(); ++k) {
    problem.SetParameterLowerBound(phi.data(), k, space.lower[k]);
    problem.SetParameterUpperBound(phi.data(), k, space.upper[k]);
  }
  ceres::Solver::Options solver;
  solver.linear_solver_type = ceres::DENSE_QR;
  solver.logging_type = ceres::SILENT;
  // Next to the many starts a few passes over many runs are dear, and there is less left to gain.
  solver.max_num_iterations = runs.num_runs() > 10'000 ? 3 : 30;
  solver.function_tolerance = 1e-15;
  solver.gradient_tolerance = 1e-16;
  solver.parameter_tolerance = 1e-15;
  ceres::Solver::Summary summary;
  ceres::Solve(solver, &problem, &summary);
  return {phi.cwiseMax(space.lower).cwiseMin(space.upper),
          static_cast<int>(summary.iterations.size())};
}

}  // namespace detail
}  // namespace isoflop

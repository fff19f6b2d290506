// Minimises an Objective over the free directions of its coefficients, inside a box.
// Damped Newton steps (Levenberg 1944, Marquardt 1963): far away with the reweighted Gauss-Newton
// matrix, which keeps descending where the Hessian is indefinite; near the minimum with the exact
// Hessian, because a robust loss leaves Gauss-Newton only linearly convergent there.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "fit/free_space.hpp"
#include "isoflop/fit/objective.hpp"

namespace isoflop {

struct MinimizerOptions {
  int max_iterations = 400;
  /// Stop when the decrease that Newton's method still promises is below this share of the
  /// objective.
  double decrease_tolerance = 1e-13;
  /// The beginning is close to a minimum: use the exact Hessian at once and hardly any damping.
  bool warm = false;
};

struct Minimum {
  CoefficientVector phi;
  double value = std::numeric_limits<double>::infinity();
  int iterations = 0;
  bool settled = false;  ///< the stopping test was met, rather than the iteration limit
};

/// The gradient with the directions removed that a bound blocks: zero exactly at a minimum of the
/// box-constrained problem.
CoefficientVector projected_gradient(const FreeSpace& space, const CoefficientVector& phi,
                                     CoefficientVector gradient);

/// The matrix without the directions in which the projected gradient is zero, as those that a bound
/// holds: their rows and columns become the identity's.
CoefficientMatrix loosened(CoefficientMatrix matrix, const CoefficientVector& gradient);

/// What the parabola with this gradient and curvature falls by along a step.
double promised_decrease(const FreeSpace& space, const CoefficientVector& gradient,
                         const CoefficientMatrix& curvature, const CoefficientVector& step);

/// The projected gradient is that of a sum of runs: it is called zero below this share of the
/// objective plus what rounding leaves of each run's residual (about 1e-15 times a derivative).
inline double gradient_limit(double objective, std::size_t num_runs) {
  return 1e-6 * objective + 1e-13 * static_cast<double>(num_runs);
}

/// Eigenvalues of the Hessian over the directions that no bound holds, smallest first.
std::vector<double> loose_eigenvalues(const FreeSpace& space, const CoefficientVector& phi,
                                      const CoefficientMatrix& hessian);

/// From this condition number on a Hessian counts as singular: the rest is rounding.
inline constexpr double kSingular = 1e12;

/// Whether the smallest of them is negative by more than rounding, the largest over kSingular.
bool is_saddle(const std::vector<double>& eigenvalues);

/// Ratio of the largest to the smallest of them; infinite where the Hessian is not positive
/// definite, 1 where every direction is held.
double condition_number(const std::vector<double>& eigenvalues);

/// One descent, which may be interrupted and taken up again: what it does in some iterations and
/// then in the rest is what it does in one go.
class Descent {
 public:
  /// Keeps references to objective and space.
  Descent(const Objective& objective, const FreeSpace& space, const CoefficientVector& phi,
          const MinimizerOptions& options = {});

  /// Where it is; the value is known after run().
  const Minimum& minimum() const { return at_; }

  /// Goes on until it settles or has done max_iterations in all.
  void run(int max_iterations);

 private:
  void evaluate(const CoefficientVector& phi, Derivatives& out) const;
  /// One iteration; false if it found the descent settled instead.
  bool step(Derivatives& current);

  const Objective* objective_;
  const FreeSpace* space_;
  MinimizerOptions options_;
  Minimum at_;
  double damping_ = 1e-2;
  bool near_;
};

Minimum minimize(const Objective& objective, const FreeSpace& space, const CoefficientVector& phi,
                 const MinimizerOptions& options = {});

/// Where runs leave a direction open the Hessian is singular up to rounding, and whether a plain
/// step can be taken would hang on the instructions of the machine; damped, it still goes to the
/// bottom of the other directions.
enum class Damping { kNone, kWhereOpen };

/// Takes the gradient of a settled minimum to rounding with plain Newton steps, damped ones where
/// it is not zero and no plain one brings it down. By then the objective itself has stopped
/// changing in its last digit, so steps are judged by the gradient. Returns the derivatives where
/// it ends.
Derivatives sharpen(const Objective& objective, const FreeSpace& space, Minimum& minimum,
                    Damping damping = Damping::kNone);

}  // namespace isoflop

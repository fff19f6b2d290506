#include "sweep/resampled_profiles.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "isoflop/core/parallel.hpp"
#include "isoflop/core/student_quantile.hpp"

namespace isoflop {
namespace {

/// A profile whose losses can be drawn anew: the coefficients are linear in them, so that a draw is
/// three sums over runs.
class DrawnProfile {
 public:
  DrawnProfile(const Profile& profile, double widened, const std::vector<double>& borrowed,
               double huber_delta)
      : profile_(profile), at_(profile.fit->parabola) {
    const ParabolaFit& fit = *profile.fit;
    const double loss = mean(profile.runs.loss);
    if (fit.degrees > 0) {
      noise_ = own_noise(fit, huber_delta * loss);
      for (double& e : noise_) e *= widened;
    } else {
      for (const double e : borrowed) noise_.push_back(e * widened * loss);
    }
    for (std::size_t i = 0; i < fit.weight.size(); ++i) {
      std::array<double, 3> moves = fit.influence[i];
      // Noise of unit weight.
      const double scale = fit.weight[i] > 0.0 ? 1.0 / std::sqrt(fit.weight[i]) : 0.0;
      for (double& m : moves) m *= scale;
      moves_.push_back(moves);
    }
  }

  /// Residuals of unit weight without what the fit took of them. Of a robust fit none counts for
  /// more than where its loss turns straight.
  static std::vector<double> own_noise(const ParabolaFit& fit, double bend) {
    std::vector<double> out;
    double sum = 0.0;
    for (std::size_t i = 0; i < fit.residual.size(); ++i) {
      const double left = std::max(1.0 - fit.leverage[i], 1e-3);
      if (!(fit.weight[i] > 0.0)) continue;
      const double residual = std::clamp(fit.residual[i], -bend, bend);
      out.push_back(std::sqrt(fit.weight[i] / left) * residual);
      sum += out.back();
    }
    const auto count = static_cast<double>(out.size());
    double squares = 0.0;
    for (double& e : out) {
      e -= sum / count;
      squares += e * e;
    }
    // Of few residuals the mean takes a part: what is left has the size that the fit estimates.
    if (squares > 0.0 && std::isinf(bend)) {
      const double scale = std::sqrt(fit.variance * count / squares);
      for (double& e : out) e *= scale;
    }
    return out;
  }

  static double mean(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
  }

  SweepAnswer draw(Random& random) const {
    // What is left of a uniform number behind the point is uniform as well, and picks a second run:
    // with so many runs it has 13 bits more than that takes.
    constexpr std::size_t kMostForTwo = std::size_t{1} << 20;
    const std::size_t count = noise_.size(), last = count - 1;
    const auto factor = static_cast<double>(count);
    const bool two = count <= kMostForTwo;
    std::array<double, 3> moved{};
    auto add = [&](double e, const std::array<double, 3>& moves) {
      for (std::size_t c = 0; c < moved.size(); ++c) moved[c] += e * moves[c];
    };
    for (std::size_t i = 0; i < moves_.size(); ++i) {
      const double at = random.uniform() * factor;
      const std::size_t first = std::min(static_cast<std::size_t>(at), last);
      add(noise_[first], moves_[i]);
      if (!two || ++i == moves_.size()) continue;
      const double rest = (at - static_cast<double>(first)) * factor;
      add(noise_[std::min(static_cast<std::size_t>(rest), last)], moves_[i]);
    }
    return answer_of({at_.centre, at_.p + moved[0], at_.q + moved[1], at_.r + moved[2]},
                     profile_.runs);
  }

 private:
  const Profile& profile_;
  Parabola at_;
  std::vector<double> noise_;
  std::vector<std::array<double, 3>> moves_;
};

struct DrawnBudget {
  std::vector<double> log_by;  ///< empty without a further size
  std::vector<DrawnProfile> profiles;

  SweepAnswer draw(Random& random) const {
    std::vector<SweepAnswer> answers;
    for (const DrawnProfile& profile : profiles) answers.push_back(profile.draw(random));
    if (!log_by.empty()) return best_by(log_by, answers);
    return answers.empty() ? no_answer() : answers.front();
  }
};

/// Residuals over the loss, of all budgets that have some to spare.
std::vector<double> pooled_noise(const ProfilesReport& report, double huber_delta) {
  std::vector<double> out;
  for (const BudgetProfiles& budget : report.budgets) {
    for (const Profile& profile : budget.profiles) {
      if (!profile.fit || profile.fit->degrees == 0) continue;
      const double loss = DrawnProfile::mean(profile.runs.loss);
      for (const double e : DrawnProfile::own_noise(*profile.fit, huber_delta * loss)) {
        out.push_back(e / loss);
      }
    }
  }
  return out;
}

/// Degrees of freedom behind the variance of an exponent: budgets at the ends of a line weigh most
/// (Satterthwaite 1946, Biometrics Bulletin 2(6), with one size of noise for all).
std::size_t degrees_of_line(const ProfilesReport& report) {
  double mean = 0.0, count = 0.0;
  for (const BudgetProfiles& b : report.budgets) mean += std::log(b.budget_flops), count += 1.0;
  mean /= count;
  double sum = 0.0, squares = 0.0;
  for (const BudgetProfiles& b : report.budgets) {
    std::size_t own = 0;
    for (const Profile& p : b.profiles) own += p.fit ? p.fit->degrees : 0;
    const double weight = std::pow(std::log(b.budget_flops) - mean, 2);
    const double degrees = static_cast<double>(own > 0 ? own : report.degrees);
    sum += weight, squares += weight * weight / degrees;
  }
  return squares > 0.0 ? std::max<std::size_t>(1, static_cast<std::size_t>(sum * sum / squares))
                       : report.degrees;
}

}  // namespace

std::vector<PowerLaws> resampled_laws(const ProfilesReport& report,
                                      const ProfilesOptions& options) {
  if (report.degrees == 0 || report.num_answers() < 2 || options.resamples == 0) return {};
  const double widened = student_quantile(0.975, degrees_of_line(report)) / normal_quantile(0.975);
  const std::vector<double> borrowed = pooled_noise(report, options.huber_delta);
  std::vector<DrawnBudget> budgets;
  for (const BudgetProfiles& budget : report.budgets) {
    DrawnBudget& out = budgets.emplace_back();
    for (const Profile& profile : budget.profiles) {
      if (!profile.fit) continue;
      if (profile.by) out.log_by.push_back(std::log(*profile.by));
      out.profiles.emplace_back(profile, widened, borrowed, options.huber_delta);
    }
  }
  const std::vector<double> log_budgets = report.log_budgets();
  std::vector<PowerLaws> draws(options.resamples);
  parallel_for(options.resamples, options.num_threads, [&](std::size_t b) {
    // A generator for each resample: the draws do not depend on who makes which.
    Random random(options.seed + 0x9e3779b97f4a7c15ULL * (b + 1));
    std::vector<SweepAnswer> answers;
    for (const DrawnBudget& budget : budgets) answers.push_back(budget.draw(random));
    draws[b] = power_laws_through(log_budgets, answers);
  });
  return draws;
}

}  // namespace isoflop

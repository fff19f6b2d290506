#include "isoflop/sweep/profiles.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "isoflop/core/interval.hpp"
#include "isoflop/error.hpp"
#include "sweep/resampled_profiles.hpp"

namespace isoflop {
namespace {

BudgetProfiles profiles_at(const SweepRuns& runs, const Budget& budget, double huber_delta) {
  BudgetProfiles out;
  out.budget_flops = budget.flops;
  out.spread = budget.spread;
  if (runs.by.empty()) {
    out.profiles.push_back(profile_of(runs, budget.runs, budget.flops, huber_delta));
    out.answer = out.profiles.front().answer;
    return out;
  }
  std::map<double, std::vector<std::size_t>> rows;
  for (const std::size_t i : budget.runs) rows[runs.by[i]].push_back(i);
  std::vector<double> log_by;
  std::vector<SweepAnswer> answers;
  for (auto& [by, of_by] : rows) {
    out.profiles.push_back(profile_of(runs, std::move(of_by), budget.flops, huber_delta));
    log_by.push_back(std::log(by));
    answers.push_back(out.profiles.back().answer);
  }
  out.answer = best_by(log_by, answers);
  const double best = out.answer[index_of(SweepQuantity::kBy)];
  out.by_outside = best < log_by.front() - 1e-12 || best > log_by.back() + 1e-12;
  return out;
}

std::vector<double> values_of(const std::vector<PowerLaws>& draws, SweepQuantity quantity,
                              auto&& value) {
  std::vector<double> out;
  out.reserve(draws.size());
  for (const PowerLaws& laws : draws) out.push_back(value(laws[index_of(quantity)]));
  return out;
}

}  // namespace

PowerLaws power_laws_through(const std::vector<double>& log_budgets,
                             const std::vector<SweepAnswer>& answers) {
  PowerLaws out;
  for (std::size_t q = 0; q < kNumSweepQuantities; ++q) {
    double n = 0.0, mean_x = 0.0, mean_y = 0.0;
    for (std::size_t k = 0; k < answers.size(); ++k) {
      if (!std::isfinite(answers[k][q])) continue;
      n += 1.0, mean_x += log_budgets[k], mean_y += answers[k][q];
    }
    if (n < 2.0) continue;
    mean_x /= n, mean_y /= n;
    double xx = 0.0, xy = 0.0;
    for (std::size_t k = 0; k < answers.size(); ++k) {
      if (!std::isfinite(answers[k][q])) continue;
      const double x = log_budgets[k] - mean_x;
      xx += x * x, xy += x * (answers[k][q] - mean_y);
    }
    out[q].exponent = xy / xx;
    out[q].intercept = mean_y - out[q].exponent * mean_x;
  }
  return out;
}

SweepAnswer best_by(const std::vector<double>& log_by, const std::vector<SweepAnswer>& answers) {
  std::vector<double> x, loss, n, d, size;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const double log_loss = answers[i][index_of(SweepQuantity::kLoss)];
    if (!std::isfinite(log_loss)) continue;
    x.push_back(log_by[i]);
    loss.push_back(std::exp(log_loss));
    size.push_back(answers[i][index_of(SweepQuantity::kSize)]);
    n.push_back(answers[i][index_of(SweepQuantity::kN)]);
    d.push_back(answers[i][index_of(SweepQuantity::kD)]);
  }
  SweepAnswer out = no_answer();
  if (x.size() < kFewestSizes) return out;
  const Parabola minima = fit_parabola(x, loss).parabola;
  if (!minima.convex()) return out;
  const double best = minima.vertex();
  auto at_best = [&](const std::vector<double>& y) { return fit_parabola(x, y).parabola.at(best); };
  out[index_of(SweepQuantity::kBy)] = best;
  out[index_of(SweepQuantity::kSize)] = at_best(size);
  out[index_of(SweepQuantity::kN)] = at_best(n);
  out[index_of(SweepQuantity::kD)] = at_best(d);
  out[index_of(SweepQuantity::kLoss)] = std::log(minima.minimum());
  return out;
}

std::vector<double> ProfilesReport::log_budgets() const {
  std::vector<double> out;
  for (const BudgetProfiles& b : budgets) out.push_back(std::log(b.budget_flops));
  return out;
}

std::vector<SweepAnswer> ProfilesReport::answers() const {
  std::vector<SweepAnswer> out;
  for (const BudgetProfiles& b : budgets) out.push_back(b.answer);
  return out;
}

std::size_t ProfilesReport::num_answers() const {
  return static_cast<std::size_t>(std::count_if(budgets.begin(), budgets.end(), [](const auto& b) {
    return std::isfinite(b.answer[index_of(SweepQuantity::kLoss)]);
  }));
}

ProfilesReport profiles_of(const SweepRuns& runs, const std::vector<Budget>& budgets,
                           const ProfilesOptions& options) {
  ProfilesReport out;
  bool any = false;
  for (const Budget& budget : budgets) {
    out.budgets.push_back(profiles_at(runs, budget, options.huber_delta));
    for (const Profile& p : out.budgets.back().profiles) {
      any = any || p.fit.has_value();
      if (p.fit) out.degrees += p.fit->degrees;
    }
  }
  if (!any) {
    throw InvalidArgument("budget", runs.by.empty()
                                        ? "no budget has runs of three different sizes, which a "
                                          "parabola needs"
                                        : "no budget has runs of three different sizes at one "
                                          "value of " +
                                              field("by") + ", which a parabola needs");
  }
  out.laws = power_laws_through(out.log_budgets(), out.answers());
  out.draws = resampled_laws(out, options);
  return out;
}

Interval log_interval_at(const std::vector<PowerLaws>& draws, SweepQuantity quantity,
                         double log_c) {
  return percentile_interval(
      values_of(draws, quantity, [&](const PowerLaw& law) { return law.log_at(log_c); }), 0.95);
}

Interval exponent_interval(const std::vector<PowerLaws>& draws, SweepQuantity quantity) {
  return percentile_interval(
      values_of(draws, quantity, [](const PowerLaw& law) { return law.exponent; }), 0.95);
}

}  // namespace isoflop

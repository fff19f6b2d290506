// Sweeps of a few budgets with the losses of a law L = E + A/N^alpha + B/D^beta: what the studies
// and tests of profiles read. E, A and B are those of Hoffmann et al. 2022, Approach 3, as printed.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/sweep/budgets.hpp"

namespace isoflop {

struct SweepDesign {
  double alpha = 0.34, beta = 0.28;
  std::vector<double> budgets{1e18, 3e18, 1e19, 3e19, 1e20};
  double reach = 4.0;  // sizes from 1 / reach to reach times the centre
  int sizes = 16;      // at each budget, evenly in the logarithm
  // Of the grid, in units of the optimum: at the first budget and at the last, even between.
  double first_centre = 1.0, last_centre = 1.0;
  bool by_tokens = false;  // the grid is one of D

  std::array<double, 5> coefficients() const { return {1.69, 406.4, alpha, 410.7, beta}; }

  double optimal_n(double budget) const {
    const auto [e, a, al, b, be] = coefficients();
    return std::pow(al * a / (be * b), 1.0 / (al + be)) * std::pow(budget / 6.0, be / (al + be));
  }
  double optimal_d(double budget) const { return budget / (6.0 * optimal_n(budget)); }
  double loss(double n, double d) const {
    const auto [e, a, al, b, be] = coefficients();
    return e + a * std::pow(n, -al) + b * std::pow(d, -be);
  }
};

struct SimulatedSweep {
  SweepRuns runs;
  std::vector<Budget> budgets;

  RunTable table() const {
    RunTable out;
    out.column(Variable::kN) = runs.n;
    out.column(Variable::kD) = runs.d;
    out.loss = runs.loss;
    return out;
  }
};

// noise: sd of ln L of a run; without random there is none.
inline SimulatedSweep simulate(const SweepDesign& design, double noise = 0.0,
                               Random* random = nullptr) {
  SimulatedSweep out;
  const std::size_t num_budgets = design.budgets.size();
  for (std::size_t k = 0; k < num_budgets; ++k) {
    const double budget = design.budgets[k];
    const double t =
        num_budgets > 1 ? static_cast<double>(k) / static_cast<double>(num_budgets - 1) : 0.0;
    const double centre = std::pow(design.first_centre, 1.0 - t) * std::pow(design.last_centre, t);
    Budget& b = out.budgets.emplace_back();
    b.flops = budget;
    for (int i = 0; i < design.sizes; ++i) {
      const double u = 2.0 * i / (design.sizes - 1) - 1.0;
      const double factor = centre * std::pow(design.reach, u);
      const double n = design.by_tokens ? budget / (6.0 * design.optimal_d(budget) * factor)
                                        : design.optimal_n(budget) * factor;
      const double d = budget / (6.0 * n);
      b.runs.push_back(out.runs.num_runs());
      out.runs.n.push_back(n);
      out.runs.d.push_back(d);
      out.runs.size.push_back(design.by_tokens ? d : n);
      const double z = random != nullptr ? random->normal() : 0.0;
      out.runs.loss.push_back(design.loss(n, d) * std::exp(noise * z));
    }
  }
  return out;
}

}  // namespace isoflop

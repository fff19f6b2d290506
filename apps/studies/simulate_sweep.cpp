// simulate_sweep (sweep|curves) LAW NOISE SEED: what a lab trains to find the compute-optimal size,
// with the losses that a law of N and D gives,
//   loss = L(N, D) * exp(NOISE * z),  z standard normal from SEED,
// as CSV on stdout:
//   sweep   budgets of 1e18, 3e18, 1e19, 3e19 and 1e20 FLOPs, at each seven sizes from a quarter to
//           four times the law's optimum under 6 N D: budget,N,D,loss
//   curves  nine sizes from 32M to 8.2B, each with 25 checkpoints from 2 to 200 tokens per
//   parameter:
//           run,N,D,schedule,loss
// data/simulated/hoffmann2022_sweep.csv and hoffmann2022_curves.csv were made with
//   simulate_sweep sweep hoffmann2022-unrounded 0.003 1
//   simulate_sweep curves hoffmann2022-unrounded 0.001 1
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <exception>
#include <iostream>

#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace {

using namespace isoflop;

/// To three digits, as sizes are quoted.
double rounded(double x) {
  const double unit = std::pow(10.0, std::floor(std::log10(x)) - 2.0);
  return std::round(x / unit) * unit;
}

class Simulation {
 public:
  Simulation(const std::string& law, double noise, std::uint64_t seed)
      : coefficients_(coefficients_of(law)), noise_(noise), random_(seed) {}

  void sweep() {
    const auto& [e, a, alpha, b, beta] = coefficients_;
    fmt::print("budget,N,D,loss\n");
    for (const double budget : {1e18, 3e18, 1e19, 3e19, 1e20}) {
      const double optimum = std::pow(alpha * a / (beta * b), 1.0 / (alpha + beta)) *
                             std::pow(budget / 6.0, beta / (alpha + beta));
      for (int i = -3; i <= 3; ++i) {
        const double n = rounded(optimum * std::exp2(2.0 / 3.0 * i));
        const double d = std::round(budget / (6.0 * n));
        fmt::print("{},{},{},{}\n", format_number(budget), format_number(n), format_number(d),
                   loss_at(n, d));
      }
    }
  }

  void curves() {
    fmt::print("run,N,D,schedule,loss\n");
    for (int size = 0; size < 9; ++size) {
      const double n = 32e6 * std::exp2(size);
      for (int i = 0; i < 25; ++i) {
        const double d = rounded(2.0 * n * std::pow(100.0, i / 24.0));
        fmt::print("{}M,{},{},constant,{}\n", std::round(n / 1e6), format_number(n),
                   format_number(d), loss_at(n, d));
      }
    }
  }

 private:
  static std::array<double, 5> coefficients_of(const std::string& name) {
    const LawRecord law = find_law(name);
    if (law.law != Chinchilla::kName) throw InvalidArgument("needs a law of N and D: chinchilla");
    std::array<double, 5> out;
    std::copy(law.coefficients.begin(), law.coefficients.end(), out.begin());
    return out;
  }

  std::string loss_at(double n, double d) {
    const double truth =
        loss(Chinchilla{}, {coefficients_.begin(), coefficients_.end()}, std::array{n, d});
    // Six digits, more than anybody logs.
    return fmt::format("{:.6g}", truth * std::exp(noise_ * random_.normal()));
  }

  std::array<double, 5> coefficients_;
  double noise_;
  Random random_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string what = argc == 5 ? argv[1] : "";
    if (what == "sweep" || what == "curves") {
      Simulation simulation(argv[2], std::stod(argv[3]), std::stoull(argv[4]));
      what == "sweep" ? simulation.sweep() : simulation.curves();
      return 0;
    }
    std::cerr << "usage: simulate_sweep (sweep|curves) LAW NOISE SEED\n";
    return 2;
  } catch (const std::exception& fault) {
    std::cerr << "simulate_sweep: " << fault.what() << '\n';
    return 1;
  }
}

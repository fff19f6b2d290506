// The law of Clark et al. 2022 for each of their three routers, fitted again to the published runs
// as the authors' example does: runs with k = 1, every other block routed, seed 42, each router
// together with the dense runs (E = 1), least squares of log10 loss.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "isoflop/error.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/io/sha256.hpp"
#include "isoflop/laws/routed.hpp"
#include "isoflop/published/recipe.hpp"

namespace isoflop {
namespace clark2022_derived {

constexpr std::string_view kSha256 =
    "469aa9e18a0e01c3f8368d6d122a8c9ef1fc2d0e28f7f0e984b2bd4e3818bfc6";

struct Router {
  std::string name, preset;
  double rms;  ///< of log10 loss, by an independent program
};

const std::array<Router, 3>& routers() {
  static const std::array<Router, 3> all{{{"S-Base", "clark2022-sbase", 0.00323},
                                          {"RL-R", "clark2022-rlr", 0.00323},
                                          {"Hash", "clark2022-hash", 0.00298}}};
  return all;
}

RunTable runs_of(const std::string& path, const Router& router) {
  RecordOptions rows;
  rows.columns = {
      {"n", "dense_parameter_count"}, {"e", "num_experts"}, {"loss", "loss_validation"}};
  for (const char* condition : {"k=1", "routing_frequency=0.5", "seed=42"}) {
    rows.where.push_back(parse_condition(condition));
  }
  for (const Router& other : routers()) {
    if (other.name != router.name) {
      rows.where.push_back({"router_type", Comparison::kNotEqual, other.name});
    }
  }
  return read_records(path, rows, Routed::kVariables).runs;
}

/// How far `printed` may be from the refit: the end of the profile interval on its side, and what
/// rounding took from it.
double allowed(const FitReport& report, std::size_t p, double printed, double half_unit) {
  for (const ProfileInterval& interval : report.profile) {
    if (interval.coefficient != Routed::kCoefficients[p].name) continue;
    const double ours = report.coefficients[p];
    return (printed < ours ? ours - interval.low : interval.high - ours) + half_unit;
  }
  return half_unit;
}

std::vector<DerivedNumber> derive(const ReproductionInput& input) {
  const std::string found = sha256_of_file(input.data);
  if (found != kSha256) {
    throw DataError(input.data, "is not the table that is known (sha256 " + found +
                                    " in place of " + std::string(kSha256) +
                                    "); 'isoflop reproduce' says how to make it");
  }
  constexpr double kHalfUnit = 0.0005;  // three decimals are printed
  std::vector<DerivedNumber> out;
  for (const Router& router : routers()) {
    const LawRecord printed = find_law(router.preset);
    FitOptions options = input.fit;
    options.huber_delta = std::numeric_limits<double>::infinity();
    options.num_starts = 200;
    const FitReport report = fit(Routed::kName, runs_of(input.data, router), options);
    const bool usable = !report.coefficients.empty();
    for (std::size_t p = 0; p < kNumCoefficients<Routed>; ++p) {
      out.push_back(
          {fmt::format("{}, {}", Routed::kCoefficients[p].name, router.name),
           printed.coefficients[p],
           usable ? report.coefficients[p] : std::numeric_limits<double>::quiet_NaN(),
           usable ? allowed(report, p, printed.coefficients[p], kHalfUnit) : kHalfUnit, false,
           "the end of the 95 % profile interval, and half a unit of the printed digits"});
    }
    out.push_back({"rms of log10 loss, " + router.name, router.rms,
                   report.rmse_log / std::numbers::ln10, 0.01, true,
                   "three digits, computed by an independent program"});
  }
  return out;
}

}  // namespace clark2022_derived

Recipe clark2022() {
  return {
      "clark2022",
      "the law of routed models for three routers, fitted again to the published runs",
      "Clark et al. 2022, Unified Scaling Laws for Routed Language Models, arXiv 2202.01169",
      "The coefficients are the paper's as later work quotes them. The errors were not printed by "
      "the authors.",
      PublicData{"data/curves.csv.gz of github.com/google-deepmind/scaling_laws_for_routing at "
                 "42da0c3, CC BY 4.0",
                 "of every hyper_id, in their order, the row of the last step; columns router_type,"
                 "num_experts,k,routing_frequency,seed,dense_parameter_count,total_parameter_count,"
                 "flops_per_step,model_size_label,loss_validation,loss_c4; numbers as printf's "
                 "%.17g",
                 std::string(clark2022_derived::kSha256)},
      clark2022_derived::derive};
}

}  // namespace isoflop

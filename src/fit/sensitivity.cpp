#include "isoflop/fit/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "fit/with_progress.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/hold_out.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop {
namespace {

using Rows = std::vector<std::size_t>;

Rows all_but(std::size_t num_runs, const Rows& dropped) {
  Rows out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < num_runs; ++i) {
    if (next < dropped.size() && dropped[next] == i) {
      ++next;
    } else {
      out.push_back(i);
    }
  }
  return out;
}

/// Rows by |log residual|, largest first; the first of equals first.
Rows by_distance(const std::vector<double>& log_residuals) {
  Rows out(log_residuals.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(log_residuals[a]) > std::abs(log_residuals[b]);
  });
  return out;
}

/// Every refit but those without one run, not yet fitted.
std::vector<SensitivityRow> variations(const RunTable& runs, const FitOptions& base,
                                       const Rows& furthest) {
  std::vector<SensitivityRow> out;
  auto add = [&](Variation what, Rows dropped, Range bin) -> SensitivityRow& {
    std::sort(dropped.begin(), dropped.end());
    out.push_back({what, base.huber_delta, base.residual, std::move(dropped), bin, "", {}});
    return out.back();
  };
  for (const double delta : {1e-4, 1e-3, 1e-2, 1e-1, 1.0, kLeastAbsoluteDelta,
                             std::numeric_limits<double>::infinity()}) {
    add(Variation::kDelta, {}, {}).huber_delta = delta;
  }
  add(Variation::kResidual, {}, {}).residual =
      base.residual == Residual::kLog ? Residual::kRaw : Residual::kLog;

  constexpr double kWorstShare = 0.05;
  const auto share =
      static_cast<std::size_t>(std::ceil(kWorstShare * static_cast<double>(runs.num_runs())));
  for (const std::size_t count : std::set<std::size_t>{1, 2, 5, share}) {
    if (count >= runs.num_runs()) continue;
    add(Variation::kWorst,
        Rows(furthest.begin(), furthest.begin() + static_cast<std::ptrdiff_t>(count)), {});
  }
  for (const Bin& bin : bins_of(runs.column(Variable::kN))) {
    add(Variation::kSize, bin.rows, bin.range);
  }
  for (const Bin& bin : bins_of(six_nd_of(runs))) add(Variation::kBudget, bin.rows, bin.range);
  return out;
}

/// Why the runs that are left cannot be fitted, or "".
std::string fault_of(const RunTable& left, std::size_t num_free) {
  if (left.num_runs() == 0) return "no run is left";
  std::size_t num_used = left.num_runs();
  if (!left.weight.empty()) {
    num_used = static_cast<std::size_t>(
        std::count_if(left.weight.begin(), left.weight.end(), [](double w) { return w > 0.0; }));
  }
  if (num_used >= std::max<std::size_t>(num_free, 1)) return "";
  return std::to_string(num_used) + " runs cannot determine " + std::to_string(num_free) +
         " coefficients";
}

}  // namespace

std::vector<Bin> bins_of(const std::vector<double>& values) {
  constexpr std::size_t kMostBins = 12;
  std::map<std::pair<int, int>, Bin> by_digits;  // exponent of ten, first two digits
  std::map<int, Bin> by_octave;
  for (std::size_t i = 0; i < values.size(); ++i) {
    int exponent = static_cast<int>(std::floor(std::log10(values[i])));
    int digits = static_cast<int>(std::lround(values[i] / std::pow(10.0, exponent - 1)));
    if (digits == 100) digits = 10, ++exponent;
    const int octave = std::ilogb(values[i]);
    for (Bin* bin : {&by_digits[{exponent, digits}], &by_octave[octave]}) {
      bin->range.include(values[i]);
      bin->rows.push_back(i);
    }
  }
  std::vector<Bin> out;
  auto take = [&](auto& bins) {
    for (auto& [key, bin] : bins) out.push_back(std::move(bin));
  };
  by_digits.size() <= kMostBins ? take(by_digits) : take(by_octave);
  return out;
}

SensitivityReport sensitivity(const AnyLaw& law, const RunTable& runs,
                              const SensitivityOptions& options) {
  SensitivityReport out;
  out.base = fit(law, runs, options.fit);
  if (out.base.status == FitStatus::kFailed) return out;
  out.log_residuals = log_losses(law, out.base.coefficients, runs);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    out.log_residuals[i] -= std::log(runs.loss[i]);
  }
  const Rows furthest = by_distance(out.log_residuals);
  out.rows = variations(runs, options.fit, furthest);
  const std::size_t num_left_out = std::min(options.max_influence, runs.num_runs());
  Rows one_by_one(furthest.begin(), furthest.begin() + static_cast<std::ptrdiff_t>(num_left_out));
  std::sort(one_by_one.begin(), one_by_one.end());
  for (const std::size_t run : one_by_one) out.left_out.push_back({run, {}});

  const std::size_t all = out.rows.size() + out.left_out.size();
  // The refits run side by side, so each has one thread.
  auto refit = [&](const Rows& dropped, FitOptions how, std::size_t num_starts) {
    how.first_starts = {out.base.coefficients};
    how.num_starts = std::min(num_starts, options.fit.num_starts.value_or(num_starts));
    how.num_threads = 1;
    how.profile = false;
    how.progress = nullptr;
    return fit(law, dropped.empty() ? runs : select_rows(runs, all_but(runs.num_runs(), dropped)),
               how);
  };
  with_progress(all, options.fit, options.fit.progress, [&](std::size_t i) {
    if (i < out.rows.size()) {
      SensitivityRow& row = out.rows[i];
      FitOptions how = options.fit;
      how.huber_delta = row.huber_delta;
      how.residual = row.residual;
      row.note =
          fault_of(select_rows(runs, all_but(runs.num_runs(), row.dropped)), out.base.num_free);
      if (row.note.empty()) row.report = refit(row.dropped, how, options.num_starts);
    } else {
      RunLeftOut& without = out.left_out[i - out.rows.size()];
      const RunTable left = select_rows(runs, all_but(runs.num_runs(), {without.run}));
      if (fault_of(left, out.base.num_free).empty()) {
        without.report = refit({without.run}, options.fit, options.num_starts_influence);
      }
    }
  });
  return out;
}

}  // namespace isoflop

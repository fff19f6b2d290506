#include "isoflop/laws/loss_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {
namespace {

constexpr std::size_t kWidth = Batch::kWidth;
constexpr std::size_t kRowsOfChunk = 4096;
static_assert(kRowsOfChunk % kWidth == 0);

using ColumnsOf = std::span<const std::span<const double>>;

/// Eight rows from `first` on; beyond the last row that row again.
Batch rows_of(std::span<const double> column, std::size_t first) {
  Batch out;
  if (first + kWidth <= column.size()) {
    std::copy_n(column.data() + first, kWidth, out.lanes.data());
    return out;
  }
  for (std::size_t lane = 0; lane < kWidth; ++lane) {
    out.lanes[static_cast<Eigen::Index>(lane)] = column[std::min(first + lane, column.size() - 1)];
  }
  return out;
}

/// A variable, and the range of values that go into a law as they are.
struct Ordinary {
  VariableInfo about;
  double lower, upper;

  explicit Ordinary(const VariableInfo& of) : about(of), lower(of.lower), upper(of.upper) {
    if (!is_plain(of.id)) lower = std::max(lower, std::numeric_limits<double>::min());
    if (is_own(of.id)) upper = std::min(upper, std::numeric_limits<double>::max());
  }
  bool holds(const Batch& x) const { return ((x.lanes >= lower) && (x.lanes <= upper)).all(); }
};

/// The same but for NaN where a value is none of the variable's, and for the least positive number
/// where log_value() takes that.
Batch mended(const VariableInfo& about, Batch x) {
  for (double& lane : x.lanes) {
    if (!value_fault(about, lane).empty()) {
      lane = std::numeric_limits<double>::quiet_NaN();
    } else if (!is_plain(about.id)) {
      lane = std::max(lane, std::numeric_limits<double>::min());
    }
  }
  return x;
}

/// The variables as law_input() takes them.
template <std::size_t K>
std::array<Batch, K> inputs_of(std::span<const Ordinary> variables, ColumnsOf columns,
                               std::size_t first) {
  std::array<Batch, K> out;
  for (std::size_t v = 0; v < K; ++v) {
    if (v >= columns.size()) {
      out[v] = Batch(0.0);
      continue;
    }
    Batch x = rows_of(columns[v], first);
    if (!variables[v].holds(x)) x = mended(variables[v].about, x);
    out[v] = is_plain(variables[v].about.id) ? x : log(x);
  }
  return out;
}

template <class T, std::size_t K>
std::array<Batch, K> batches_of(const std::array<T, K>& values) {
  std::array<Batch, K> out;
  for (std::size_t i = 0; i < K; ++i) out[i] = Batch(values[i]);
  return out;
}

/// Stores one of the numbers of eight rows.
void store(const Batch& value, std::size_t first, std::vector<double>& out, std::size_t column,
           std::size_t num_columns) {
  const std::size_t num_rows = out.size() / num_columns;
  const std::size_t count = std::min(kWidth, num_rows - first);
  double* place = out.data() + first * num_columns + column;
  if (num_columns == 1 && count == kWidth) {
    std::copy_n(value.lanes.data(), kWidth, place);
    return;
  }
  for (std::size_t lane = 0; lane < count; ++lane) {
    place[lane * num_columns] = value.lanes[static_cast<Eigen::Index>(lane)];
  }
}

template <Law L>
class Rows {
 public:
  Rows(const L& law, std::span<const double> coefficients, ColumnsOf columns)
      : law_(law),
        theta_(to_axis(law, coefficients)),
        theta_of_rows_(batches_of(theta_)),
        columns_(columns) {
    for (const Variable v : variables_of(law)) variables_.emplace_back(info_of(law, v));
  }

  void plain(std::size_t first, LossValues& out) const {
    store(exp(law_.log_loss(theta_of_rows_, inputs(first))), first, out.loss, 0, 1);
  }

  void by_variables(std::size_t first, LossValues& out) const {
    const auto x = inputs(first);
    const auto loss = exp(law_.log_loss(theta_of_rows_, dual_parameters<1>(x)));
    store(loss.value, first, out.loss, 0, 1);
    detail::for_each_bit<loss.kMask>([&](auto bit) {
      constexpr std::size_t kV = bit;
      if (kV >= columns_.size()) return;
      const bool plain = is_plain(variables_of(law_)[kV]);
      const Batch slope = loss.template first<kV>();
      store(plain ? slope : slope / exp(x[kV]), first, out.slopes, kV, columns_.size());
    });
  }

  void by_coefficients(std::size_t first, LossValues& out) const {
    const std::span<const CoefficientInfo> all = coefficients_of(law_);
    const auto loss = exp(law_.log_loss(dual_parameters<1>(theta_of_rows_), inputs(first)));
    store(loss.value, first, out.loss, 0, 1);
    detail::for_each_bit<loss.kMask>([&](auto bit) {
      constexpr std::size_t kP = bit;
      if (kP >= all.size()) return;
      const double unit = all[kP].scale == Scale::kLog ? std::exp(theta_[kP]) : 1.0;
      store(loss.template first<kP>() / Batch(unit), first, out.slopes, kP, all.size());
    });
  }

 private:
  std::array<Batch, kNumVariablesOf<L>> inputs(std::size_t first) const {
    return inputs_of<kNumVariablesOf<L>>(variables_, columns_, first);
  }

  const L& law_;
  std::array<double, kNumCoefficients<L>> theta_;
  std::array<Batch, kNumCoefficients<L>> theta_of_rows_;
  std::vector<Ordinary> variables_;
  ColumnsOf columns_;
};

template <Law L>
LossValues values_of(const L& law, std::span<const double> coefficients, ColumnsOf columns,
                     Slopes slopes, unsigned num_threads, const std::function<bool()>& cancelled) {
  const std::span<const Variable> variables = variables_of(law);
  if (columns.size() != variables.size()) {
    throw InvalidArgument("the law " + std::string(name_of(law)) + " has " +
                          std::to_string(variables.size()) + " variables, not " +
                          std::to_string(columns.size()));
  }
  for (const auto& column : columns) {
    if (column.size() == columns.front().size()) continue;
    throw InvalidArgument("the columns of a law's variables are of different length");
  }
  const std::size_t num_rows = columns.front().size();
  const std::size_t num_slopes = slopes == Slopes::kByVariable      ? variables.size()
                                 : slopes == Slopes::kByCoefficient ? coefficients.size()
                                                                    : 0;
  const Rows<L> rows(law, coefficients, columns);
  LossValues out;
  out.loss.resize(num_rows);
  out.slopes.resize(num_rows * num_slopes);
  const std::size_t num_chunks = (num_rows + kRowsOfChunk - 1) / kRowsOfChunk;
  parallel_for(num_chunks, num_threads, [&](std::size_t chunk) {
    stop_if_cancelled(cancelled);
    const std::size_t end = std::min(num_rows, (chunk + 1) * kRowsOfChunk);
    for (std::size_t row = chunk * kRowsOfChunk; row < end; row += kWidth) {
      switch (slopes) {
        case Slopes::kNone:
          rows.plain(row, out);
          break;
        case Slopes::kByVariable:
          rows.by_variables(row, out);
          break;
        case Slopes::kByCoefficient:
          rows.by_coefficients(row, out);
          break;
      }
    }
  });
  return out;
}

}  // namespace

LossValues loss_values(const AnyLaw& law, std::span<const double> coefficients,
                       std::span<const std::span<const double>> columns, Slopes slopes,
                       unsigned num_threads, const std::function<bool()>& cancelled) {
  return visit_law(law, [&](const auto& own) {
    return values_of(own, coefficients, columns, slopes, num_threads, cancelled);
  });
}

}  // namespace isoflop

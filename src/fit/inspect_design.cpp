// Which coefficients the design of the runs leaves open: inspect_runs.hpp says how it is asked.
#include <algorithm>
#include <cmath>
#include <Eigen/Core>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "fit/inspect_parts.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/core/ranges.hpp"
#include "isoflop/linear/dense.hpp"

namespace isoflop::detail {
namespace {

using Row = std::vector<double>;      // log x [V]
using Names = std::set<std::size_t>;  // indices of free coefficients

constexpr double kSameValue = 0.05;     // in ln x: such values count as one
constexpr double kSameLine = 0.10;      // in ln x, across the line
constexpr double kLost = 1e-8;          // relative singular value: exact losses give about 1e-16
constexpr double kInvolved = 1e-5;      // loading of a coefficient on a lost direction
constexpr double kNearlyLost = 0.1;     // of the singular value that a full design has
constexpr double kLeading = 0.1;        // mean loading on the direction that is nearly lost
constexpr std::size_t kEnough = 5;      // values of a variable on which an exponent may rest
constexpr std::size_t kSpare = 2;       // values beyond the fewest that determine the coefficients
constexpr std::size_t kSpareCells = 3;  // the same of cells: with fewer no fit can show its error
constexpr double kHardlyVaries = 0.3;   // in ln x, over all runs

/// What runs at `cells` leave open, at the point where they leave least open.
struct Answer {
  int num_lost = 0;
  Names lost;                    // coefficients on the lost directions
  double median_weakest = 0;     // median over the points of the least relative singular value
  Eigen::VectorXd mean_weakest;  // mean over the points of |direction| that goes with it
};

Answer ask(const LawProbe& probe, const std::vector<Row>& cells) {
  const auto k = static_cast<Eigen::Index>(probe.coefficients.size());
  const auto rows = std::max(static_cast<Eigen::Index>(cells.size()), k);
  Answer best;
  best.num_lost = std::numeric_limits<int>::max();
  best.mean_weakest = Eigen::VectorXd::Zero(k);
  double best_kept = -1.0;
  std::vector<double> weakest;
  for (std::size_t point = 0; point < probe.num_points; ++point) {
    Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(rows, k);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      jacobian.row(static_cast<Eigen::Index>(i)) = probe.gradient(point, cells[i]).transpose();
    }
    for (Eigen::Index j = 0; j < k; ++j) {
      const double length = jacobian.col(j).norm();
      if (length > 0.0) jacobian.col(j) /= length;
    }
    if (!jacobian.allFinite()) continue;
    const SingularParts parts = singular_parts(jacobian);
    const Eigen::VectorXd values = parts.values / parts.values[0];
    weakest.push_back(values[k - 1]);
    best.mean_weakest += parts.right.col(k - 1).cwiseAbs();
    const int lost = static_cast<int>((values.array() < kLost).count());
    const double kept = lost < k ? values[k - 1 - lost] : 0.0;
    if (lost > best.num_lost || (lost == best.num_lost && kept <= best_kept)) continue;
    best.num_lost = lost;
    best_kept = kept;
    best.lost.clear();
    for (Eigen::Index j = 0; j < k && lost > 0; ++j) {
      const double loading = parts.right.row(j).tail(lost).norm();
      if (loading > kInvolved) best.lost.insert(static_cast<std::size_t>(j));
    }
  }
  if (weakest.empty()) return {};
  const auto middle = weakest.begin() + static_cast<std::ptrdiff_t>(weakest.size() / 2);
  std::nth_element(weakest.begin(), middle, weakest.end());
  best.median_weakest = *middle;
  best.mean_weakest /= static_cast<double>(weakest.size());
  return best;
}

/// Values in ascending order of which each stands for all up to kSameValue above it.
std::vector<double> distinct_values(std::vector<double> logs) {
  std::sort(logs.begin(), logs.end());
  std::vector<double> out;
  for (const double x : logs) {
    if (out.empty() || x > out.back() + kSameValue) out.push_back(x);
  }
  return out;
}

double snapped(const std::vector<double>& values, double log_x) {
  return *std::prev(std::upper_bound(values.begin(), values.end(), log_x));
}

/// What a variable that is taken as it is spans here, as if it were the logarithm of one that spans
/// a factor of 100: all widths above are meant so.
constexpr double kPlainSpan = 4.605170185988092;

std::vector<double> spread_values(double low, double high, std::size_t count) {
  std::vector<double> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double share =
        count == 1 ? 0.37 : static_cast<double>(i) / static_cast<double>(count - 1);
    out[i] = low + share * (high - low);
  }
  return out;
}

/// Rows drawn evenly from the product of the values.
std::vector<Row> drawn_design(const std::vector<std::vector<double>>& values, std::size_t count) {
  Random random(kDefaultSeed);
  std::vector<Row> out(count);
  for (Row& row : out) {
    for (const auto& of_variable : values)
      row.push_back(of_variable[random.below(of_variable.size())]);
  }
  return out;
}

/// The product of the values; of many variables, of which it would be too large, a part.
std::vector<Row> full_design(const std::vector<std::vector<double>>& values) {
  constexpr double kMost = 8000.0;
  constexpr std::size_t kDrawn = 400;
  double size = 1.0;
  for (const auto& of_variable : values) size *= static_cast<double>(of_variable.size());
  if (size > kMost) return drawn_design(values, kDrawn);
  std::vector<Row> out{{}};
  for (const auto& of_variable : values) {
    std::vector<Row> longer;
    for (const Row& row : out) {
      for (const double x : of_variable) {
        longer.push_back(row);
        longer.back().push_back(x);
      }
    }
    out = std::move(longer);
  }
  return out;
}

/// The runs as points of the law's variables.
class Design {
 public:
  Design(const RunTable& runs, const std::vector<std::size_t>& rows, const LawProbe& probe)
      : probe_(probe), units_(probe.variables.size(), 1.0) {
    for (std::size_t v = 0; v < probe.variables.size(); ++v) {
      if (!is_plain(probe.variables[v])) continue;
      const std::vector<double>& column = runs.column(probe.variables[v]);
      Range range;
      for (const std::size_t row : rows) range.include(column[row]);
      if (range.high > range.low) units_[v] = (range.high - range.low) / kPlainSpan;
    }
    std::vector<Row> logs(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t v = 0; v < probe.variables.size(); ++v) {
        const Variable id = probe.variables[v];
        logs[i].push_back(law_input(id, runs.column(id)[rows[i]]) / unit(v));
      }
    }
    for (std::size_t v = 0; v < probe.variables.size(); ++v) {
      std::vector<double> column;
      for (const Row& row : logs) column.push_back(row[v]);
      values_.push_back(distinct_values(column));
    }
    std::map<Row, std::size_t> first;
    for (const Row& row : logs) {
      Row cell;
      for (std::size_t v = 0; v < row.size(); ++v) cell.push_back(snapped(values_[v], row[v]));
      if (!first.try_emplace(cell, cells_.size()).second) continue;
      cells_.push_back(cell);
      points_.push_back(row);
    }
  }

  const std::vector<Row>& cells() const { return cells_; }    // snapped, distinct
  const std::vector<Row>& points() const { return points_; }  // a run of each, as given
  const std::vector<double>& values(std::size_t v) const { return values_[v]; }
  /// Of the numbers here, in what the law takes: 1 for logarithms.
  double unit(std::size_t v) const { return units_[v]; }
  /// The value of a variable that stands here as `x`.
  double value(std::size_t v, double x) const {
    return from_law_input(probe_.variables[v], x * units_[v]);
  }
  /// As the law takes it.
  std::vector<Row> inputs(std::vector<Row> design) const {
    for (Row& row : design) {
      for (std::size_t v = 0; v < row.size(); ++v) row[v] *= units_[v];
    }
    return design;
  }

  /// Every variable at `count` values over the range of the runs, at least a factor of 100. Zero,
  /// whose logarithm is any number far below, is no end of a range.
  std::vector<std::vector<double>> full(std::size_t count) const {
    std::vector<std::vector<double>> out;
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const std::vector<double>& values = values_[v];
      const bool has_zero = !is_plain(probe_.variables[v]) && values.front() == log_value(0.0);
      const double low = has_zero && values.size() > 1 ? values[1] : values.front();
      const double middle = 0.5 * (low + values.back());
      const double half = std::max(0.5 * (values.back() - low), std::log(10.0));
      out.push_back(spread_values(middle - half, middle + half, count));
    }
    return out;
  }

 private:
  const LawProbe& probe_;
  std::vector<double> units_;  // [V]
  std::vector<std::vector<double>> values_;
  std::vector<Row> cells_, points_;
};

constexpr std::size_t kFullLevels = 6;

/// Asks about one variable alone: it has the given values, all others are spread well.
Answer ask_about(const LawProbe& probe, const Design& design, std::size_t v,
                 const std::vector<double>& values) {
  auto full = design.full(kFullLevels);
  full[v] = values;
  return ask(probe, design.inputs(full_design(full)));
}

/// How many values of a variable it takes, and what is open with a single one.
struct Need {
  std::size_t least = 1;
  Names open_with_one;

  /// With room to see whether the formula holds.
  std::size_t enough() const { return std::max(least + kSpare, kEnough); }
};

Need need_of(const LawProbe& probe, const Design& design, std::size_t v) {
  Need need;
  const auto range = design.full(2)[v];
  for (std::size_t count = 1; count <= probe.coefficients.size() + 1; ++count) {
    const Answer answer =
        ask_about(probe, design, v, spread_values(range.front(), range.back(), count));
    if (count == 1) need.open_with_one = answer.lost;
    need.least = count;
    if (answer.num_lost == 0) break;
  }
  return need;
}

Names without(const Names& a, const Names& b) {
  Names out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

class Inspection {
 public:
  Inspection(const RunTable& runs, const std::vector<std::size_t>& rows, const LawProbe& probe)
      : probe_(probe), design_(runs, rows, probe), needs_(probe.variables.size()) {}

  std::vector<Finding> findings() {
    const std::size_t num_free = probe_.coefficients.size();
    if (num_free == 0) return {};
    const Answer full = ask(probe_, design_.inputs(full_design(design_.full(kFullLevels))));
    if (full.num_lost > 0) {
      add(FindingSeverity::kUnidentified, full.lost,
          "no runs at all can tell " + list(full.lost) + " apart under what is fixed and tied",
          "Fix one of them or loosen a tie");
      return std::move(out_);
    }
    for (std::size_t v = 0; v < probe_.variables.size(); ++v) {
      count_values(v);
      look_for_spread(v);
    }
    for (std::size_t v = 0; v < probe_.variables.size(); ++v) {
      for (std::size_t u = 0; u < v; ++u) look_for_line(u, v, full.median_weakest);
    }
    const std::size_t count = design_.cells().size();
    const bool open = !out_.empty() && out_.front().severity == FindingSeverity::kUnidentified;
    if (count < num_free || (count < num_free + kSpareCells && !open)) {
      add(FindingSeverity::kUnidentified, all(),
          "the runs are " + counted(count, "distinct cell") +
              (count < num_free ? ", fewer than the " : ", hardly more than the ") +
              counted(num_free, "free coefficient"),
          "Add runs in at least " + counted(num_free + kSpareCells - count, "other cell") +
              ", or fix coefficients");
    } else if (!open) {
      const Answer answer = ask_cells();
      if (answer.num_lost > 0) {
        add(FindingSeverity::kUnidentified, answer.lost,
            "the runs do not tell " + list(answer.lost) + " apart",
            "Add runs that vary " + symbols(" and ") + " independently of each other");
      }
    }
    return std::move(out_);
  }

 private:
  /// About all cells; first about some of them, which is mostly enough and never takes long.
  Answer ask_cells() const {
    constexpr std::size_t kSome = 2000;
    const std::vector<Row>& cells = design_.cells();
    if (cells.size() > kSome) {
      std::vector<Row> some;
      for (std::size_t i = 0; i < kSome; ++i) some.push_back(cells[i * cells.size() / kSome]);
      const Answer answer = ask(probe_, design_.inputs(some));
      if (answer.num_lost == 0) return answer;
    }
    return ask(probe_, design_.inputs(cells));
  }

  const Need& need(std::size_t v) {
    auto& known = needs_[v];
    if (!known) known = need_of(probe_, design_, v);
    return *known;
  }

  void count_values(std::size_t v) {
    const std::vector<double>& values = design_.values(v);
    // No variable needs more values than there are coefficients.
    if (values.size() >= std::max(probe_.coefficients.size() + kSpare, kEnough)) return;
    const Need& needed = need(v);
    if (needed.least == 1 || values.size() >= needed.enough()) return;
    const std::string symbol = symbol_of(v);
    std::string shown;
    for (const double x : values)
      shown += (shown.empty() ? "" : ", ") + short_text(design_.value(v, x));
    const Answer answer = ask_about(probe_, design_, v, values);
    if (answer.num_lost > 0) {
      const std::size_t missing = needed.least > values.size() ? needed.least - values.size() : 1;
      add(FindingSeverity::kUnidentified, answer.lost,
          values.size() == 1
              ? "every run has " + symbol + " = " + shown + ", which does not determine " +
                    list(answer.lost)
              : "the runs have only " + counted(values.size(), "value") + " of " + symbol + " (" +
                    shown + "), too few to determine " + list(answer.lost),
          "Add runs at " + counted(missing, "other value") + " of " + symbol + " or better " +
              std::to_string(needed.enough() - values.size()));
      return;
    }
    add(FindingSeverity::kNote, needed.open_with_one,
        "the runs have only " + counted(values.size(), "value") + " of " + symbol + " (" + shown +
            "), on which " + list(needed.open_with_one) + " rest",
        "Add runs at other values of " + symbol + ": " + std::to_string(needed.enough()) +
            " or more in all let the fit show its error");
  }

  bool hardly_varies(std::size_t v) const {
    const std::vector<double>& values = design_.values(v);
    return values.size() > 1 && values.back() - values.front() < kHardlyVaries;
  }

  /// Several values, all close to each other.
  void look_for_spread(std::size_t v) {
    if (!hardly_varies(v) || need(v).open_with_one.empty()) return;
    const std::vector<double>& values = design_.values(v);
    const std::string symbol = symbol_of(v);
    add(FindingSeverity::kUnidentified, need(v).open_with_one,
        symbol + " lies between " + short_text(design_.value(v, values.front())) + " and " +
            short_text(design_.value(v, values.back())) + " in all runs, too close to determine " +
            list(need(v).open_with_one),
        "Add runs at several times smaller and several times larger " + symbol);
  }

  void look_for_line(std::size_t u, std::size_t v, double full_weakest) {
    const std::vector<Row>& points = design_.points();
    if (design_.values(u).size() < 2 || design_.values(v).size() < 2 || points.size() < 3) return;
    Eigen::MatrixXd xy(static_cast<Eigen::Index>(points.size()), 2);
    for (std::size_t i = 0; i < points.size(); ++i) {
      xy.row(static_cast<Eigen::Index>(i)) << points[i][u], points[i][v];
    }
    const Eigen::RowVector2d centre = xy.colwise().mean();
    const Eigen::MatrixXd centred = xy.rowwise() - centre;
    const SingularParts parts = singular_parts(centred);
    const Eigen::Vector2d along = parts.right.col(0);
    const Eigen::VectorXd across = centred.lazyProduct(parts.right.col(1));
    const Eigen::VectorXd position = centred.lazyProduct(along);
    const double width = across.cwiseAbs().maxCoeff();
    if (width > kSameLine || width > kSameLine * (position.maxCoeff() - position.minCoeff())) {
      return;
    }
    if (hardly_varies(u) || hardly_varies(v)) return;  // that is what is missing
    const Names of_u = without(need(u).open_with_one, need(v).open_with_one);
    const Names of_v = without(need(v).open_with_one, need(u).open_with_one);
    if (of_u.empty() || of_v.empty()) return;
    std::vector<Row> on_line = points;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double t = position[static_cast<Eigen::Index>(i)];
      on_line[i][u] = centre[0] + t * along[0];
      on_line[i][v] = centre[1] + t * along[1];
    }
    const Answer answer = ask(probe_, design_.inputs(on_line));
    const double power = along[1] / along[0];
    bool others_vary = false;
    for (std::size_t w = 0; w < probe_.variables.size(); ++w) {
      others_vary = others_vary || (w != u && w != v && design_.values(w).size() > 1);
    }
    // With a scale and an exponent each, and nothing else that varies, the terms of the two
    // variables can change places.
    const bool exchange = power > 0.0 && !others_vary && of_u.size() >= 2 && of_v.size() >= 2;
    const bool nearly = answer.median_weakest < kNearlyLost * full_weakest;
    Names names = of_u;
    names.insert(of_v.begin(), of_v.end());
    if (answer.num_lost > 0) {
      names = answer.lost;
    } else if (nearly && !exchange) {
      names.clear();
      for (Eigen::Index j = 0; j < answer.mean_weakest.size(); ++j) {
        if (answer.mean_weakest[j] > kLeading) names.insert(static_cast<std::size_t>(j));
      }
    }
    const std::string a = symbol_of(u), b = symbol_of(v);
    const bool plain = is_plain(probe_.variables[u]) || is_plain(probe_.variables[v]);
    const std::string line = plain ? "line of " + a + " and " + b
                             : std::abs(power - 1.0) < 0.02
                                 ? b + "/" + a + " = " + short_text(std::exp(centre[1] - centre[0]))
                                 : "line " + b + " ~ " + a + "^" + short_text(power);
    const bool open = answer.num_lost > 0 || exchange || nearly;
    add(open ? FindingSeverity::kUnidentified : FindingSeverity::kNote, names,
        "all runs lie on one " + line +
            (open ? ", which does not tell " : ", where only the curve of the losses tells ") +
            list(names) + " apart",
        "Add runs at the same " + a + " with several times more and several times less " + b);
  }

  void add(FindingSeverity severity, const Names& names, std::string what, std::string cure) {
    Finding finding;
    finding.severity = severity;
    for (const std::size_t k : names) {
      const auto& tied = probe_.coefficients[k];
      finding.coefficients.insert(finding.coefficients.end(), tied.begin(), tied.end());
    }
    finding.what = std::move(what);
    finding.cure = std::move(cure);
    const auto place = std::find_if(out_.begin(), out_.end(), [&](const Finding& other) {
      return other.severity > finding.severity;
    });
    out_.insert(place, std::move(finding));
  }

  Names all() const {
    Names out;
    for (std::size_t k = 0; k < probe_.coefficients.size(); ++k) out.insert(k);
    return out;
  }
  std::string list(const Names& names) const {
    std::string out;
    for (const std::size_t k : names) {
      for (const std::string& name : probe_.coefficients[k]) {
        out += (out.empty() ? "" : ", ") + name;
      }
    }
    return out;
  }
  std::string symbol_of(std::size_t v) const {
    return std::string(probe_.facts.info(probe_.variables[v]).symbol);
  }
  std::string symbols(const std::string& between) const {
    std::string out;
    for (std::size_t v = 0; v < probe_.variables.size(); ++v) {
      out += (v == 0 ? "" : between) + symbol_of(v);
    }
    return out;
  }

  const LawProbe& probe_;
  Design design_;
  std::vector<std::optional<Need>> needs_;
  std::vector<Finding> out_;
};

}  // namespace

std::vector<Finding> inspect_design(const RunTable& runs, const std::vector<std::size_t>& rows,
                                    const LawProbe& probe) {
  return Inspection(runs, rows, probe).findings();
}

}  // namespace isoflop::detail

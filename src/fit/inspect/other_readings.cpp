// Rows that lie on one law with the others only if they are read another way.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "fit/inspect/two_readings.hpp"
#include "fit/inspect_parts.hpp"
#include "isoflop/error.hpp"

namespace isoflop::detail {
namespace {

constexpr double kClearly = 3.0;        // so many times less scatter
constexpr double kNothingToAsk = 0.01;  // scatter of runs that lie on one law as they stand
constexpr double kBeyond = 3.0;         // a value is out of the range of others by so much
constexpr double kThreeDecades = 1e3;

/// The runs that are asked, of a long table some.
struct Asked {
  std::vector<Variable> variables;
  std::vector<Reading> all;         ///< every row that counts
  std::vector<Reading> some;        ///< evenly spaced ones of these
  std::optional<std::size_t> n, d;  ///< places among the variables
};

Asked ask_rows(const RunTable& runs, const std::vector<std::size_t>& rows, const LawProbe& probe) {
  constexpr std::size_t kMost = 120;
  Asked out;
  out.variables = probe.variables;
  for (const std::size_t row : rows) {
    Reading& reading = out.all.emplace_back();
    for (const Variable v : probe.variables) {
      reading.log_x.push_back(law_input(v, runs.column(v)[row]));
    }
    reading.log_loss = std::log(runs.loss[row]);
  }
  const std::size_t count = std::min(rows.size(), kMost);
  for (std::size_t i = 0; i < count; ++i) out.some.push_back(out.all[i * rows.size() / count]);
  for (std::size_t v = 0; v < probe.variables.size(); ++v) {
    if (probe.variables[v] == Variable::kN) out.n = v;
    if (probe.variables[v] == Variable::kD) out.d = v;
  }
  return out;
}

using Value = std::function<double(const Reading&)>;

double span_of(const std::vector<Reading>& runs, const Value& value) {
  double low = value(runs.front()), high = low;
  for (const Reading& run : runs) {
    low = std::min(low, value(run));
    high = std::max(high, value(run));
  }
  return high - low;
}

std::vector<std::vector<bool>> guesses_of(const std::vector<Reading>& runs,
                                          const std::vector<Value>& values) {
  constexpr std::size_t kMostGaps = 3;
  std::vector<std::vector<bool>> out;
  for (const Value& value : values) {
    std::vector<double> logs;
    for (const Reading& run : runs) logs.push_back(value(run));
    for (auto& split : split_at_gaps(logs, kMostGaps)) out.push_back(std::move(split));
  }
  return out;
}

/// One way to read some rows otherwise, and what the losses say to it.
struct Question {
  OtherReading other;
  std::vector<Value> values;  ///< that come closer together if the other reading is right
  std::size_t variable = 0;   ///< place of the count that is in two units
  double factor = 0.0;        ///< between the units; 0: N and D exchanged
  std::optional<TwoReadings> answer = std::nullopt;
};

std::vector<Reading> read_as(const std::vector<Reading>& runs, const std::vector<bool>& otherwise,
                             const OtherReading& other) {
  std::vector<Reading> out = runs;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (otherwise[i]) out[i] = other(out[i]);
  }
  return out;
}

/// Asks the losses for the division that suits them best.
void ask_losses(Question& question, const Asked& asked) {
  const auto answer =
      divide(asked.some, asked.variables, question.other, guesses_of(asked.some, question.values));
  if (!answer || answer->scatter_before < kClearly * answer->scatter_after) return;
  // Read rightly, the values lie closer together than as they stand.
  const std::vector<Reading> read = read_as(asked.some, answer->other, question.other);
  const bool closer =
      std::any_of(question.values.begin(), question.values.end(), [&](const Value& value) {
        return span_of(read, value) < span_of(asked.some, value) - std::log(kBeyond);
      });
  if (closer) question.answer = answer;
}

/// Values that lie three decades apart are a mistake unless the losses speak against it.
void ask_values(Question& question, const Asked& asked) {
  const double gap = std::log(kThreeDecades);
  for (const Value& value : question.values) {
    std::vector<double> logs;
    for (const Reading& run : asked.some) logs.push_back(value(run));
    for (std::vector<bool>& below : split_at_gaps(logs, 1)) {
      double highest_below = -1e300, lowest_above = 1e300;
      for (std::size_t i = 0; i < logs.size(); ++i) {
        double& end = below[i] ? highest_below : lowest_above;
        end = below[i] ? std::max(end, logs[i]) : std::min(end, logs[i]);
      }
      if (lowest_above - highest_below < gap) continue;
      const bool by_ratio = &value != &question.values.front();
      const bool n_is_wrong = by_ratio && asked.variables[question.variable] == Variable::kN;
      if (n_is_wrong) below.flip();
      const std::vector<Reading> read = read_as(asked.some, below, question.other);
      const auto before = scatter_of(asked.some, asked.variables);
      const auto after = scatter_of(read, asked.variables);
      if (!before || !after || *after >= *before) continue;
      if (question.answer && question.answer->scatter_after <= *after) continue;
      question.answer = TwoReadings{below, *before, *after, CheapLaw(asked.variables)};
      question.answer->law.fit(read, std::vector<double>(read.size(), 1.0));
    }
  }
}

std::vector<Question> questions_about(const Asked& asked) {
  constexpr std::array<double, 3> kFactors{1e3, 1e6, 1e9};
  constexpr double kRoom = 1.5;
  std::vector<Question> out;
  std::optional<Value> ratio;
  if (asked.n && asked.d) {
    ratio = [n = *asked.n, d = *asked.d](const Reading& r) { return r.log_x[d] - r.log_x[n]; };
  }
  for (std::size_t v = 0; v < asked.variables.size(); ++v) {
    if (v != asked.n && v != asked.d) continue;
    const Value own = [v](const Reading& r) { return r.log_x[v]; };
    for (const double factor : kFactors) {
      if (span_of(asked.some, own) < std::log(factor / kRoom)) continue;
      Question& q = out.emplace_back();
      q.other = [v, shift = std::log(factor)](Reading r) {
        r.log_x[v] += shift;
        return r;
      };
      q.values = {own};
      if (ratio) q.values.push_back(*ratio);
      q.variable = v;
      q.factor = factor;
    }
  }
  const bool some_exchanged =
      ratio && std::any_of(asked.some.begin(), asked.some.end(),
                           [&](const Reading& r) { return (*ratio)(r) < 0.0; });
  if (some_exchanged) {
    Question& q = out.emplace_back();
    q.other = [n = *asked.n, d = *asked.d](Reading r) {
      std::swap(r.log_x[n], r.log_x[d]);
      return r;
    };
    q.values = {*ratio};
  }
  return out;
}

/// Which of two sides is more likely the mistake: the one whose counts are no raw counts, else the
/// fewer.
bool other_side_is_wrong(const Question& question, const Asked& asked,
                         const std::vector<bool>& other) {
  const auto num_other = static_cast<std::size_t>(std::count(other.begin(), other.end(), true));
  if (question.factor == 0.0 || 2 * num_other != other.size()) return 2 * num_other <= other.size();
  const double least = asked.variables[question.variable] == Variable::kN ? 1e5 : 1e6;
  for (std::size_t i = 0; i < other.size(); ++i) {
    if (!other[i] && asked.all[i].log_x[question.variable] < std::log(least)) return false;
  }
  return true;
}

std::string unit_of(double factor) {
  return factor == 1e3 ? "thousands" : factor == 1e6 ? "millions" : "billions";
}

Finding describe(const Question& question, const Asked& asked, const RunTable& runs,
                 const std::vector<std::size_t>& rows) {
  std::vector<bool> other = question.answer->other;
  if (asked.some.size() < asked.all.size()) {
    other.clear();
    for (const Reading& run : asked.all) {
      other.push_back(std::abs(question.answer->law.error(question.other(run))) <
                      std::abs(question.answer->law.error(run)));
    }
  }
  const bool wrong = other_side_is_wrong(question, asked, other);
  std::vector<std::size_t> named, rest;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    (other[i] == wrong ? named : rest).push_back(rows[i]);
  }
  const std::string scatter = ": read so, all runs lie on one law within " +
                              short_text(100.0 * question.answer->scatter_after) +
                              " %, as they stand within " +
                              short_text(100.0 * question.answer->scatter_before) + " %";
  Finding out{FindingSeverity::kSuspect, {}, named, "", ""};
  if (question.factor == 0.0) {
    out.what = "N and D of " + places(runs, named) + " seem to be exchanged" + scatter;
    out.cure = "Put them right, or leave these rows out with " + field("where");
    return out;
  }
  const VariableInfo& about = info(asked.variables[question.variable]);
  const std::string symbol(about.symbol), meaning(about.meaning);
  const std::vector<double>& column = runs.column(about.id);
  const auto [low, high] =
      std::minmax_element(rest.begin(), rest.end(),
                          [&](std::size_t a, std::size_t b) { return column[a] < column[b]; });
  out.what = symbol + " of " + places(runs, named) + (named.size() == 1 ? " looks" : " look") +
             " like " +
             (wrong ? unit_of(question.factor) + " beside raw counts of " + meaning
                    : "raw counts beside " + unit_of(question.factor) + " of " + meaning) +
             " (" + short_text(column[named.front()]) + " where others are " +
             short_text(column[*low]) + " to " + short_text(column[*high]) + ")" + scatter;
  out.cure = "Write every " + symbol +
             " as a raw count, such as 7e9 or 7B, or leave these rows out with " + field("where");
  return out;
}

/// N and D exchanged in all rows: a law tells them apart by its coefficients alone, so that only
/// their sizes speak.
bool find_exchanged(const RunTable& runs, const std::vector<std::size_t>& rows,
                    std::vector<Finding>& out) {
  constexpr double kFewTokens = 0.05, kOrdinary = 1e3, kFewest = 1e6;
  std::vector<double> ratios;
  double least_n = runs.column(Variable::kN)[rows.front()];
  for (const std::size_t row : rows) {
    const double n = runs.column(Variable::kN)[row];
    ratios.push_back(runs.column(Variable::kD)[row] / n);
    least_n = std::min(least_n, n);
  }
  std::sort(ratios.begin(), ratios.end());
  const double median = ratios[ratios.size() / 2];
  const std::size_t num_below = static_cast<std::size_t>(
      std::lower_bound(ratios.begin(), ratios.end(), 1.0) - ratios.begin());
  const bool nearly_all = 10 * num_below >= 9 * ratios.size();
  if (!nearly_all || least_n < kFewest) return false;
  const bool clear = median < kFewTokens && 1.0 / median <= kOrdinary;
  if (!clear && median >= 0.3) return false;
  out.push_back({clear ? FindingSeverity::kSuspect : FindingSeverity::kNote,
                 {},
                 {},
                 "the runs have fewer tokens than parameters (D/N " + short_text(ratios.front()) +
                     " to " + short_text(ratios.back()) + "): N and D exchanged?",
                 "If so, exchange them with " + field("column") + " n=NAME d=NAME"});
  return clear;
}

}  // namespace

void find_other_readings(const RunTable& runs, const std::vector<std::size_t>& rows,
                         const LawProbe& probe, std::vector<Finding>& out) {
  const Asked asked = ask_rows(runs, rows, probe);
  if (!asked.n && !asked.d) return;
  if (asked.n && asked.d && find_exchanged(runs, rows, out)) return;
  const auto scatter = scatter_of(asked.some, asked.variables);
  if (!scatter || *scatter < kNothingToAsk) return;
  std::vector<Question> questions = questions_about(asked);
  const Question* best = nullptr;
  for (Question& q : questions) {
    ask_losses(q, asked);
    if (!q.answer && q.factor > 0.0) ask_values(q, asked);
    if (!q.answer) continue;
    if (!best || q.answer->scatter_after < best->answer->scatter_after) best = &q;
  }
  if (best) out.push_back(describe(*best, asked, runs, rows));
}

}  // namespace isoflop::detail

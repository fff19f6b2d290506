#include "isoflop/fit/verdict.hpp"

#include <algorithm>
#include <string_view>

#include "isoflop/core/word_list.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

void add_weak(std::string_view coefficient, FitReport& report) {
  if (std::find(report.weak.begin(), report.weak.end(), coefficient) == report.weak.end()) {
    report.weak.emplace_back(coefficient);
  }
}

}  // namespace

std::vector<std::string> why_coefficients(const FitReport& report) {
  std::vector<std::string> out = report.questions.coefficients.why;
  if (!report.weak.empty()) {
    out.push_back(joined(report.weak, ", ") +
                  ": a 95 % interval reaches a bound, spans more than a factor of ten, or is wider "
                  "than the value" +
                  (report.cure.empty() ? "" : ". " + report.cure));
  }
  return out;
}

void judge(FitReport& report) {
  Questions& questions = report.questions;
  for (const ProfileInterval& p : report.profile) {
    if (p.weak) add_weak(p.coefficient, report);
  }
  if (!report.weak.empty()) {
    questions.coefficients.word = std::min(questions.coefficients.word, CoefficientsWord::kWeak);
  }
  report.verdict = verdict_on(questions);
  report.reasons.clear();
  for (const auto& why :
       {questions.optimum.why, why_coefficients(report), questions.data.why, questions.form.why}) {
    report.reasons.insert(report.reasons.end(), why.begin(), why.end());
  }
}

void add_findings(const std::vector<Finding>& findings, FitReport& report) {
  for (const Finding& f : findings) {
    const std::string text = f.what + (f.cure.empty() ? "" : ". " + f.cure);
    switch (f.severity) {
      case FindingSeverity::kUnidentified:
        report.questions.coefficients.lower_to(CoefficientsWord::kNotDetermined, text);
        break;
      case FindingSeverity::kSuspect:
        report.questions.data.lower_to(DataWord::kSuspect, text);
        break;
      case FindingSeverity::kNote:
        report.warnings.push_back(text);
        break;
    }
  }
  judge(report);
}

void add_intervals(const LawFacts& law, const FitOptions& options,
                   const std::vector<EstimatedInterval>& intervals, FitReport& report) {
  for (std::size_t p = 0; p < intervals.size(); ++p) {
    const CoefficientInfo& own = law.coefficients[p];
    if (intervals[p].method == IntervalMethod::kNone ||
        options.fixed.contains(std::string(own.name))) {
      continue;
    }
    const CoefficientInfo c = report.widened ? widest(own) : own;
    const Interval& range = intervals[p].range;
    if (range.low <= c.lower || range.high >= c.upper ||
        is_weak(c, report.coefficients[p], range)) {
      add_weak(c.name, report);
    }
  }
  judge(report);
}

}  // namespace isoflop

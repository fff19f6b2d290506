/// The four questions that a report on a fit answers, and the verdict that follows:
///   optimum       was the best of the objective found?
///   coefficients  do these runs determine them?
///   data          does the table look free of mistakes?
///   form          does the law fit as well as runs repeat, and forecast what it was not shown?
/// All four good: certified. Only the second not: interpolates. Else: doubtful.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

// Each from the worst word to the best.
enum class OptimumWord { kNotFound, kArtificialBound, kFound };
enum class CoefficientsWord { kNotDetermined, kWeak, kDetermined };
enum class DataWord { kSuspect, kClean };
enum class FormWord { kLackOfFit, kUntested, kHolds };

const char* to_string(OptimumWord w);
const char* to_string(CoefficientsWord w);
const char* to_string(DataWord w);
const char* to_string(FormWord w);

/// A word, and one sentence for each reason why it is no better.
template <class Word>
struct Question {
  Word word;
  std::vector<std::string> why;

  void lower_to(Word w, std::string reason) {
    if (w < word) word = w;
    why.push_back(std::move(reason));
  }
};

struct Questions {
  Question<OptimumWord> optimum{OptimumWord::kFound, {}};
  Question<CoefficientsWord> coefficients{CoefficientsWord::kDetermined, {}};
  Question<DataWord> data{DataWord::kClean, {}};
  Question<FormWord> form{FormWord::kUntested, {}};
};

/// How far the word of a fit can be taken.
enum class Verdict {
  kFailed,        ///< no usable numbers
  kDoubtful,      ///< nothing should rest on it; the reasons say why
  kInterpolates,  ///< predictions inside the range of the runs hold, plans beyond it do not
  kCertified      ///< all four questions have a good answer
};

inline const char* to_string(Verdict v) {
  switch (v) {
    case Verdict::kCertified:
      return "certified";
    case Verdict::kInterpolates:
      return "interpolates";
    case Verdict::kDoubtful:
      return "doubtful";
    case Verdict::kFailed:
      break;
  }
  return "failed";
}

/// The verdict on a fit that has coefficients.
Verdict verdict_on(const Questions& questions);

/// What the form of a law was tested by. The runs of the largest compute (a fifth of them; of the
/// lowest predicted loss where the law has no N and D) are hidden, the law is fitted to the others,
/// and each hidden loss is compared with the interval that the covariance of that fit and the
/// scatter of its runs give a new run.
struct FormCheck {
  std::size_t num_hidden = 0;   ///< 0: too few runs to hide any
  double covered = 0.0;         ///< share of the hidden runs inside their 95 % interval
  double error_over_noise = 0;  ///< rms error over the scatter of repeated cells; 0: none repeat
};

/// Whether a 95 % interval of a coefficient says little: it spans more than a factor of ten for a
/// scale, or is wider than the value itself for an exponent and for an irreducible loss.
bool is_weak(const CoefficientInfo& coefficient, double value, const Interval& interval);

}  // namespace isoflop

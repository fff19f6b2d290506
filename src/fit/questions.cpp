#include "isoflop/fit/questions.hpp"

#include <cmath>

namespace isoflop {

const char* to_string(OptimumWord w) {
  switch (w) {
    case OptimumWord::kFound:
      return "found";
    case OptimumWord::kArtificialBound:
      return "only at a bound";
    case OptimumWord::kNotFound:
      break;
  }
  return "not found";
}

const char* to_string(CoefficientsWord w) {
  switch (w) {
    case CoefficientsWord::kDetermined:
      return "determined";
    case CoefficientsWord::kWeak:
      return "weak";
    case CoefficientsWord::kNotDetermined:
      break;
  }
  return "not determined";
}

const char* to_string(DataWord w) { return w == DataWord::kClean ? "clean" : "suspect"; }

const char* to_string(FormWord w) {
  switch (w) {
    case FormWord::kHolds:
      return "holds";
    case FormWord::kUntested:
      return "untested";
    case FormWord::kLackOfFit:
      break;
  }
  return "lack of fit";
}

Verdict verdict_on(const Questions& questions) {
  const bool others_good = questions.optimum.word == OptimumWord::kFound &&
                           questions.data.word == DataWord::kClean &&
                           questions.form.word != FormWord::kLackOfFit;
  if (!others_good) return Verdict::kDoubtful;
  return questions.coefficients.word == CoefficientsWord::kDetermined ? Verdict::kCertified
                                                                      : Verdict::kInterpolates;
}

bool is_weak(const CoefficientInfo& coefficient, double value, const Interval& interval) {
  constexpr double kWidestFactor = 10.0;
  const bool irreducible =
      coefficient.scale == Scale::kLog && coefficient.lower == kIrreducibleLossFloor;
  if (coefficient.scale == Scale::kLinear || irreducible) {
    return !(interval.high - interval.low <= std::abs(value));
  }
  return !(interval.high <= kWidestFactor * interval.low);
}

}  // namespace isoflop

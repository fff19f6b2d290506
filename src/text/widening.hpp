// What a calibration did to the interval of a new run, for a person.
#pragma once

#include <string>

#include "isoflop/laws/law_record.hpp"

namespace isoflop::text {

/// "new runs: widened 2.3 times, 10 times the compute of the runs behind this law"; without a line
/// end. Requires a law that was calibrated.
std::string widening_text(const LawRecord& law, const NewRunLoss& loss);

/// A line for each distance that was forecast over, of a fit.
std::string calibration_text(const NewRunCalibration& calibration);

}  // namespace isoflop::text

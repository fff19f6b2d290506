// What isoflop-bench says about devices, rates and routings, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::app {

/// "512.3 TFLOP/s", "4.02 TB/s", "12.3 GB", "1.234 ms", "12.3 %"; "-" for kNotMeasured.
std::string flops_text(double flops_per_s);
std::string bandwidth_text(double bytes_per_s);
std::string bytes_text(double bytes);
std::string time_text(double time_s);
std::string share_text(double share);

/// Lines ended by a line end. Nothing for what is not known.
std::string describe_environment(const CostEnvironment& environment);
std::string describe_peaks(const CostPeaks& peaks);

/// isoflop.peaks/1.
nlohmann::ordered_json peaks_to_json(const CostEnvironment& environment, const CostPeaks& peaks);

}  // namespace isoflop::app

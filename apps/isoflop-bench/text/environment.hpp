// What isoflop-bench says to people about devices, rates and layers.
#pragma once

#include <string>
#include <vector>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::app {

/// 1234, 512.3, 51.23, 5.123; "-" for kNotMeasured.
std::string digits_text(double value);
/// "512.3 TFLOP/s", "4.02 TB/s", "12.3 GB", "1.234 ms", "12.3 %"; "-" for kNotMeasured.
std::string flops_text(double flops_per_s);
std::string bandwidth_text(double bytes_per_s);
std::string bytes_text(double bytes);
std::string time_text(double time_s);
std::string share_text(double share);

/// Lines ended by a line end. Nothing for what is not known.
std::string describe_environment(const CostEnvironment& environment);
std::string describe_peaks(const CostPeaks& peaks);

/// The words a command line had, with the program's name without its folder.
std::string command_text(const std::vector<std::string>& command_line);

}  // namespace isoflop::app

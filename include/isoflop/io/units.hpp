/// Quantities of machines as people read them, rounded and with a unit.
#pragma once

#include <string>

namespace isoflop {

/// 1234, 512.3, 51.23, 5.123; "-" for what is not finite, as in all of these.
std::string digits_text(double value);
std::string flops_text(double flops_per_s);      ///< "512.3 TFLOP/s"
std::string bandwidth_text(double bytes_per_s);  ///< "4.020 TB/s"
std::string bytes_text(double bytes);            ///< "12.30 GB"
std::string time_text(double time_s);            ///< "1.234 ms"
std::string share_text(double share);            ///< "12.3 %" of 0.123

}  // namespace isoflop

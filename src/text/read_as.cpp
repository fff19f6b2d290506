#include "isoflop/text/read_as.hpp"

#include <fmt/format.h>

namespace isoflop::text {

std::string read_as(const RecordLog& log, std::size_t width) {
  std::string out;
  for (const std::string& line : log.read_as) {
    out += fmt::format("{:<{}}{}\n", out.empty() ? "  read as" : "", width, line);
  }
  return out;
}

}  // namespace isoflop::text

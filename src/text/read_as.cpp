#include "isoflop/text/read_as.hpp"

namespace isoflop::text {

std::string read_as(const RecordLog& log) {
  std::string out;
  for (const std::string& line : log.read_as) {
    out += (out.empty() ? "  read as     " : "              ") + line + "\n";
  }
  return out;
}

}  // namespace isoflop::text

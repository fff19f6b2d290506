/// A number in the convention of a law.
#pragma once

#include <string>

namespace isoflop {

struct Converted {
  double value;
  std::string how;  ///< one clause: what was counted
};

}  // namespace isoflop

/// What targets are made of.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "isoflop/error.hpp"

namespace isoflop::fuzz {

/// The input as a file, in memory, for readers that open one.
class InputFile {
 public:
  explicit InputFile(std::string_view bytes);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  int file_;
  std::string path_;
};

/// Does `action`; true where it threw an Error, which is how this library refuses.
template <class Action>
bool refused(const Action& action) {
  try {
    action();
  } catch (const Error&) {
    return true;
  }
  return false;
}

/// A promise of the reader; a broken one is a find.
inline void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(promise);
}

}  // namespace isoflop::fuzz

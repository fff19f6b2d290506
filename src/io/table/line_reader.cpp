#include <cerrno>
#include <system_error>

#include "isoflop/error.hpp"
#include "text_readers.hpp"

namespace isoflop {

bool LineReader::next() {
  errno = 0;
  if (!std::getline(*file_, text_)) {
    if (!file_->bad()) return false;
    throw DataError(path_, "cannot be read: " + std::generic_category().message(errno));
  }
  ++line_;
  if (line_ == 1 && text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  if (text_.find('\0') != std::string::npos) {
    throw DataError(path_, line_, "holds a NUL byte, so it is not text; save it as UTF-8 text");
  }
  return true;
}

}  // namespace isoflop

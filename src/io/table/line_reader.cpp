// Lines of a text, from the pieces in which it is read.
#include <cstring>

#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"
#include "text_readers.hpp"

namespace isoflop {

bool LineReader::next() {
  text_.clear();
  for (bool has_begun = false;; has_begun = true) {
    if (at_ == piece_.size()) {
      at_ = 0;
      if (!file_->next(piece_)) {
        if (!has_begun) return false;
        break;
      }
    }
    const char* const begin = piece_.data() + at_;
    const std::size_t num_left = piece_.size() - at_;
    const void* const end = std::memchr(begin, '\n', num_left);
    const std::size_t size =
        end == nullptr ? num_left : static_cast<std::size_t>(static_cast<const char*>(end) - begin);
    text_.append(begin, size);
    at_ += size;
    if (text_.size() > most_bytes_) {
      throw DataError(path_, line_ + 1,
                      "is longer than " + std::to_string(most_bytes_ >> 20) +
                          " MiB, longer than a line of a table ever is");
    }
    if (end != nullptr) {
      ++at_;
      break;
    }
  }
  ++line_;
  if (line_ == 1 && text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  if (text_.find('\0') != std::string::npos) {
    throw DataError(path_, line_, "holds a NUL byte, so it is not text; save it as UTF-8 text");
  }
  return true;
}

}  // namespace isoflop

#include "input.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <system_error>

namespace isoflop::fuzz {

InputFile::InputFile(std::string_view bytes) : file_(memfd_create("input", 0)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  path_ = "/proc/self/fd/" + std::to_string(file_);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t some = write(file_, bytes.data() + done, bytes.size() - done);
    if (some < 0) throw std::system_error(errno, std::generic_category(), "write");
    done += static_cast<std::size_t>(some);
  }
}

InputFile::~InputFile() { close(file_); }

}  // namespace isoflop::fuzz

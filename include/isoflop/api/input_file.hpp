/// A file that an outcome was derived from.
#pragma once

#include <string>
#include <vector>

namespace isoflop::api {

struct InputFile {
  std::string path;    ///< as the request names it
  std::string sha256;  ///< of its bytes, 64 lower-case hexadecimal digits
  std::string stamp;   ///< file_stamp() before they were read; in no document
};

using InputFiles = std::vector<InputFile>;

}  // namespace isoflop::api

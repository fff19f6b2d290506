/// Files as a whole or not at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isoflop {

/// Whether anything lies there; whether that is a file, and no folder, device or pipe.
bool is_there(const std::string& path);
bool is_regular_file(const std::string& path);

/// What tells a state of a file from another one: device, number, size and time of change. "" for
/// what is no file on disk, such as a pipe, and where there is nothing.
std::string file_stamp(const std::string& path);

/// The bytes of a file, or of standard input where the path is "-", in pieces of bounded size.
class FilePieces {
 public:
  /// Throws DataError where there is no file, and for a folder.
  explicit FilePieces(std::string path);
  ~FilePieces();
  FilePieces(const FilePieces&) = delete;
  FilePieces& operator=(const FilePieces&) = delete;

  /// The next piece; false at the end. Throws DataError where it cannot be read, and at the end of
  /// a file that changed meanwhile.
  bool next(std::string& piece);

 private:
  std::string path_, stamp_;
  int file_;
};

/// All of these bytes. Throws DataError also where they are more than `most_bytes`: of a device
/// that never ends, say.
std::string read_file(const std::string& path, std::size_t most_bytes = std::size_t{1} << 30);

/// Throws DataError with the reason if write_file(path) is bound to fail: to be called before hours
/// of work. An empty path passes.
void require_writable(const std::string& path);

/// Writes beside the path and renames, so that nobody ever sees half a file, whatever ends this
/// process or how many write it at once; what is there after it is on the disk. A link is followed,
/// and a file that was there keeps its permissions. Throws DataError.
void write_file(const std::string& path, std::string_view text);

/// Makes a folder and those above it; one that is there is left as it is. Throws DataError.
void make_folder(const std::string& path);

}  // namespace isoflop

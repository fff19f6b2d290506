/// Files as a whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace isoflop {

/// Whether anything lies there; whether that is a file, and no folder, device or pipe.
bool is_there(const std::string& path);
bool is_regular_file(const std::string& path);

/// All bytes of a file; of standard input where the path is "-". Throws DataError.
std::string read_file(const std::string& path);

/// Throws DataError with the reason if write_file(path) is bound to fail: to be called before hours
/// of work. An empty path passes.
void require_writable(const std::string& path);

/// Writes beside the path and renames, so that a reader never sees half a file. Throws DataError.
void write_file(const std::string& path, std::string_view text);

/// Makes a folder and those above it; one that is there is left as it is. Throws DataError.
void make_folder(const std::string& path);

}  // namespace isoflop

#include "isoflop/io/whole_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

namespace fs = std::filesystem;

std::string reason_of(int fault) { return std::generic_category().message(fault); }

/// An open file, closed at the end.
class Open {
 public:
  explicit Open(int number) : number_(number) {}
  ~Open() {
    if (number_ >= 0) ::close(number_);
  }
  Open(Open&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Open& operator=(Open&&) = delete;
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

template <class Call>
auto repeated(Call call) {
  auto out = call();
  while (out < 0 && errno == EINTR) out = call();
  return out;
}

std::string stamp_of(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return "";
  std::string out;
  for (const auto x :
       {static_cast<long long>(file.st_dev), static_cast<long long>(file.st_ino),
        static_cast<long long>(file.st_size), static_cast<long long>(file.st_mtim.tv_sec),
        static_cast<long long>(file.st_mtim.tv_nsec)}) {
    out += std::to_string(x) + " ";
  }
  return out;
}

/// What the path leads to behind links, the last of which may lead to a file yet to be made. A loop
/// stays as it is.
std::string followed(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux follows
  fs::path out = path;
  std::error_code fault;
  for (int i = 0; i < kMostLinks && fs::is_symlink(out, fault); ++i) {
    const fs::path next = fs::read_symlink(out, fault);
    if (fault) break;
    out = out.parent_path() / next;
  }
  return fs::is_symlink(out, fault) ? path : out.string();
}

[[noreturn]] void refuse_to_write(const std::string& path, const std::string& why) {
  throw DataError(path, "cannot be written: " + why);
}

/// All of the text into an open file; false with errno where it does not take it.
bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t taken = repeated([&] { return ::write(file, text.data(), text.size()); });
    if (taken < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(taken));
  }
  return true;
}

/// The file beside, for this writer alone until it is closed: one that is killed leaves it to the
/// next, and of two at once one waits. Without a file: errno.
Open open_beside(const std::string& part) {
  while (true) {
    Open file(repeated(
        [&] { return ::open(part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666); }));
    if (!file) return file;
    repeated([&] { return ::flock(file.number(), LOCK_EX); });  // not every file system has locks
    struct stat held {};
    struct stat named {};
    // The one before has renamed it where the name leads elsewhere by now.
    if (::fstat(file.number(), &held) == 0 && ::lstat(part.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return file;
    }
  }
}

/// A name that was given to a file outlives a loss of power once its folder is on the disk. False
/// with errno where the disk did not take it; not every file system can be asked for that.
bool keep_names_of(const fs::path& folder) {
  const Open opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened && ::fsync(opened.number()) == 0) return true;
  return errno != EIO && errno != ENOSPC && errno != EDQUOT;
}

}  // namespace

bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_regular_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::string file_stamp(const std::string& path) {
  struct stat file {};
  return path != "-" && ::stat(path.c_str(), &file) == 0 ? stamp_of(file) : "";
}

FilePieces::FilePieces(std::string path)
    : path_(std::move(path)), stamp_(file_stamp(path_)), file_(STDIN_FILENO) {
  if (path_ != "-") {
    file_ = repeated([&] { return ::open(path_.c_str(), O_RDONLY | O_CLOEXEC); });
  }
  if (file_ < 0) {
    const bool is_missing = errno == ENOENT || errno == ENOTDIR;
    throw DataError(path_,
                    is_missing ? "there is no such file" : "cannot be read: " + reason_of(errno));
  }
  struct stat opened {};
  if (::fstat(file_, &opened) == 0 && S_ISDIR(opened.st_mode)) {
    if (path_ != "-") ::close(file_);
    throw DataError(path_, "is a folder; a file was expected");
  }
}

FilePieces::~FilePieces() {
  if (path_ != "-") ::close(file_);
}

bool FilePieces::next(std::string& piece) {
  piece.resize(std::size_t{1} << 16);
  const ssize_t size = repeated([&] { return ::read(file_, piece.data(), piece.size()); });
  if (size < 0) throw DataError(path_, "cannot be read: " + reason_of(errno));
  piece.resize(static_cast<std::size_t>(size));
  if (size > 0) return true;
  if (file_stamp(path_) != stamp_) {
    throw DataError(path_, "changed while it was read; try again when nothing writes it");
  }
  return false;
}

std::string read_file(const std::string& path, std::size_t most_bytes) {
  std::string out, piece;
  for (FilePieces file(path); file.next(piece);) {
    if (out.size() + piece.size() > most_bytes) {
      throw DataError(path, "holds more than " + std::to_string(most_bytes >> 20) +
                                " MiB, more than such a file ever does");
    }
    out += piece;
  }
  return out;
}

void require_writable(const std::string& path) {
  if (path.empty()) return;
  std::error_code fault;
  const std::string file = followed(path);
  const fs::file_status found = fs::status(file, fault);
  if (found.type() == fs::file_type::directory) {
    throw DataError(path, "is a folder; name a file in it");
  }
  if (found.type() == fs::file_type::none) refuse_to_write(path, fault.message());
  if (found.type() == fs::file_type::regular && access(file.c_str(), W_OK) != 0) {
    refuse_to_write(path, reason_of(errno));
  }
  if (found.type() != fs::file_type::not_found && found.type() != fs::file_type::regular) return;
  fs::path folder = fs::path(file).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, fault)) {
    refuse_to_write(path, "there is no folder " + folder.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    refuse_to_write(path, folder.string() + ": " + reason_of(errno));
  }
}

void write_file(const std::string& path, std::string_view text) {
  require_writable(path);
  const std::string file = followed(path);
  struct stat before {};
  const bool exists = ::stat(file.c_str(), &before) == 0;
  if (exists &&
      !S_ISREG(before.st_mode)) {  // a device or a pipe: renaming onto it would replace it
    const Open out(repeated([&] { return ::open(file.c_str(), O_WRONLY | O_CLOEXEC); }));
    if (!out || !write_all(out.number(), text)) refuse_to_write(path, reason_of(errno));
    return;
  }
  const std::string part = file + ".part";
  const Open out = open_beside(part);
  if (!out) refuse_to_write(path, part + ": " + reason_of(errno));
  const bool is_kept = ::ftruncate(out.number(), 0) == 0 && write_all(out.number(), text) &&
                       (!exists || ::fchmod(out.number(), before.st_mode & 07777) == 0) &&
                       ::fsync(out.number()) == 0 && std::rename(part.c_str(), file.c_str()) == 0;
  if (!is_kept) {
    const std::string why = reason_of(errno);
    ::unlink(part.c_str());
    refuse_to_write(path, why);
  }
  if (!keep_names_of(fs::path(file).parent_path())) refuse_to_write(path, reason_of(errno));
}

void make_folder(const std::string& path) {
  std::error_code fault;
  fs::create_directories(path, fault);
  if (fault) throw DataError(path, "cannot be made: " + fault.message());
  if (!fs::is_directory(path)) throw DataError(path, "is no folder");
}

}  // namespace isoflop

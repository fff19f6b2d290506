// Bytes from where they lie, as UTF-8 text.
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

using namespace std::string_view_literals;

/// Of a text that has to be held as a whole, because it was packed.
constexpr std::size_t kMostUnpackedBytes = std::size_t{4} << 30;

constexpr std::string_view kGzip = "\x1F\x8B"sv, kLittleEndian = "\xFF\xFE"sv,
                           kBigEndian = "\xFE\xFF"sv;

void append_utf8(char32_t c, std::string& out) {
  const auto byte = [&](char32_t bits) {
    out += static_cast<char>(static_cast<unsigned char>(bits));
  };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      byte(0xE0 | (c >> 12));
    } else {
      byte(0xF0 | (c >> 18));
      byte(0x80 | ((c >> 12) & 0x3F));
    }
    byte(0x80 | ((c >> 6) & 0x3F));
  }
  byte(0x80 | (c & 0x3F));
}

/// The text behind a byte-order mark.
std::string from_utf16(const std::string& path, std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0) throw DataError(path, "is UTF-16 that ends within a character");
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]),
               b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(big_endian ? a << 8 | b : b << 8 | a);
  };
  std::string out;
  for (std::size_t i = 2; i < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xE000) {
      const bool pair =
          c < 0xDC00 && i + 2 < bytes.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000;
      if (!pair) throw DataError(path, "is not valid UTF-16");
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    append_utf8(c, out);
  }
  return out;
}

std::string unpacked(const std::string& path, const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;
  // Text packs to a tenth, a log that repeats itself to a hundredth: what unpacks to more is made
  // to.
  constexpr std::size_t kFewBytes = std::size_t{16} << 20;
  const std::size_t most = std::min(kMostUnpackedBytes, std::max(kFewBytes, 100 * bytes.size()));
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  std::string out, chunk(std::size_t{1} << 18, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
    if (state == Z_STREAM_END && stream.avail_in > 0)
      state = inflateReset(&stream);  // joined files
    if (out.size() > most) break;
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) {
    throw DataError(path, out.size() > most ? "unpacks to more than " + std::to_string(most >> 20) +
                                                  " MiB, more than text does; unpack it first"
                                            : "is packed by gzip, and damaged or cut short");
  }
  return out;
}

}  // namespace

void require_file(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw DataError(path, "there is no such file");
  }
  if (std::filesystem::is_directory(status)) {
    throw DataError(path, "is a directory; name one file in it");
  }
}

LineReader::LineReader(const std::string& path, std::vector<ReadNote>& notes,
                       std::size_t most_bytes)
    : path_(path), most_bytes_(most_bytes) {
  if (path != "-") require_file(path);
  file_ = std::make_unique<FilePieces>(path);
  const auto begins_with = [this](std::string_view mark) {
    std::string more;
    while (piece_.size() < mark.size() && file_->next(more)) piece_ += more;
    return piece_.starts_with(mark);
  };
  const auto read_rest = [this] {
    for (std::string more; file_->next(more);) {
      piece_ += more;
      if (piece_.size() > kMostUnpackedBytes)
        throw DataError(path_, "holds more than 4 GiB; split it");
    }
  };
  if (begins_with(kGzip)) {
    read_rest();
    piece_ = unpacked(path, piece_);
    notes.push_back({"unpacked from gzip", false});
  }
  const bool is_big = piece_.starts_with(kBigEndian);
  if (is_big || piece_.starts_with(kLittleEndian)) {
    read_rest();
    piece_ = from_utf16(path, piece_, is_big);
    notes.push_back({"decoded from UTF-16", false});
  }
}

}  // namespace isoflop

/// Exceptions for broken contracts. Numbers that did not work out are never exceptions: they are a
/// status in the outcome of the call that produced them.
///
/// A text of this library, be it of an exception, a warning or a note, that speaks of a field of a
/// request names it by field(); whoever shows the text puts his own way of writing it in its place:
/// "--n-means" on a command line, "n_means=" in Python, "/n_means" of a JSON document.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace isoflop {

/// The name of a request's field as it stands in a text until somebody shows it.
inline std::string field(std::string_view name) { return "\x02" + std::string(name) + "\x03"; }

/// How a field is written.
enum class FieldStyle {
  kPlain,    ///< n_means
  kFlag,     ///< --n-means
  kKeyword,  ///< n_means=
  kPointer   ///< /n_means
};

/// The text with its fields written in this style.
inline std::string show_fields(std::string_view text, FieldStyle style) {
  std::string out;
  bool inside = false;
  for (const char c : text) {
    if (c == '\x02') {
      inside = true;
      out += style == FieldStyle::kFlag ? "--" : style == FieldStyle::kPointer ? "/" : "";
    } else if (c == '\x03') {
      inside = false;
      out += style == FieldStyle::kKeyword ? "=" : "";
    } else {
      out += inside && c == '_' && style == FieldStyle::kFlag ? '-' : c;
    }
  }
  return out;
}

/// Base of everything this library throws on purpose. what() names fields plainly.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text)
      : std::runtime_error(show_fields(text, FieldStyle::kPlain)), marked_(text) {}

  /// The text with its fields still to be shown.
  const std::string& marked() const { return marked_; }

 private:
  std::string marked_;
};

/// A precondition of a call does not hold (a negative budget, an unknown coefficient).
class InvalidArgument : public Error {
 public:
  using Error::Error;
  /// The fault lies in this field of the request.
  InvalidArgument(std::string_view name, const std::string& text) : Error(text), field_(name) {}

  /// "" where the fault is not that of one field.
  const std::string& field() const { return field_; }

 private:
  std::string field_;
};

/// What was asked for was cancelled by whoever asked.
class Cancelled : public Error {
 public:
  Cancelled() : Error("cancelled") {}
};

/// A file is not what it should be. The text reads "path:line: what is wrong and what would be
/// right"; the line is left out where the fault has none.
class DataError : public Error {
 public:
  DataError(const std::string& path, std::size_t line, const std::string& text)
      : Error(path + ":" + std::to_string(line) + ": " + text) {}
  DataError(const std::string& path, const std::string& text) : Error(path + ": " + text) {}
};

}  // namespace isoflop

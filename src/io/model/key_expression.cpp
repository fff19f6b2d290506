#include "key_expression.hpp"

#include <cctype>
#include <stdexcept>

#include "io/plain_text.hpp"
#include "isoflop/shape/exact.hpp"

namespace isoflop::detail {
namespace {

bool starts_key(char c) { return is_letter(c) || c == '_'; }

/// A descent through the text that computes on its way.
class Reader {
 public:
  Reader(std::string_view text, const ConfigFields& fields, std::uint64_t low)
      : text_(text), fields_(fields), low_(low) {}

  std::uint64_t whole() {
    const Exact out = sum();
    if (at_ != text_.size()) refuse();
    return out.value();
  }

 private:
  Exact sum() {
    const std::size_t start = at_;
    Exact out = product();
    for (;;) {
      if (take("+")) {
        out += product();
      } else if (take("-")) {
        const Exact less = product();
        if (less.value() > out.value()) fields_.fail(quoted(start) + " is below zero");
        out = out - less;
      } else {
        return out;
      }
    }
  }

  Exact product() {
    const std::size_t start = at_;
    Exact out = factor();
    for (;;) {
      const std::string dividend = quoted(start);
      if (take("*")) {
        out = out * factor();
      } else if (take("//")) {
        out = out.value() / divisor(at_);
      } else if (take("/")) {
        const std::size_t second = at_;
        const std::uint64_t by = divisor(second);
        if (out.value() % by != 0) {
          fields_.fail(dividend + " = " + std::to_string(out.value()) + " is not a multiple of " +
                       quoted(second) + " = " + std::to_string(by));
        }
        out = out.value() / by;
      } else {
        return out;
      }
    }
  }

  std::uint64_t divisor(std::size_t start) {
    const std::uint64_t by = factor().value();
    if (by == 0) fields_.fail(quoted(start) + " must not be 0");
    return by;
  }

  Exact factor() {
    if (take("(")) {
      const Exact out = sum();
      if (!take(")")) refuse();
      return out;
    }
    skip();
    const std::size_t start = at_;
    if (at_ < text_.size() && is_digit(text_[at_])) {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
      return std::stoull(std::string(text_.substr(start, at_ - start)));
    }
    while (at_ < text_.size() &&
           (starts_key(text_[at_]) || is_digit(text_[at_]) || (at_ > start && text_[at_] == '.'))) {
      ++at_;
    }
    if (at_ == start) refuse();
    return fields_.count(std::string(text_.substr(start, at_ - start)), low_);
  }

  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(std::string_view sign) {
    skip();
    if (text_.substr(at_, sign.size()) != sign) return false;
    at_ += sign.size();
    return true;
  }
  /// What was read since `start`.
  std::string quoted(std::size_t start) const {
    std::string_view part = text_.substr(start, at_ - start);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    return "\"" + std::string(part) + "\"";
  }
  [[noreturn]] void refuse() const {
    throw std::logic_error("no expression of keys: " + std::string(text_));
  }

  std::string_view text_;
  const ConfigFields& fields_;
  std::uint64_t low_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> keys_of(std::string_view expression) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < expression.size();) {
    const std::size_t start = at;
    while (at < expression.size() &&
           (starts_key(expression[at]) ||
            (at > start && (is_digit(expression[at]) || expression[at] == '.')))) {
      ++at;
    }
    if (at > start) {
      out.emplace_back(expression.substr(start, at - start));
    } else {
      ++at;
    }
  }
  return out;
}

bool is_key(std::string_view expression) {
  const auto keys = keys_of(expression);
  return keys.size() == 1 && keys.front() == expression;
}

std::uint64_t value_of(std::string_view expression, const ConfigFields& fields, std::uint64_t low) {
  return Reader(expression, fields, low).whole();
}

}  // namespace isoflop::detail

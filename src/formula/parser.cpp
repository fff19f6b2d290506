#include "parser.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "functions.hpp"
#include "isoflop/core/decimal.hpp"
#include "isoflop/formula/formula.hpp"
#include "text_cells.hpp"

namespace isoflop::detail {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Parser {
 public:
  Parser(std::string_view text, Expression& graph, Names& names)
      : text_(text), graph_(graph), names_(names) {}

  int whole() {
    const int root = sum();
    if (at_end()) return root;
    if (peek() == ')') fail("there is no \"(\" that this closes", here_);
    if (peek() == ',') fail("a comma stands between the operands of min and max only", here_);
    fail_at_operand();
  }

 private:
  [[noreturn]] void fail(const std::string& what, std::size_t where) const {
    throw FormulaError(what, text_, where);
  }

  char peek() {
    while (here_ < text_.size() && is_space(text_[here_])) ++here_;
    return here_ < text_.size() ? text_[here_] : '\0';
  }
  bool at_end() { return peek() == '\0' && here_ == text_.size(); }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++here_;
    return true;
  }

  // What stands where an operator or the end should.
  [[noreturn]] void fail_at_operand() {
    const char c = peek();
    if (is_letter(c) || is_digit(c) || c == '.' || c == '(') {
      fail("an operator is missing, such as *", here_);
    }
    fail_at_character();
  }
  [[noreturn]] void fail_at_character() const {
    fail(shown_character(text_, here_) + " has no meaning in a formula", here_);
  }

  // Runs `make`, which adds to the graph, for an operator or operand at `where`.
  template <class Make>
  int build(std::size_t where, const Make& make) {
    int made = 0;
    try {
      made = make();
    } catch (const TooManyOperations&) {
      fail("more than " + std::to_string(Formula::kMaxOperations) + " operations", where);
    }
    if (graph_.is_constant(made) && !std::isfinite(graph_[made].number)) {
      fail("this gives no finite number", where);
    }
    return made;
  }

  // One level deeper, as long as it lives.
  class Level {
   public:
    explicit Level(Parser& parser) : depth_(parser.depth_) {
      if (++depth_ > Formula::kMaxNesting) {
        parser.fail("nested more than " + std::to_string(Formula::kMaxNesting) + " deep",
                    parser.here_);
      }
    }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    std::size_t& depth_;
  };

  int sum() {
    int left = product();
    for (;;) {
      const char c = peek();
      if (at_end() || (c != '+' && c != '-')) return left;
      const std::size_t where = here_++;
      const int right = product();
      left = build(where,
                   [&] { return graph_.binary(c == '+' ? Op::kAdd : Op::kSubtract, left, right); });
    }
  }

  int product() {
    int left = signed_power();
    for (;;) {
      const char c = peek();
      if (at_end() || (c != '*' && c != '/')) return left;
      const std::size_t where = here_++;
      if (c == '*' && here_ < text_.size() && text_[here_] == '*') {
        fail("a power is written with ^", where);
      }
      const int right = signed_power();
      left = build(where, [&] {
        return graph_.binary(c == '*' ? Op::kMultiply : Op::kDivide, left, right);
      });
    }
  }

  int signed_power() {
    const Level level(*this);
    const char c = peek();
    if (c != '-' && c != '+') return power();
    const std::size_t where = here_++;
    const int operand = signed_power();
    if (c == '+') return operand;
    return build(where, [&] { return graph_.unary(Op::kNegate, operand); });
  }

  int power() {
    const int base = primary();
    if (at_end() || peek() != '^') return base;
    const std::size_t where = here_++;
    const int exponent = signed_power();
    return build(where, [&] { return graph_.power(base, exponent); });
  }

  int primary() {
    const char c = peek();
    const std::size_t where = here_;
    if (at_end()) fail("an operand is missing", where);
    if (is_digit(c) || c == '.') return number();
    if (is_letter(c)) return name();
    if (take('(')) {
      const int inside = sum();
      close(where);
      return inside;
    }
    if (c == ')' || c == ',' || c == '*' || c == '/' || c == '^') {
      fail("an operand is missing", where);
    }
    fail_at_character();
  }

  // The ")" for the "(" at `open`.
  void close(std::size_t open) {
    if (take(')')) return;
    if (at_end()) fail("this \"(\" is never closed", open);
    if (peek() == ',') fail("a comma stands between the operands of min and max only", here_);
    fail_at_operand();
  }

  int number() {
    const std::size_t where = here_;
    double value = 0.0;
    const DecimalRead read = read_decimal(std::string_view(text_).substr(here_), value);
    if (read.fault == std::errc::result_out_of_range) {
      fail("no double is this large or small", where);
    }
    if (read.fault != std::errc()) fail("this is not a number", where);
    here_ += read.length;
    if (here_ < text_.size() && text_[here_] == '.') fail("this is not a number", where);
    return build(where, [&] { return graph_.constant(value); });
  }

  int name() {
    const std::size_t where = here_;
    while (here_ < text_.size() && (is_letter(text_[here_]) || is_digit(text_[here_]))) ++here_;
    const std::string_view word = text_.substr(where, here_ - where);
    if (const Function* f = find_function(word)) return call(*f, where);
    if (const auto v = index_in(names_.variables, word)) {
      names_.uses_variable[*v] = true;
      return build(where,
                   [&] { return graph_.variable(static_cast<int>(*v), names_.is_plain[*v]); });
    }
    if (const auto p = index_in(names_.coefficients, word)) {
      names_.uses_coefficient[*p] = true;
      return build(where, [&] { return graph_.coefficient(static_cast<int>(*p)); });
    }
    fail_unknown(word, where);
  }

  static std::optional<std::size_t> index_in(const std::vector<std::string>& list,
                                             std::string_view word) {
    const auto it = std::find(list.begin(), list.end(), word);
    if (it == list.end()) return std::nullopt;
    return static_cast<std::size_t>(it - list.begin());
  }

  [[noreturn]] void fail_unknown(std::string_view word, std::size_t where) {
    constexpr std::size_t kShown = 40;
    std::string shown(word.substr(0, kShown));
    if (word.size() > kShown) shown += "...";
    std::string known;
    if (!at_end() && peek() == '(') {
      for (const Function& f : kFunctions) known += " " + std::string(f.name);
      fail("no function is named \"" + shown + "\"; there are:" + known, where);
    }
    for (const std::string& v : names_.variables) known += " " + v;
    for (const std::string& p : names_.coefficients) known += " " + p;
    fail("no variable or coefficient is named \"" + shown + "\"; there are:" + known, where);
  }

  int call(const Function& f, std::size_t where) {
    const std::size_t open = (peek(), here_);
    if (!take('(')) {
      fail(std::string(f.name) + " is a function; its operand stands in parentheses", where);
    }
    const int first = sum();
    if (!is_binary(f.op)) {
      close(open);
      const int value = build(where, [&] { return graph_.unary(f.op, first); });
      if (f.scale == 1.0) return value;
      return build(where,
                   [&] { return graph_.binary(Op::kMultiply, value, graph_.constant(f.scale)); });
    }
    if (!at_end() && peek() == ')') fail(std::string(f.name) + " takes two operands", here_);
    if (!take(',')) close(open);
    const int second = sum();
    if (!at_end() && peek() == ',') fail(std::string(f.name) + " takes two operands", here_);
    close(open);
    return build(where, [&] { return graph_.binary(f.op, first, second); });
  }

  std::string_view text_;
  Expression& graph_;
  Names& names_;
  std::size_t here_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

int parse(std::string_view text, Expression& graph, Names& names) {
  return Parser(text, graph, names).whole();
}

}  // namespace isoflop::detail

/// A formula as steps: first what depends on variables only, each step a register of its own; then
/// what depends on coefficients, on a stack. Nothing is allocated, and plain numbers carry no
/// derivatives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isoflop/formula/operations.hpp"

namespace isoflop::detail {

inline constexpr std::size_t kMaxPlainSteps = 96;
inline constexpr std::size_t kMaxStackDepth = 24;

/// Register i = op(registers a, b), with a and b below i.
struct PlainStep {
  Op op;
  std::uint16_t a, b;  ///< registers; a is the index of a variable for kLogVariable and kVariable
  double number;       ///< of kConstant and kWholePower
};

/// Pushes (kCoefficient, kPlain), or works on the top of the stack.
struct StackStep {
  Op op;
  bool with_plain;      ///< the second operand of op is a register instead of the top of the stack
  std::uint16_t index;  ///< of the coefficient or register
  double number;        ///< the exponent of kWholePower
};

struct Program {
  std::vector<PlainStep> plain;
  std::vector<StackStep> stack;

  /// push(T&, p) sets a number to coefficient p.
  template <class T, class X, class Push>
  T run(std::span<const X> log_variables, const Push& push) const {
    return run<T>(log_variables, push, [](const T& result) { return result; });
  }

  /// The same for a number that is large to copy: what use(T&) returns.
  template <class T, class X, class Push, class Use>
  auto run(std::span<const X> log_variables, const Push& push, const Use& use) const {
    std::array<X, kMaxPlainSteps> registers;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const PlainStep& step = plain[i];
      X& r = registers[i];
      if (step.op == Op::kConstant) {
        set_plain(r, Part<X>(step.number));
      } else if (step.op == Op::kLogVariable || step.op == Op::kVariable) {
        r = log_variables[step.a];
      } else {
        r = registers[step.a];
        is_binary(step.op) ? apply_binary(step.op, r, registers[step.b])
                           : apply_unary(step.op, r, step.number);
      }
    }
    std::array<T, kMaxStackDepth> numbers;
    T* top = numbers.data();  // one above the last number
    for (const StackStep& step : stack) {
      if (step.op == Op::kCoefficient) {
        push(*top++, step.index);
      } else if (step.op == Op::kPlain) {
        set_plain(*top++, registers[step.index]);
      } else if (step.with_plain) {
        apply_plain(step.op, top[-1], registers[step.index]);
      } else if (is_binary(step.op)) {
        --top;
        apply_binary(step.op, top[-1], top[0]);
      } else {
        apply_unary(step.op, top[-1], step.number);
      }
    }
    return use(numbers[0]);
  }
};

}  // namespace isoflop::detail

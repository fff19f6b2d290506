/// A formula as steps: first what depends on variables only, each step a register of its own; then
/// what depends on coefficients, on a stack. Nothing is allocated but room for numbers of hundreds
/// of derivatives, which a thread's stack may lack, and plain numbers carry no derivatives.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "isoflop/formula/operations.hpp"

namespace isoflop::detail {

inline constexpr std::size_t kMaxPlainSteps = 96;
inline constexpr std::size_t kMaxStackDepth = 24;
/// As much as is taken of a thread's own stack, which may have no more than 512 kB.
inline constexpr std::size_t kMostBytesOfStack = std::size_t{256} << 10;

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
    if constexpr (sizeof(std::array<T, kMaxStackDepth>) > kMostBytesOfStack) {
      // Not a vector, which would clear them first.
      const std::unique_ptr<T[]> numbers(new T[depth()]);  // NOLINT(modernize-avoid-c-arrays)
      return use(fold(numbers.get(), registers, push));
    } else {
      std::array<T, kMaxStackDepth> numbers;
      return use(fold(numbers.data(), registers, push));
    }
  }

 private:
  /// The most numbers that stand on the stack at once.
  std::size_t depth() const {
    std::size_t now = 0, most = 1;
    for (const StackStep& step : stack) {
      if (step.op == Op::kCoefficient || step.op == Op::kPlain) {
        most = std::max(most, ++now);
      } else if (!step.with_plain && is_binary(step.op)) {
        --now;
      }
    }
    return most;
  }

  /// The result of the steps on the stack, which begins at `numbers`.
  template <class T, class X, class Push>
  T& fold(T* numbers, const std::array<X, kMaxPlainSteps>& registers, const Push& push) const {
    T* top = numbers;  // one above the last number
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
    return *numbers;
  }
};

}  // namespace isoflop::detail

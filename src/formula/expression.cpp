#include "expression.hpp"

#include <cmath>

namespace isoflop::detail {
namespace {

bool is_positive(const Expression& graph, const Node& n) {
  auto operand = [&](int i) { return graph[i].positive; };
  switch (n.op) {
    case Op::kConstant:
      return n.number > 0.0;
    case Op::kExp:
      return true;
    case Op::kSqrt:
    case Op::kReciprocal:
    case Op::kWholePower:
      return operand(n.a);
    case Op::kAdd:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kMin:
      return operand(n.a) && operand(n.b);
    case Op::kMax:
      return operand(n.a) || operand(n.b);
    default:
      return false;
  }
}

}  // namespace

int Expression::node(const Node& wanted) {
  Node n = wanted;
  n.plain = n.op != Op::kCoefficient && (n.a < 0 || (*this)[n.a].plain) &&
            (n.b < 0 || (*this)[n.b].plain);
  n.positive = is_positive(*this, n);
  if (n.plain) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Node& m = nodes_[i];
      if (m.op == n.op && m.a == n.a && m.b == n.b && m.index == n.index && m.number == n.number) {
        return static_cast<int>(i);
      }
    }
  }
  if (nodes_.size() >= max_nodes_) throw TooManyOperations("too many operations");
  nodes_.push_back(n);
  return static_cast<int>(nodes_.size()) - 1;
}

int Expression::constant(double number) {
  Node n{Op::kConstant};
  n.number = number == 0.0 ? 0.0 : number;  // -0 is equal to 0 but has another reciprocal
  return node(n);
}

int Expression::variable(int index, bool is_plain) {
  Node n{is_plain ? Op::kVariable : Op::kLogVariable};
  n.index = index;
  return is_plain ? node(n) : unary(Op::kExp, node(n));
}

int Expression::coefficient(int index) {
  Node n{Op::kCoefficient};
  n.index = index;
  return node(n);
}

int Expression::unary(Op op, int x) {
  const Node n = (*this)[x];
  if (n.op == Op::kConstant) {
    double folded = n.number;
    apply_unary(op, folded, 0.0);
    return constant(folded);
  }
  if (op == Op::kNegate) {
    if (n.op == Op::kNegate) return n.a;
    // The sign moves to where it costs nothing.
    if (n.op == Op::kMultiply && !n.plain) {
      if ((*this)[n.a].plain) return binary(Op::kMultiply, n.b, unary(Op::kNegate, n.a));
      if ((*this)[n.b].plain) return binary(Op::kMultiply, n.a, unary(Op::kNegate, n.b));
    }
  }
  if (op == Op::kReciprocal && n.op == Op::kExp) {
    return unary(Op::kExp, unary(Op::kNegate, n.a));
  }
  if (op == Op::kLog && n.op == Op::kExp) return n.a;
  if (op == Op::kLog && n.plain && n.positive && has_cheap_log(x)) return log_of(x);
  Node made{op};
  made.a = x;
  return node(made);
}

int Expression::binary(Op op, int x, int y) {
  const Node a = (*this)[x], b = (*this)[y];
  if (a.op == Op::kConstant && b.op == Op::kConstant) {
    double folded = a.number;
    apply_binary(op, folded, b.number);
    return constant(folded);
  }
  if (op == Op::kMultiply) {
    if (a.op == Op::kNegate && b.plain && !a.plain) {
      return binary(op, a.a, unary(Op::kNegate, y));
    }
    if (b.op == Op::kNegate && a.plain && !b.plain) {
      return binary(op, b.a, unary(Op::kNegate, x));
    }
  }
  if (op == Op::kDivide && b.op == Op::kExp && !b.plain) {
    return binary(Op::kMultiply, x, unary(Op::kReciprocal, y));
  }
  Node made{op};
  made.a = x;
  made.b = y;
  return node(made);
}

int Expression::whole_power(int base, double exponent) {
  if (exponent == 0.0) return constant(1.0);
  if (exponent == 1.0) return base;
  if (exponent == -1.0) return unary(Op::kReciprocal, base);
  if (is_constant(base)) {
    double folded = (*this)[base].number;
    apply_unary(Op::kWholePower, folded, exponent);
    return constant(folded);
  }
  Node n{Op::kWholePower};
  n.a = base;
  n.number = exponent;
  return node(n);
}

int Expression::power(int base, int exponent) {
  const Node b = (*this)[base], e = (*this)[exponent];
  constexpr double kLargestWhole = 1024.0;
  const bool whole = e.op == Op::kConstant && std::trunc(e.number) == e.number &&
                     std::abs(e.number) <= kLargestWhole;
  if (b.op == Op::kConstant && e.op == Op::kConstant && b.number > 0.0) {
    return constant(std::pow(b.number, e.number));
  }
  if (b.op == Op::kConstant && b.number <= 0.0 && !whole) return constant(std::nan(""));
  if (b.op == Op::kExp) return unary(Op::kExp, binary(Op::kMultiply, exponent, b.a));
  if (b.plain && b.positive && has_cheap_log(base)) {
    return unary(Op::kExp, binary(Op::kMultiply, exponent, log_of(base)));
  }
  if (whole) return whole_power(base, e.number);
  return unary(Op::kExp, binary(Op::kMultiply, exponent, unary(Op::kLog, base)));
}

bool Expression::has_cheap_log(int x) const {
  const Node& n = (*this)[x];
  switch (n.op) {
    case Op::kConstant:
    case Op::kExp:
      return true;
    case Op::kMultiply:
    case Op::kDivide:
      return (*this)[n.a].positive && (*this)[n.b].positive && has_cheap_log(n.a) &&
             has_cheap_log(n.b);
    case Op::kSqrt:
    case Op::kReciprocal:
      return has_cheap_log(n.a);
    default:
      return false;
  }
}

int Expression::log_of(int x) {
  const Node n = (*this)[x];
  switch (n.op) {
    case Op::kConstant:
      return constant(std::log(n.number));
    case Op::kExp:
      return n.a;
    case Op::kMultiply: {
      const int first = log_of(n.a);
      return binary(Op::kAdd, first, log_of(n.b));
    }
    case Op::kDivide: {
      const int first = log_of(n.a);
      return binary(Op::kSubtract, first, log_of(n.b));
    }
    case Op::kSqrt:
      return binary(Op::kMultiply, constant(0.5), log_of(n.a));
    default:  // kReciprocal; has_cheap_log lets nothing else through
      return unary(Op::kNegate, log_of(n.a));
  }
}

}  // namespace isoflop::detail

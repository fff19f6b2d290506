// The expression of a formula as a graph that simplifies itself while it is built: constants are
// folded, powers of variables become exponentials of their logarithms, and what depends on
// variables only is kept apart and formed once.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "isoflop/formula/operations.hpp"

namespace isoflop::detail {

// Thrown where the graph grows beyond its limit; the parser adds the place.
struct TooManyOperations : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Node {
  Op op;
  int a = -1, b = -1;     // operands
  int index = 0;          // of a variable or coefficient
  double number = 0.0;    // of kConstant and kWholePower
  bool plain = true;      // depends on no coefficient
  bool positive = false;  // known to be positive
};

class Expression {
 public:
  explicit Expression(std::size_t max_nodes) : max_nodes_(max_nodes) {}

  const Node& operator[](int i) const { return nodes_[static_cast<std::size_t>(i)]; }
  bool is_constant(int i) const { return (*this)[i].op == Op::kConstant; }

  int constant(double number);
  // By its logarithm, or as it is where it is plain.
  int variable(int index, bool is_plain);
  int coefficient(int index);
  int unary(Op op, int x);
  int binary(Op op, int x, int y);
  int power(int base, int exponent);

 private:
  int node(const Node& wanted);
  int whole_power(int base, double exponent);
  // ln of a node that is known to be positive.
  int log_of(int x);
  // Whether log_of needs no logarithm.
  bool has_cheap_log(int x) const;

  std::size_t max_nodes_;
  std::vector<Node> nodes_;
};

}  // namespace isoflop::detail

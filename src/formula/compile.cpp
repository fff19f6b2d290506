#include "compile.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "isoflop/error.hpp"

namespace isoflop::detail {
namespace {

class Compiler {
 public:
  explicit Compiler(const Expression& graph) : graph_(graph) {}

  Program compile(int root) {
    push(root, 0);
    return std::move(program_);
  }

 private:
  // The register of a node that depends on variables only. Operands come first.
  std::uint16_t plain(int node) {
    const auto known = std::find_if(registers_.begin(), registers_.end(),
                                    [&](const auto& entry) { return entry.first == node; });
    if (known != registers_.end()) return known->second;
    const Node& n = graph_[node];
    PlainStep step{n.op, static_cast<std::uint16_t>(n.index), 0, n.number};
    if (n.a >= 0) step.a = plain(n.a);
    if (n.b >= 0) step.b = plain(n.b);
    if (program_.plain.size() >= kMaxPlainSteps) {
      throw InvalidArgument("the formula has more than " + std::to_string(kMaxPlainSteps) +
                            " operations on variables alone");
    }
    const auto made = static_cast<std::uint16_t>(program_.plain.size());
    program_.plain.push_back(step);
    registers_.emplace_back(node, made);
    return made;
  }

  void add(Op op, double number = 0.0) { program_.stack.push_back({op, false, 0, number}); }
  void add_with_plain(Op op, int node) { program_.stack.push_back({op, true, plain(node), 0.0}); }

  // Steps that leave the node on the stack, which holds `depth` numbers before.
  void push(int node, std::size_t depth) {
    if (depth >= kMaxStackDepth) {
      throw InvalidArgument("the formula needs more than " + std::to_string(kMaxStackDepth) +
                            " intermediate results at once; write the longer operands first");
    }
    const Node& n = graph_[node];
    if (n.plain) {
      program_.stack.push_back({Op::kPlain, false, plain(node), 0.0});
    } else if (n.op == Op::kCoefficient) {
      program_.stack.push_back({n.op, false, static_cast<std::uint16_t>(n.index), 0.0});
    } else if (!is_binary(n.op)) {
      push(n.a, depth);
      add(n.op, n.number);
    } else {
      push_binary(n, depth);
    }
  }

  void push_binary(const Node& n, std::size_t depth) {
    const bool arithmetic = n.op != Op::kMin && n.op != Op::kMax;
    if (arithmetic && graph_[n.b].plain) {
      push(n.a, depth);
      add_with_plain(n.op, n.b);
    } else if (arithmetic && graph_[n.a].plain) {
      push(n.b, depth);
      if (n.op == Op::kSubtract) add(Op::kNegate);
      if (n.op == Op::kDivide) add(Op::kReciprocal);
      const bool sum = n.op == Op::kAdd || n.op == Op::kSubtract;
      add_with_plain(sum ? Op::kAdd : Op::kMultiply, n.a);
    } else {
      push(n.a, depth);
      push(n.b, depth + 1);
      add(n.op);
    }
  }

  const Expression& graph_;
  Program program_;
  std::vector<std::pair<int, std::uint16_t>> registers_;
};

}  // namespace

Program compile(const Expression& graph, int root) { return Compiler(graph).compile(root); }

}  // namespace isoflop::detail

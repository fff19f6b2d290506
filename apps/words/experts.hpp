// A layer of experts as a command line says it: by rates (--expansion, --granularity, --k0) or by
// actual counts (--num-experts, --expert-width, --top-k), in the same words for every command.
#pragma once

#include <optional>
#include <string>

#include "api/experts.hpp"
#include "isoflop/shape/experts.hpp"
#include "isoflop/text/experts.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct ExpertArguments {
  std::string expansion, granularity, k0, num_experts, expert_width, top_k;

  void add(CLI::App& command);
  bool any_given() const;
  /// What was said, d_ff aside. Throws UsageError for what is no number.
  ExpertWords words() const;
  /// The layer that the words and d_ff settle. What `base` says fills in for what is not said: its
  /// d_ff always, its rates where rates alone are said, its counts where counts alone are said.
  /// Throws UsageError where the words contradict each other or say too little.
  ExpertLayer resolve(const std::optional<std::uint64_t>& d_ff,
                      const std::optional<ExpertLayer>& base = std::nullopt) const;
};

using api::experts_to_json;
using text::describe_experts;

}  // namespace isoflop::app

// Rates and counts of experts for commands that know no dense width d_ff: what the words settle, in
// the vocabulary of expert_setup.hpp, and what it comes to at the width of a plan.
#pragma once

#include <string>

#include "api/experts.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/plan/experts_of_plan.hpp"
#include "isoflop/text/experts.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

/// --k0, --num-experts, --top-k and --expert-width beside rates that a command takes itself.
struct ExpertCountArguments {
  std::string k0, num_experts, top_k, expert_width;

  void add(CLI::App& command);
  bool any_given() const;
  /// Fills in the rates that follow: `expansion`, and `granularity` where that was no number yet.
  /// `law` says which E it holds for and whether it has a G; a law without one holds for G = 1.
  /// Throws UsageError where words contradict each other or leave a rate open.
  void settle(const LawRecord& law, std::string& expansion, std::string& granularity) const;
  /// The same for runs that bring their own G: only E is filled in.
  void settle_runs(std::string& expansion) const;

 private:
  ExpertWords words_with(const std::string& expansion, const std::string& granularity) const;
};

using api::rates_to_json;
using text::count_text;
using text::describe_rates;

}  // namespace isoflop::app

// Rates and counts of experts for commands that know no dense width d_ff: what the words settle, in
// the vocabulary of expert_setup.hpp, and what it comes to at the width of a plan.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/shape/experts.hpp"

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

/// Throws UsageError unless k0 = 1.
void require_unsplit(const ExpertRates& rates);

/// settle_rates with its faults as UsageError.
ExpertRates rates_of(const ExpertWords& words);

/// A count as a person reads it: 1024, or 42.67 where it is not whole.
std::string count_text(double count);

/// "E = 64, G = 16, k0 = 1: E' = E G = 1024 experts of width n = d_ff / 16, K = 16 per token"; with
/// `d_ff` n is a number. What is open is called so.
std::string describe_rates(const ExpertRates& rates, std::optional<double> d_ff = std::nullopt);

/// {E, G, k0, num_experts, expert_width, top_k, d_ff}; null where open.
nlohmann::ordered_json rates_to_json(const ExpertRates& rates,
                                     std::optional<double> d_ff = std::nullopt);

/// The rates that a law plans with; nothing for a law of dense models or unknown E.
std::optional<ExpertRates> rates_of_law(const PlanProblem& request);
/// The same with the plan's G.
std::optional<ExpertRates> rates_of_plan(const PlanProblem& request, const Plan& plan);
/// d_ff over d_model of the models that are planned: 4, or 8/3 where the times are those of gated
/// layers (SwiGLU), which have as many weights in three matrices. Nothing in a family of its own.
std::optional<double> d_ff_per_d_model(const PlanProblem& request);
/// d_ff of a plan, where that is known.
std::optional<double> d_ff_of_plan(const PlanProblem& request, const Plan& plan);

}  // namespace isoflop::app

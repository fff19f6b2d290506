// --versus: how many times the FLOPs of a plan something else needs for the same loss.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "isoflop/plan/versus.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

/// What one word of --versus stands for, and its answers.
struct VersusColumn {
  std::string word;             ///< as typed: dense, coarse or a law
  std::string about;            ///< the law, and how its FLOPs are counted where that differs
  std::vector<Versus> answers;  ///< [plans]
};

struct VersusArguments {
  std::string words;  ///< separated by commas

  void add(CLI::App& command);
  /// The answers of every word for plans of this request. "dense" is the dense law of the same
  /// paper (krajewski2024-dense for krajewski2024-e64) or, for a law with a variable E, the same
  /// law at E = 1; "coarse" is the same law at G = 1; anything else names a law. The other law is
  /// planned under the same cost where its N and G allow, else under its own, and within the same
  /// limits. Throws UsageError where a word has no meaning for this law, and as finding and
  /// planning a law do.
  std::vector<VersusColumn> columns(const PlanProblem& request,
                                    const std::vector<Plan>& plans) const;
};

/// "18.01x", or "-" where there is no multiplier.
std::string multiplier_text(const Versus& answer);

/// One line per column on what was compared, and one per answer that is none though there is a
/// plan.
std::string versus_notes(const PlanProblem& request, const std::vector<VersusColumn>& columns,
                         const std::vector<Plan>& plans);

/// A table of the multipliers, one row per plan, and the notes; for reports whose own table has no
/// room for them.
std::string versus_text(const PlanProblem& request, const std::vector<VersusColumn>& columns,
                        const std::vector<Plan>& plans);

/// {"dense": {"compute_multiplier", "budget_flops", "note"}, …} for one plan; null where
/// nothing was compared.
nlohmann::ordered_json versus_json(const PlanProblem& request,
                                   const std::vector<VersusColumn>& columns, std::size_t plan);

}  // namespace isoflop::app

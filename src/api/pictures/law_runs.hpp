// The law of a law file with the runs behind it, and axes for what its numbers are.
#pragma once

#include <string>
#include <vector>

#include "api/pictures/picture.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop::api {

struct LawRuns {
  LawRecord law;
  std::string name;               ///< what the law is called
  RunTable runs;                  ///< as the law counts them; none where the file has none
  std::vector<double> predicted;  ///< [num_runs] by the law

  LawFacts facts() const { return facts_of(law.law); }
  std::size_t num_runs() const { return runs.num_runs(); }
};

/// Throws DataError for a file that is no law.
LawRuns read_law_runs(const PictureInput& input);
/// The same; throws DataError, saying why, where the file has no runs.
LawRuns require_law_runs(const PictureInput& input);

/// A number in the words of a picture: three digits, as human_number() writes them.
std::string in_words(double value);

/// What runs of a problem cost, in its FLOPs, N as the law counts it.
class RunCost {
 public:
  /// Throws InvalidArgument where the problem settles no cost.
  explicit RunCost(const PlanProblem& problem);

  double n_active(double n_law) const { return n_law / n_law_per_active_; }
  /// Of one token; g is not looked at where the law has no granularity.
  double flops_per_token(double n_law, double g) const;

 private:
  Planner planner_;
  double n_law_per_active_;
  bool has_granularity_;
};

/// "line 12: N 125M, D 2.5B, loss 3.21 (law: 3.2)" of every run.
std::vector<std::string> run_names(const LawRuns& law);

/// An axis for values of a variable: logarithmic where all of them are above zero and it is not one
/// that is taken as it is.
Axis variable_axis(const LawRuns& law, Variable variable, const std::vector<double>& values);
/// The same of what the law predicts.
Axis target_axis(const LawRuns& law, const std::vector<double>& values);

/// Fits a logarithmic axis to values and to the ends of their intervals, of which those that lie
/// farther out than a hundredfold are cut off: else nobody could read the values.
void fit_axis_to_intervals(Axis& axis, const std::vector<double>& values, std::vector<double> ends,
                           double margin = 0.04);

/// Up to `most` of the values, which are positive, that stand for all of them: spread over their
/// range as evenly in the logarithm as there are any.
std::vector<double> levels_of(std::vector<double> values, std::size_t most);

}  // namespace isoflop::api

#include "api/versus_column.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/json_values.hpp"
#include "isoflop/api/law_choice.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {
namespace {

using detail::finite_or_null;

std::string asked(const std::string& word) { return field("versus") + " " + word; }

[[noreturn]] void refuse(const std::string& text) { throw InvalidArgument("versus", text); }

void require_once(const std::vector<std::string>& words) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (std::find(words.begin(), word, *word) == word) continue;
    refuse(field("versus") + ": " + *word + " is given twice");
  }
}

Rival meant_by(const PlanProblem& problem, const std::string& word) {
  if (word == "coarse") {
    if (!has_granularity(problem.law)) refuse(asked(word) + ": this law has no granularity");
    return {"G = 1", coarse_of(problem)};
  }
  if (problem.time) {
    refuse(asked(word) + " compares FLOPs; with budgets in GPU time there is only " +
           asked("coarse"));
  }
  if (problem.limits.max_bytes < Limits::kFree) {
    refuse(asked(word) +
           ": a limit on memory is one of this law's models only; leave it out, or "
           "use " +
           field("max_n_active"));
  }
  if (word == "dense") return dense_of(problem, preset_laws());
  LawChoice law;
  law.law = word;
  return {word, with_law(problem, load_law(law))};
}

}  // namespace

std::vector<VersusColumn> versus_columns(const PlanProblem& problem,
                                         const std::vector<std::string>& words,
                                         const std::vector<Plan>& plans) {
  std::vector<VersusColumn> out;
  require_once(words);
  for (const std::string& word : words) {
    const Rival other = meant_by(problem, word);
    out.push_back({word, other.name, cost_terms(other.problem), versus(other.problem, plans)});
  }
  return out;
}

nlohmann::ordered_json versus_json(const PlanProblem& problem,
                                   const std::vector<VersusColumn>& columns, std::size_t plan) {
  nlohmann::ordered_json out;
  for (const VersusColumn& column : columns) {
    const Versus& answer = column.answers[plan];
    nlohmann::ordered_json& one = out[column.word];
    one["compute_multiplier"] = finite_or_null(answer.compute_multiplier);
    if (problem.time) {
      one["gpu_hours"] = finite_or_null(answer.budget / kSecondsPerHour);
    } else {
      one["budget_flops"] = finite_or_null(answer.budget);
    }
    one["note"] =
        answer.note.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(answer.note);
  }
  return out;
}

}  // namespace isoflop::api

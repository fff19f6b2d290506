#include "api/versus_column.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/json_parts.hpp"
#include "isoflop/api/law_choice.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {
namespace {

std::string asked(const std::string& word) { return field("versus") + " " + word; }

[[noreturn]] void refuse(const std::string& text) { throw InvalidArgument("versus", text); }

std::vector<std::string> split(const std::string& words) {
  std::vector<std::string> out;
  for (std::string& word : split_at_commas(words)) {
    if (word.empty()) refuse(field("versus") + ": an empty place between commas");
    if (std::find(out.begin(), out.end(), word) != out.end()) {
      refuse(field("versus") + ": " + word + " is given twice");
    }
    out.push_back(std::move(word));
  }
  return out;
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
    refuse(asked(word) + ": a limit on memory is one of this law's models only; leave it out, or "
                         "use " + field("max_n_active"));
  }
  if (word == "dense") return dense_of(problem, preset_laws());
  LawChoice law;
  law.law = word;
  return {word, with_law(problem, load_law(law))};
}

}  // namespace

std::vector<VersusColumn> versus_columns(const PlanProblem& problem, const std::string& words,
                                         const std::vector<Plan>& plans) {
  std::vector<VersusColumn> out;
  if (words.empty()) return out;
  for (const std::string& word : split(words)) {
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
    one["compute_multiplier"] = number_or_null(answer.compute_multiplier);
    if (problem.time) {
      one["gpu_hours"] = number_or_null(answer.budget / kSecondsPerHour);
    } else {
      one["budget_flops"] = number_or_null(answer.budget);
    }
    one["note"] =
        text_or_null(answer.note);
  }
  return out;
}

}  // namespace isoflop::api

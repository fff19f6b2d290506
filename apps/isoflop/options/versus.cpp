#include "apps/isoflop/options/versus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/accounting.hpp"
#include "apps/isoflop/options/law.hpp"
#include "apps/isoflop/verbs.hpp"
#include "isoflop/convention/flops.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/plan.hpp"

namespace isoflop::app {
namespace {

struct Other {
  std::string name;
  PlanProblem request;
};

std::vector<std::string> split(const std::string& words) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= words.size();) {
    const std::size_t end = std::min(words.find(',', begin), words.size());
    const std::string word = words.substr(begin, end - begin);
    if (word.empty()) throw UsageError("--versus: an empty place between commas");
    if (std::find(out.begin(), out.end(), word) != out.end()) {
      throw UsageError("--versus: " + word + " is given twice");
    }
    out.push_back(word);
    begin = end + 1;
  }
  return out;
}

/// The request with another law in it, under the same cost where that can price the law.
PlanProblem with_law(const PlanProblem& request, const LawRecord& law) {
  PlanProblem out = request;
  out.law = law;
  if (law.family) out.shape = *law.family;
  if (law.n_means != NMeaning::kTotal) out.embedding_rows = 0.0;
  for (const VariableInfo& v : kVariables) {
    if (!law_has_variable(law, v.id)) out.given[index_of(v.id)] = Plan::kNone;
  }
  const bool free_g = has_granularity(law) && out.search.search != GranularitySearch::kFixed;
  // 6ND puts no price on granularity.
  if (free_g && out.accounting == FlopAccounting::kSixNd) out.accounting = own_accounting(law);
  try {
    n_law_per_active(out);
  } catch (const InvalidArgument&) {
    out.accounting = own_accounting(law);
    n_law_per_active(out);
  }
  return out;
}

Other dense_of(const PlanProblem& request) {
  const LawRecord& law = request.law;
  if (law_has_variable(law, Variable::kE)) {
    Other out{"E = 1", request};
    out.request.given[index_of(Variable::kE)] = 1.0;
    out.request.law.expansion = 1.0;
    return out;
  }
  if (law.expansion && *law.expansion == 1.0) {
    throw UsageError("--versus dense: this law is one of dense models itself");
  }
  const std::string wanted = law.name.substr(0, law.name.find('-')) + "-dense";
  for (const LawRecord& other : preset_laws()) {
    if (law.published && other.name == wanted) return {wanted, with_law(request, other)};
  }
  throw UsageError(
      "--versus dense: no dense law was published beside this one, and it has no E that could be "
      "1; name a dense law instead, such as --versus krajewski2024-dense");
}

Other named(const PlanProblem& request, const std::string& word) {
  LawArguments law;
  law.positional = word;
  return {word, with_law(request, law.load())};
}

Other meant_by(const PlanProblem& request, const std::string& word) {
  if (word == "coarse") {
    if (!has_granularity(request.law)) {
      throw UsageError("--versus coarse: this law has no granularity");
    }
    return {"G = 1", coarse_of(request)};
  }
  if (request.time) {
    throw UsageError("--versus " + word +
                     " compares FLOPs; with budgets in GPU time there is only --versus coarse");
  }
  if (request.limits.max_bytes < Limits::kFree) {
    throw UsageError("--versus " + word +
                     ": a limit on memory is one of this law's models only; leave it out, or use "
                     "--max-n-active");
  }
  return word == "dense" ? dense_of(request) : named(request, word);
}

}  // namespace

void VersusArguments::add(CLI::App& command) {
  command
      .add_option("--versus", words,
                  "compute multipliers: FLOPs that dense models, coarse experts (G = 1) or another "
                  "law need for a plan's loss, over the plan's FLOPs")
      ->type_name("dense,coarse,LAW");
}

std::vector<VersusColumn> VersusArguments::columns(const PlanProblem& request,
                                                   const std::vector<Plan>& plans) const {
  std::vector<VersusColumn> out;
  if (words.empty()) return out;
  for (const std::string& word : split(words)) {
    const Other other = meant_by(request, word);
    const std::string what = other.name == word ? word : word + " (" + other.name + ")";
    const std::string cost = describe_cost(other.request);
    const bool same = request.time || cost == describe_cost(request);
    out.push_back({word, same ? what : what + ", its FLOPs " + cost, versus(other.request, plans)});
  }
  return out;
}

std::string multiplier_text(const Versus& answer) {
  if (!std::isfinite(answer.compute_multiplier)) return "-";
  return fmt::format("{:.2f}x", answer.compute_multiplier);
}

std::string versus_notes(const PlanProblem& request, const std::vector<VersusColumn>& columns,
                         const std::vector<Plan>& plans) {
  std::string out;
  for (const VersusColumn& column : columns) {
    out += fmt::format("over {}: budget that it needs for the plan's loss, over the plan's own\n",
                       column.about);
  }
  for (const VersusColumn& column : columns) {
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (column.answers[i].note.empty() || !plans[i].usable()) continue;
      out += fmt::format("{}: over {}: {} ({:.4f})\n", budget_text(request, plans[i].budget),
                         column.word, column.answers[i].note, plans[i].loss);
    }
  }
  return out;
}

std::string versus_text(const PlanProblem& request, const std::vector<VersusColumn>& columns,
                        const std::vector<Plan>& plans) {
  if (columns.empty()) return "";
  TextGrid grid;
  std::vector<std::string> head{unit_of(request)};
  for (const VersusColumn& column : columns) head.push_back("over " + column.word);
  grid.add(head);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    std::vector<std::string> row{budget_text(request, plans[i].budget)};
    for (const VersusColumn& column : columns) row.push_back(multiplier_text(column.answers[i]));
    grid.add(row);
  }
  return "\n" + grid.text() + versus_notes(request, columns, plans);
}

nlohmann::ordered_json versus_json(const PlanProblem& request,
                                   const std::vector<VersusColumn>& columns, std::size_t plan) {
  nlohmann::ordered_json out;
  auto number = [](double x) {
    return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json(nullptr);
  };
  for (const VersusColumn& column : columns) {
    const Versus& answer = column.answers[plan];
    nlohmann::ordered_json& one = out[column.word];
    one["compute_multiplier"] = number(answer.compute_multiplier);
    if (request.time) {
      one["gpu_hours"] = number(answer.budget / kSecondsPerHour);
    } else {
      one["budget_flops"] = number(answer.budget);
    }
    one["note"] =
        answer.note.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(answer.note);
  }
  return out;
}

}  // namespace isoflop::app

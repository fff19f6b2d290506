#include "api/sweep_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {
namespace {

/// The variable that a word means: its key or symbol.
std::optional<Variable> variable_of(const std::string& word) {
  for (const VariableInfo& v : kVariables) {
    if (word == v.key || word == v.symbol) return v.id;
  }
  return std::nullopt;
}

void need(std::vector<Variable>& needed, Variable v) {
  if (std::find(needed.begin(), needed.end(), v) == needed.end()) needed.push_back(v);
}

/// A field such as "768", "d768" or "3e+17".
std::optional<double> number_in(const std::string& text) {
  if (const auto whole = parse_number(text)) return whole;
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == std::string::npos) return std::nullopt;
  return parse_number(text.substr(digit));
}

/// A further column as positive numbers.
std::vector<double> column_of(const Records& records, const std::string& name) {
  std::vector<double> out;
  const std::vector<std::string>& texts = records.extra.at(name);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::optional<double> value = number_in(texts[i]);
    if (!value || !(*value > 0.0)) {
      throw DataError(records.runs.source, records.runs.line[i],
                      "column \"" + name + "\" holds \"" + texts[i] + "\", no number > 0");
    }
    out.push_back(*value);
  }
  return out;
}

/// N and D from each other and the budget, where one of them is missing and FLOPs are 6 N D with N
/// of a token.
void complete(SweepTable& table, const std::vector<double>& budget) {
  RunTable& runs = table.records.runs;
  std::vector<double>&n = runs.column(Variable::kN), &d = runs.column(Variable::kD);
  if (n.empty() == d.empty()) return;
  std::vector<double> found;
  const std::vector<double>& known = n.empty() ? d : table.n_active;
  for (std::size_t i = 0; i < budget.size(); ++i) found.push_back(budget[i] / (6.0 * known[i]));
  if (n.empty()) table.n_active = found;
  (n.empty() ? n : d) = std::move(found);
}

void require_agreement(const SweepTable& table, const SweepQuestion& question,
                       const std::vector<double>& budget) {
  std::size_t worst = 0, beyond = 0;
  auto off = [&](std::size_t i) { return std::abs(std::log(table.flops[i] / budget[i])); };
  for (std::size_t i = 0; i < budget.size(); ++i) {
    if (off(i) > off(worst)) worst = i;
    beyond += off(i) > std::log1p(question.tolerance) ? 1 : 0;
  }
  if (beyond == 0) return;
  const std::string counted = question.cost == "6nd"     ? "6 N D"
                              : question.cost == "paper" ? "the paper's accounting"
                                                         : question.cost;
  throw DataError(
      table.records.runs.source, table.records.runs.line[worst],
      fmt::format("the budget {} of column \"{}\" contradicts {} = {} by more than the tolerance "
                  "of {:.3g} % ({} of {} runs do); say how FLOPs are counted with {}, what N "
                  "counts with {}, or a wider {}",
                  human_number(budget[worst]), question.budget, counted,
                  human_number(table.flops[worst]), 100.0 * question.tolerance, beyond,
                  budget.size(), field("cost"), field("n_means"), field("tolerance")));
}

}  // namespace

bool is_own_accounting(const std::string& cost) { return cost == "6nd" || cost == "paper"; }

std::vector<double> active_parameters(const RunTable& runs, const RunConventions& conventions) {
  const LawRecord said = law_of_runs(AnyLaw("chinchilla"), conventions);
  std::vector<double> out = runs.column(Variable::kN);
  if (!counts_all_experts(said.n_means) || said.expansion == 1.0) return out;
  const bool with_embeddings = counts_embeddings(said.n_means);
  SizeConvention known;
  known.expansion = said.expansion;
  for (double& n : out) {
    n = convert_n(n, said.n_means,
                  with_embeddings ? NMeaning::kActive : NMeaning::kActiveNonEmbedding, known);
  }
  return out;
}

std::vector<double> flops_of_runs(const RunTable& runs, const std::string& cost,
                                  const RunConventions& conventions) {
  if (!is_own_accounting(cost)) return runs.column(Variable::kC);
  const std::vector<double>& d = runs.column(Variable::kD);
  std::vector<double> out = active_parameters(runs, conventions);
  if (cost == "6nd") {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= 6.0 * d[i];
    return out;
  }
  const LawRecord said = law_of_runs(AnyLaw("chinchilla"), conventions);
  if (!said.expansion) {
    throw InvalidArgument("expansion",
                          "the paper's FLOPs need E of the runs: " + field("expansion") + " X");
  }
  const PaperFlops per_token(*said.expansion, 6.0, 14.0, ModelShapeRule{});
  const std::vector<double>& g = runs.column(Variable::kG);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::exp(per_token.log_cost_per_token(std::log(out[i]), std::log(g[i]))) * d[i];
  }
  return out;
}

void require_flops(const std::string& cost, RecordOptions& how, std::vector<Variable>& needed) {
  if (!is_own_accounting(cost)) {
    how.columns["c"] = cost;
    need(needed, Variable::kC);
    return;
  }
  need(needed, Variable::kN);
  need(needed, Variable::kD);
  if (cost == "paper") need(needed, Variable::kG);
}

SweepTable read_sweep(const RunsChoice& choice, const RunConventions& conventions,
                      const SweepQuestion& question) {
  RecordOptions how = record_options(choice);
  std::vector<Variable> needed;
  const auto axis = variable_of(question.axis), by = variable_of(question.by);
  for (const auto& [word, variable] :
       {std::pair{&question.axis, axis}, std::pair{&question.by, by}}) {
    if (variable) {
      need(needed, *variable);
    } else if (!word->empty()) {
      how.extra.push_back(*word);
    }
  }
  if (!question.budget.empty()) how.extra.push_back(question.budget);
  if (question.budget.empty() || !is_own_accounting(question.cost)) {
    require_flops(question.cost, how, needed);
  } else if (question.cost == "paper") {
    need(needed, Variable::kG);
  }
  for (const Variable v : {Variable::kN, Variable::kD}) {
    if (std::find(needed.begin(), needed.end(), v) == needed.end()) how.optional.push_back(v);
  }

  SweepTable out;
  out.records = choice.columns
                    ? read_records(table_of(*choice.columns, "columns in memory"), how, needed)
                    : read_records(choice.file, how, needed);
  RunTable& table = out.records.runs;
  auto given = [&](Variable v) { return !table.column(v).empty(); };
  std::vector<double> budget;
  if (!question.budget.empty()) budget = column_of(out.records, question.budget);
  const bool counted =
      !is_own_accounting(question.cost) || (given(Variable::kN) && given(Variable::kD));
  if (given(Variable::kN)) out.n_active = active_parameters(table, conventions);
  if (counted) out.flops = flops_of_runs(table, question.cost, conventions);

  if (budget.empty()) {
    out.budgets = budgets_of_flops(out.flops, question.tolerance);
    for (const Budget& b : out.budgets) {
      for (const std::size_t i : b.runs) {
        out.farthest = std::max(out.farthest, std::abs(out.flops[i] / b.flops - 1.0));
      }
    }
  } else {
    out.budgets = budgets_of_names(budget);
    out.farthest = std::numeric_limits<double>::quiet_NaN();
    if (!out.flops.empty()) {
      require_agreement(out, question, budget);
      out.farthest = 0.0;
      for (std::size_t i = 0; i < budget.size(); ++i) {
        out.farthest = std::max(out.farthest, std::abs(out.flops[i] / budget[i] - 1.0));
      }
    } else if (question.cost == "6nd") {
      complete(out, budget);
    }
  }
  out.axis = axis ? std::string(info(*axis).symbol) : question.axis;
  out.by = by ? std::string(info(*by).symbol) : question.by;
  SweepRuns& runs = out.runs;
  runs.size = axis ? table.column(*axis) : column_of(out.records, question.axis);
  if (!question.by.empty()) {
    runs.by = by ? table.column(*by) : column_of(out.records, question.by);
  }
  runs.n = table.column(Variable::kN);
  runs.d = table.column(Variable::kD);
  runs.loss = table.loss;
  runs.weight = table.weight;
  runs.line = table.line;
  return out;
}

}  // namespace isoflop::api

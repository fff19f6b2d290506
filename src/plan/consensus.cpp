#include "isoflop/plan/consensus.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "isoflop/convention/flops.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "plan/opinion_conventions.hpp"

namespace isoflop {
namespace {

constexpr double kElsewhere = 100.0;         // other budgets at which the granularity is shown
constexpr double kTrainingPerForward = 3.0;  // forward once, backward twice

void add_reason(LawOpinion& out, const std::string& reason) {
  out.reason += (out.reason.empty() ? "" : "; ") + reason;
}

/// What was said of a variable that a law declares.
std::optional<double> own_value(const ConsensusQuestion& question, const VariableInfo& own) {
  for (const auto& [name, value] : question.own_values) {
    if (name == own.symbol) return value;
  }
  return std::nullopt;
}

/// What the law predicts at these values, by Variable.
double predicted(const LawRecord& law, const std::array<double, kNumVariables>& values) {
  std::vector<double> x;
  for (const Variable v : facts_of(law.law).variables) x.push_back(values[index_of(v)]);
  return loss(law.law, law.coefficients, x);
}

/// A figure that the law knows whatever the run, such as "best_granularity"; most laws know none.
std::optional<double> known_figure(const LawRecord& law, std::string_view key) {
  const std::vector<double> any_run(facts_of(law.law).variables.size(), 1.0);
  for (const LawFigure& figure : figures_of(law.law, law.coefficients, any_run)) {
    if (figure.key == key) return figure.value;
  }
  return std::nullopt;
}

bool is_of_experts(const LawRecord& law) {
  const LawFacts facts = facts_of(law.law);
  return facts.has(Variable::kG) || facts.has(Variable::kE) || facts.has(Variable::kS) ||
         facts.has(Variable::kA);
}

/// Beyond the ranges if anything is; known to be inside them if all are known.
std::optional<bool> range_verdict(const LawRecord& law, const LawOpinion& out) {
  if (!out.outside.empty() || out.outside_d_per_n) return false;
  for (const Variable v : facts_of(law.law).variables) {
    if (!out.ranges[v]) return std::nullopt;
  }
  return true;
}

/// Why a law that gives a loss from N and D says nothing all the same; empty if it says something.
std::string refusal(const LawRecord& law, const ConsensusQuestion& question,
                    FlopAccounting accounting) {
  std::string out;
  auto add = [&](const std::string& more) { out += (out.empty() ? "" : "; ") + more; };
  const bool mixture = is_of_experts(law) || (law.expansion && *law.expansion > 1.0);
  const bool paper = accounting == FlopAccounting::kPaper;
  const bool counts_embeddings = law.n_means == NMeaning::kTotal ||
                                 law.n_means == NMeaning::kDense ||
                                 (law.n_means == NMeaning::kActive && paper);
  if (counts_embeddings && (mixture || paper)) {
    add("its N counts embeddings and no shape is known: active parameters do not follow from it");
  }
  if (law.n_means == NMeaning::kUnspecified && (mixture || paper)) {
    add("the law does not say what its N counts");
  }
  const bool needs_expansion = mixture || paper;
  if (!law_has_variable(law, Variable::kE) && !law_has_variable(law, Variable::kS) &&
      needs_expansion && !law.expansion) {
    add("the law does not say the expansion rate of its runs");
  }
  if (law_has_variable(law, Variable::kG) && !paper && !question.granularity) {
    add("6ND puts no price on granularity, so the finest would always win");
  }
  if (law.secondary_source && !(law.ranges[Variable::kN] && law.ranges[Variable::kD])) {
    add("quoted from a secondary source, and the range of its runs is not known");
  }
  if (!out.empty()) return out;  // no further word of the command line would help
  const LawFacts facts = facts_of(law.law);
  for (const Variable v : facts.variables) {
    if (v == Variable::kU && !question.unique_tokens) {
      add("needs " + field("u") + ", the number of unique tokens");
    } else if (v == Variable::kS && !question.expansion) {
      add("needs " + field("expansion") + " E, from which S = 1 - 1 / E with k0 = 1");
    } else if (is_own(v)) {
      if (!own_value(question, facts.info(v))) add("needs " + needed_own(facts.info(v)));
    } else if (v == Variable::kA || v == Variable::kC) {
      add("needs " + std::string(info(v).symbol) + " (" + std::string(info(v).meaning) +
          "), which a budget does not give");
    }
  }
  return out;
}

/// The expansion rates at which a law with an E of its own is asked.
std::vector<double> expansions_of(const LawRecord& law, const ConsensusQuestion& question) {
  if (!law_has_variable(law, Variable::kE) || law.expansion) return {law.expansion.value_or(1.0)};
  if (question.expansion) return {*question.expansion};
  std::vector<double> out;
  if (const auto& range = law.ranges[Variable::kE]) {
    for (double e = 1.0; e <= range->high * (1.0 + 1e-9); e *= 2.0) {
      if (range->contains(e)) out.push_back(e);
    }
  }
  return out;
}

bool finer_is_better(const LawRecord& law, const Plan& plan, const ConsensusQuestion& question) {
  std::array<double, kNumVariables> x;
  x.fill(law.expansion.value_or(1.0));
  for (const VariableInfo& own : facts_of(law.law).own_variables) {
    x[index_of(own.id)] = *own_value(question, own);
  }
  x[index_of(Variable::kN)] = plan.n_law;
  x[index_of(Variable::kD)] = plan.d_tokens;
  x[index_of(Variable::kG)] = plan.granularity;
  std::array<double, kNumVariables> finer = x;
  finer[index_of(Variable::kG)] *= 2.0;
  return predicted(law, finer) < predicted(law, x);
}

/// The opinion of a law that gives a loss from N and D.
void ask_planner(LawOpinion& out, const LawRecord& asked, const ConsensusQuestion& question) {
  PlanProblem problem;
  problem.law = asked;
  problem.accounting = own_accounting(asked);
  problem.shape = asked.family.value_or(ModelShapeRule{});
  if (question.unique_tokens) problem.given[index_of(Variable::kU)] = *question.unique_tokens;
  const LawFacts facts = facts_of(asked.law);
  for (const VariableInfo& own : facts.own_variables) {
    problem.given[index_of(own.id)] = own_value(question, own).value_or(LawOpinion::kNone);
  }
  if (question.expansion) problem.given[index_of(Variable::kS)] = 1.0 - 1.0 / *question.expansion;
  if (asked.expansion && question.expansion && *asked.expansion != *question.expansion) {
    out.reason = "holds at E = " + in_six_digits(*asked.expansion) +
                 (*asked.expansion == 1.0 ? " (dense)" : "") +
                 ", not at E = " + in_six_digits(*question.expansion);
    return;
  }
  if (question.granularity) {
    if (law_has_variable(asked, Variable::kG)) {
      if (!std::isfinite(common_per_own(asked.g_means))) {
        out.reason = "the law does not say what its G means";
        return;
      }
      problem.search.search = GranularitySearch::kFixed;
      problem.search.granularity = *question.granularity / common_per_own(asked.g_means);
    } else if (is_of_experts(asked) && *question.granularity != 1.0) {
      out.reason = "has no granularity: it holds for G = 1, not for G = " +
                   in_six_digits(*question.granularity);
      return;
    }
  }
  if (!asked.expansion && !law_has_variable(asked, Variable::kE))
    problem.law.expansion = question.expansion;
  const LawRecord& law = problem.law;
  out.reason = refusal(law, question, problem.accounting);
  const std::vector<double> expansions = expansions_of(law, question);
  if (expansions.empty())
    add_reason(out, "needs " + field("expansion") + " E: the range of its runs is not known");
  if (!out.reason.empty()) return;

  Plan best;
  for (const double e : expansions) {
    if (law_has_variable(law, Variable::kE)) problem.law.expansion = e;
    const Plan plan = plan_law(problem, {question.budget_flops}).at(0);
    if (!plan.usable()) {
      out.reason = plan.note.empty() ? to_string(plan.status) : plan.note;
      continue;
    }
    out.expansions_tried.push_back({e, plan.loss});
    if (best.usable() && best.loss <= plan.loss) continue;
    best = plan;
    out.expansion = e;
  }
  if (!best.usable()) return;
  out.applicable = true;
  out.reason.clear();
  out.one_expansion = asked.expansion.has_value();
  if (expansions.size() == 1) out.expansions_tried.clear();
  set_parameters(out, law, best);
  out.d_tokens = best.d_tokens;
  out.epochs = best.epochs;
  out.loss = best.loss;
  out.outside = best.extrapolated;
  out.outside_d_per_n = best.extrapolates_d_per_n;
  out.in_range = range_verdict(law, out);
  out.accounting = problem.accounting;
  out.flops_convention = problem.accounting == FlopAccounting::kPaper
                             ? "FLOPs = (12 d^2 c_f + d E G c_r) D n_blocks with c_f = " +
                                   in_six_digits(problem.flops_per_active) +
                                   ", c_r = " + in_six_digits(problem.router_cost)
                             : "FLOPs = 6 N active D with N active as the law counts it";
  if (!law_has_variable(law, Variable::kU) && best.epochs > 1.0) {
    out.reason = "takes every token as new, but its D is more than the unique tokens";
  }
  if (law_has_variable(law, Variable::kG)) {
    set_granularity(out, law.g_means, best.granularity);
    out.finer_is_better = finer_is_better(law, best, question);
    if (question.granularity) return;
    for (const double budget :
         {question.budget_flops / kElsewhere, question.budget_flops * kElsewhere}) {
      const Plan plan = plan_law(problem, {budget}).at(0);
      if (!plan.usable()) continue;
      out.granularity_elsewhere.push_back({budget, plan.granularity * common_per_own(law.g_means)});
    }
  } else if (law_has_variable(law, Variable::kE) && out.expansion > 1.0) {
    set_granularity(out, GMeaning::kDffOverDexpert, 1.0);
    out.g_convention = "it has no G: experts as wide as the dense layer, G = 1";
  }
}

/// The opinion of a law that has no loss but knows a best granularity.
void ask_granularity(LawOpinion& out, const LawRecord& law, const ConsensusQuestion& question,
                     double best_of_law) {
  const double best =
      question.granularity ? *question.granularity / common_per_own(law.g_means) : best_of_law;
  auto value = [&](double expansion, double g) {
    std::array<double, kNumVariables> x;
    x.fill(LawOpinion::kNone);
    x[index_of(Variable::kA)] = 1.0 / expansion;
    x[index_of(Variable::kG)] = g;
    x[index_of(Variable::kC)] = question.budget_flops / kTrainingPerForward;
    return predicted(law, x);
  };
  out.reason = "gives a compute multiplier, not a loss: says how fine only";
  if (!std::isfinite(common_per_own(law.g_means))) {
    add_reason(out, "the law does not say what its G means");
    return;
  }
  if (question.expansion) {
    const double e = *question.expansion;
    if (!question.granularity &&
        !(value(e, best) > value(e, 2.0 * best) && value(e, best) > value(e, 0.5 * best))) {
      out.reason =
          "gives a compute multiplier that has no best granularity at E = " + in_six_digits(e);
      return;
    }
    out.expansion = e;
    out.leverage = value(e, best);
    out.flops_convention =
        "activation ratio A = 1 / E (k0 = 1); its C is forward FLOPs without embeddings, taken as "
        "a third of the training FLOPs";
  } else {
    add_reason(out, "with " + field("expansion") + " E also how large it is");
  }
  out.applicable = true;
  set_granularity(out, law.g_means, best);
  if (question.granularity) {
    if (question.expansion) {
      out.finer_is_better = value(*question.expansion, 2.0 * best) > out.leverage;
    }
  } else {
    out.finer_is_better = false;
  }
  const double factor = common_per_own(law.g_means);
  for (const double budget :
       {question.budget_flops / kElsewhere, question.budget_flops * kElsewhere}) {
    if (question.granularity) break;
    out.granularity_elsewhere.push_back({budget, factor * best});
  }
  auto check = [&](Variable v, double x) {
    if (law.ranges[v] && !law.ranges[v]->contains(x)) out.outside.push_back(v);
  };
  if (question.expansion) check(Variable::kA, 1.0 / *question.expansion);
  check(Variable::kG, best);
  check(Variable::kC, question.budget_flops / kTrainingPerForward);
  out.in_range = range_verdict(law, out);
}

LawOpinion opinion_of(const LawRecord& law, const ConsensusQuestion& question) {
  LawOpinion out;
  out.law = law.name;
  out.budget_flops = question.budget_flops;
  out.ranges = law.ranges;
  out.note = law.note;
  if (law.is_fit() && (law.fit_status != "converged" || law.verdict == "failed")) {
    out.reason = "this fit is " + (law.verdict == "failed" ? law.verdict : law.fit_status);
  } else if (can_plan(law.law)) {
    ask_planner(out, law, question);
  } else if (const auto best = known_figure(law, "best_granularity")) {
    ask_granularity(out, law, question, *best);
  } else if (law.law.formula() != nullptr) {
    out.reason = "does not give a loss from N and D";
  } else {
    out.reason = "has no D: it says nothing of tokens, so that a budget alone settles nothing";
    out.cutoff_parameters = known_figure(law, "cutoff_parameters").value_or(LawOpinion::kNone);
  }
  return out;
}

template <class F>
std::optional<Spread> spread_of(const std::vector<LawOpinion>& opinions, F&& value_of) {
  std::optional<Spread> out;
  for (const LawOpinion& opinion : opinions) {
    const double x = value_of(opinion);
    if (!opinion.applicable || !std::isfinite(x)) continue;
    if (!out) out = Spread{opinion.law, opinion.law, x, x};
    if (x < out->low) out->low = x, out->low_law = opinion.law;
    if (x > out->high) out->high = x, out->high_law = opinion.law;
  }
  return out;
}

}  // namespace

std::vector<LawOpinion> consensus(const std::vector<LawRecord>& laws,
                                  const ConsensusQuestion& question) {
  auto require_positive = [](double x, const char* what) {
    if (!(x > 0.0) || !std::isfinite(x)) {
      throw InvalidArgument(std::string(what) + " must be a positive finite number");
    }
  };
  require_positive(question.budget_flops, "a budget of FLOPs");
  if (question.unique_tokens) require_positive(*question.unique_tokens, "unique tokens");
  if (question.expansion && !(*question.expansion >= 1.0 && std::isfinite(*question.expansion))) {
    throw InvalidArgument("an expansion rate must be a finite number of at least 1");
  }
  std::vector<LawOpinion> out;
  for (const LawRecord& law : laws) out.push_back(opinion_of(law, question));
  return out;
}

Disagreement disagreement(const std::vector<LawOpinion>& opinions) {
  return {spread_of(opinions, [](const LawOpinion& o) { return o.n_active; }),
          spread_of(opinions, [](const LawOpinion& o) { return o.d_tokens; }),
          spread_of(opinions, [](const LawOpinion& o) { return o.tokens_per_active_parameter(); })};
}

}  // namespace isoflop

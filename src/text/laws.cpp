#include "isoflop/text/laws.hpp"

#include <fmt/format.h>

#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/law.hpp"

namespace isoflop::text {
namespace {

using api::FormulaCard;
using app::TextGrid;

std::string describe_range(const LawRecord& law, Variable v) {
  const auto& range = law.ranges[v];
  if (!range) return "range not known";
  return "runs from " + human_number(range->low) + " to " + human_number(range->high);
}

std::string describe_law(const LawRecord& law, const FormulaCard& card, const std::string& name) {
  std::string out =
      fmt::format("{} ({})\n  {}   ({})\n\n", name, describe_origin(law), card.formula, card.name);
  TextGrid grid({0, 2});
  for (std::size_t p = 0; p < card.coefficients.size(); ++p) {
    grid.add({card.coefficients[p].name, format_number(law.coefficients[p]),
              card.coefficients[p].meaning});
  }
  out += grid.text("  ") + "\n";
  TextGrid variables({0, 1, 2});
  const LawFacts facts = facts_of(law.law);
  for (const Variable v : card.variables) {
    std::string meaning(facts.info(v).meaning);
    if (v == Variable::kN) meaning = to_string(law.n_means);
    if (v == Variable::kG) meaning = to_string(law.g_means);
    variables.add({std::string(facts.info(v).symbol), meaning, describe_range(law, v)});
  }
  out += variables.text("  ");
  if (law.expansion) out += fmt::format("  E  {}\n", format_number(*law.expansion));
  if (!law.source.empty()) out += fmt::format("\n  source: {}\n", law.source);
  if (!law.note.empty()) out += fmt::format("  note:   {}\n", law.note);
  const std::vector<std::string> notes = notes_on_fit(law);
  if (!notes.empty()) out += "\n";
  for (const std::string& note : notes) out += fmt::format("  note: {}\n", note);
  return out;
}

std::string describe_formula(const FormulaCard& card) {
  TextGrid grid({0, 1, 2});
  for (const Variable v : card.variables) {
    const VariableInfo& about = info(v);
    grid.add({std::string(about.symbol), std::string(about.meaning),
              fmt::format("{} X, {} {}=COL", field(about.key), field("column"), about.key)});
  }
  for (const FormulaCard::Coefficient& c : card.coefficients) {
    grid.add(
        {c.name, c.meaning,
         fmt::format("fitted within {} to {}", format_number(c.lower), format_number(c.upper))});
  }
  return fmt::format("{}\n  {}\n  {}\n\n", card.name, card.formula, card.source) + grid.text("  ");
}

std::string describe_hyperparameters(const HyperparameterLaw& law) {
  std::string out = law.name + " (learning rate and batch)\n";
  if (law.lr) out += "  lr = " + law.lr->expression() + "\n";
  if (law.batch_tokens) out += "  batch = " + law.batch_tokens->expression() + " tokens\n";
  TextGrid grid({0, 1, 2});
  for (const RunQuantityInfo& q : kRunQuantities) {
    const auto& range = law.ranges[index_of(q.id)];
    if (!law.uses(q.id) && !range) continue;
    std::string meaning(q.meaning);
    if (q.id == RunQuantity::kN) meaning = to_string(law.n_means);
    if (q.id == RunQuantity::kC) meaning = "FLOPs, " + std::string(to_string(law.c_means));
    grid.add({std::string(q.symbol), meaning,
              range ? "runs from " + human_number(range->low) + " to " + human_number(range->high)
                    : "range not known"});
  }
  out += "\n" + grid.text("  ");
  if (!law.schedule.empty()) out += "\n  schedule: " + law.schedule + "\n";
  if (!law.source.empty()) out += "  source:   " + law.source + "\n";
  if (!law.note.empty()) out += "  note:     " + law.note + "\n";
  return out;
}

/// "Hoffmann et al. 2022" of "Hoffmann et al. 2022, Training ...".
std::string authors_and_year(const std::string& source) {
  const std::size_t year = source.find("20");
  return source.substr(0, source.find(',', year == std::string::npos ? 0 : year));
}

std::string list_all(const api::LawsOutcome& outcome) {
  TextGrid formulas({0, 1});
  for (const FormulaCard& card : outcome.formulas) formulas.add({card.name, card.formula});
  TextGrid published({0, 1, 2});
  for (const LawRecord& law : outcome.laws) {
    published.add({law.name, law.law.name(), authors_and_year(law.source)});
  }
  TextGrid hyperparameters({0, 1, 2, 3});
  for (const HyperparameterLaw& law : outcome.hyperparameters) {
    hyperparameters.add({law.name, law.lr ? "lr = " + law.lr->expression() : "",
                         law.batch_tokens ? "batch = " + law.batch_tokens->expression() : "",
                         authors_and_year(law.source)});
  }
  return "Formulas (isoflop fit FILE " + field("law") + " NAME):\n" + formulas.text("  ") +
         "\nPublished laws (isoflop plan NAME " + field("flops") + " X):\n" + published.text("  ") +
         "\nLearning rate and batch (isoflop plan LAW " + field("flops") + " X " + field("shapes") +
         " " + field("hyperparameters") + " NAME):\n" + hyperparameters.text("  ") +
         "\n'isoflop laws NAME' shows one in full.\n";
}

}  // namespace

std::string laws(const api::LawsOutcome& outcome) {
  if (outcome.request.name.empty()) return list_all(outcome);
  if (outcome.is_hyperparameters()) {
    return describe_hyperparameters(outcome.hyperparameters.front());
  }
  const FormulaCard& card = outcome.formulas.front();
  return outcome.is_formula() ? describe_formula(card)
                              : describe_law(outcome.laws.front(), card, outcome.request.name);
}

}  // namespace isoflop::text

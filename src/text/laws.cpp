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
  return "Formulas (isoflop fit FILE " + field("law") + " NAME):\n" + formulas.text("  ") +
         "\nPublished laws (isoflop plan NAME " + field("flops") + " X):\n" + published.text("  ") +
         "\n'isoflop laws NAME' shows one in full.\n";
}

}  // namespace

std::string laws(const api::LawsOutcome& outcome) {
  if (outcome.request.name.empty()) return list_all(outcome);
  const FormulaCard& card = outcome.formulas.front();
  return outcome.is_formula() ? describe_formula(card)
                              : describe_law(outcome.laws.front(), card, outcome.request.name);
}

}  // namespace isoflop::text

// isoflop laws: the formulas and the published coefficients that ship.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/law.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  std::string name;
  bool json = false;
};

template <Law L>
Json formula_to_json(const L& own) {
  Json out;
  out["name"] = name_of(own);
  out["formula"] = formula_of(own);
  out["source"] = source_of(own);
  for (const Variable v : variables_of(own)) {
    out["variables"].push_back(
        {{"key", info(v).key}, {"symbol", info(v).symbol}, {"meaning", info(v).meaning}});
  }
  for (const CoefficientInfo& c : coefficients_of(own)) {
    out["coefficients"].push_back(
        {{"name", c.name}, {"meaning", c.meaning}, {"lower", c.lower}, {"upper", c.upper}});
  }
  return out;
}

std::string describe_range(const LawRecord& law, Variable v) {
  const auto& range = law.ranges[v];
  if (!range) return "range not known";
  return "runs from " + human_number(range->low) + " to " + human_number(range->high);
}

std::string describe_law(const LawRecord& law, const std::string& name) {
  std::string out = fmt::format("{} ({})\n", name, describe_origin(law));
  visit_law(law.law, [&](const auto& own) {
    out += fmt::format("  {}   ({})\n\n", formula_of(own), name_of(own));
    TextGrid grid({0, 2});
    for (std::size_t p = 0; p < coefficients_of(own).size(); ++p) {
      grid.add({std::string(coefficients_of(own)[p].name), format_number(law.coefficients[p]),
                std::string(coefficients_of(own)[p].meaning)});
    }
    out += grid.text("  ") + "\n";
    TextGrid variables({0, 1, 2});
    for (const Variable v : variables_of(own)) {
      std::string meaning(info(v).meaning);
      if (v == Variable::kN) meaning = to_string(law.n_means);
      if (v == Variable::kG) meaning = to_string(law.g_means);
      variables.add({std::string(info(v).symbol), meaning, describe_range(law, v)});
    }
    out += variables.text("  ");
  });
  if (law.expansion) out += fmt::format("  E  {}\n", format_number(*law.expansion));
  if (!law.source.empty()) out += fmt::format("\n  source: {}\n", law.source);
  if (!law.note.empty()) out += fmt::format("  note:   {}\n", law.note);
  const std::vector<std::string> notes = notes_on_fit(law);
  if (!notes.empty()) out += "\n";
  for (const std::string& note : notes) out += fmt::format("  note: {}\n", note);
  return out;
}

template <Law L>
std::string describe_formula(const L& own) {
  std::string out =
      fmt::format("{}\n  {}\n  {}\n\n", name_of(own), formula_of(own), source_of(own));
  TextGrid grid({0, 1, 2});
  for (const Variable v : variables_of(own)) {
    grid.add({std::string(info(v).symbol), std::string(info(v).meaning),
              fmt::format("--{0} X, --column {0}=COL", info(v).key)});
  }
  for (const CoefficientInfo& c : coefficients_of(own)) {
    grid.add(
        {std::string(c.name), std::string(c.meaning),
         fmt::format("fitted within {} to {}", format_number(c.lower), format_number(c.upper))});
  }
  return out + grid.text("  ");
}

/// "Hoffmann et al. 2022" of "Hoffmann et al. 2022, Training ...".
std::string authors_and_year(const std::string& source) {
  const std::size_t year = source.find("20");
  return source.substr(0, source.find(',', year == std::string::npos ? 0 : year));
}

std::string list_all() {
  std::string out = "Formulas (isoflop fit FILE --law NAME):\n";
  TextGrid formulas({0, 1});
  for_each_law([&](const auto& own) {
    formulas.add({std::string(name_of(own)), std::string(formula_of(own))});
  });
  out += formulas.text("  ") + "\nPublished laws (isoflop plan NAME --flops X):\n";
  TextGrid published({0, 1, 2});
  for (const LawRecord& law : preset_laws()) {
    published.add({law.name, law.law.name(), authors_and_year(law.source)});
  }
  return out + published.text("  ") + "\n'isoflop laws NAME' shows one in full.\n";
}

int run(const Arguments& arguments) {
  for (const std::string_view formula : law_names()) {
    if (arguments.name != formula) continue;
    visit_law(formula, [&](const auto& own) {
      print(arguments.json ? json_text(formula_to_json(own)) : describe_formula(own));
    });
    return 0;
  }
  if (!arguments.name.empty()) {
    const LawRecord law = find_law(arguments.name);
    print(arguments.json ? json_text(law_to_json(law)) : describe_law(law, arguments.name));
    return 0;
  }
  if (!arguments.json) {
    print(list_all());
    return 0;
  }
  Json out;
  out["format"] = "isoflop.laws/1";
  for_each_law([&](const auto& own) { out["laws"].push_back(formula_to_json(own)); });
  for (const LawRecord& law : preset_laws()) out["published"].push_back(law_to_json(law));
  print(json_text(out));
  return 0;
}

}  // namespace

void add_laws(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("laws", "The formulas and published coefficients that ship");
  command->add_option("NAME", arguments->name, "a formula, a published law or a law file");
  command->add_flag("--json", arguments->json, "print JSON and nothing else");
  command->footer("Example:\n  isoflop laws krajewski2024-e64");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app

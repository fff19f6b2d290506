// isoflop figure: a picture of a law, or of what another verb found.
#include "isoflop/api/figure.hpp"

#include <nlohmann/json.hpp>

#include "apps/isoflop/options/values.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/figure/table.hpp"
#include "isoflop/figure/vega_lite.hpp"

namespace isoflop::app {
namespace figure_verb {

std::vector<std::string> kinds() {
  std::vector<std::string> out;
  for (const api::FigureKind& kind : api::figure_kinds()) out.emplace_back(kind.name);
  return out;
}

std::string kinds_in_words() {
  std::string out;
  for (const std::string& kind : kinds()) out += (out.empty() ? "" : ", ") + kind;
  return out;
}

void options(Form& form) {
  form.required_word({"KIND", "which picture: " + kinds_in_words(), "", "Options", "kind", kinds});
  form.required_word({"INPUT",
                      "a law (name or file), the --json of a plan, profiles, ..., or a figure; - "
                      "reads standard input",
                      "", "Options", "input"});
  form.word(
      {"--from", "frontier: smallest budget, training FLOPs (default: that of the runs)", "X"});
  form.word({"--to", "frontier: largest budget (default: beyond the runs)", "X"});
  form.words({"--flops", "frontier of a law: budgets whose plans are marked", "X"});
  form.output({"-o,--output",
               "write FILE.svg, FILE.json (isoflop.figure/1), FILE.vl.json (Vega-Lite v5) or "
               "FILE.csv; without it the SVG is printed",
               "FILE"});
  form.own_flag({"--json", "print JSON (isoflop.figure/1) and nothing else"});
  form.footer(
      "Examples:\n  isoflop figure frontier krajewski2024-e64 --flops 1e21\n"
      "  isoflop figure price h200-modern");
}

std::string rendered(const api::FigureOutcome& outcome, const std::string& path) {
  const auto ends = [&](std::string_view ending) { return path.ends_with(ending); };
  if (ends(".vl.json")) return json_text(figure_vega_lite(outcome.figure));
  if (ends(".json")) return json_text(to_json(outcome));
  if (ends(".csv")) return figure_csv(outcome.figure);
  if (ends(".svg") || path.empty() || is_stdout(path)) return figure_svg(outcome.figure);
  throw InvalidArgument("-o " + path + ": write a .svg, .json, .vl.json or .csv");
}

int run(Form& form) {
  const std::string output = form.own("output");
  require_output(output);
  const bool json = form.has_own("json");
  if (json && !output.empty()) throw InvalidArgument("-o and --json exclude each other");
  const auto outcome = api::figure(api::figure_request(form.request()), terminal_context());
  write_output(output, json ? json_text(to_json(outcome)) : rendered(outcome, output));
  return outcome.usable() ? 0 : 1;
}

}  // namespace figure_verb

const Verb kFigure{"figure", "A picture of a law, or of what another command found",
                   figure_verb::options, figure_verb::run};

}  // namespace isoflop::app

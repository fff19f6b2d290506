// isoflop reproduce: published results, derived again from coefficients or data.
#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/published/recipe.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "isoflop.reproduce/1";

struct Arguments {
  std::string name, data, threads = "0";
  bool json = false;
};

Json data_to_json(const std::optional<PublicData>& data) {
  if (!data) return nullptr;
  return {{"source", data->source}, {"making", data->making}, {"sha256", data->sha256}};
}

std::string verdict(bool reproduced) { return reproduced ? "reproduced" : "differs"; }

std::string needs(const Recipe& recipe) {
  return fmt::format(
      "{} needs data that isoflop may not contain: {}\n  made to a table: {}\n"
      "  sha256 of the table: {}",
      recipe.name, recipe.data->source, recipe.data->making, recipe.data->sha256);
}

int list(bool json) {
  if (json) {
    Json out;
    out["format"] = kFormat;
    for (const Recipe& recipe : recipes()) {
      out["reproductions"].push_back({{"name", recipe.name},
                                      {"title", recipe.title},
                                      {"source", recipe.source},
                                      {"data", data_to_json(recipe.data)}});
    }
    print(json_text(out));
    return 0;
  }
  std::string text = "Published results (isoflop reproduce NAME):\n";
  TextGrid grid({0, 1});
  for (const Recipe& recipe : recipes()) {
    grid.add({recipe.name, recipe.title});
    grid.add({"", recipe.source + (recipe.data ? "; needs --data FILE" : "")});
  }
  text += grid.text("  ");
  for (const Recipe& recipe : recipes()) {
    if (recipe.data) text += "\n" + needs(recipe) + "\n";
  }
  print(text);
  return 0;
}

const Recipe& find_recipe(const std::string& name) {
  std::string known;
  for (const Recipe& recipe : recipes()) {
    if (recipe.name == name) return recipe;
    known += " " + recipe.name;
  }
  throw UsageError(fmt::format("nothing to reproduce is named \"{}\"; there are:{}", name, known));
}

Json to_json(const Recipe& recipe, const std::vector<Figure>& figures, bool all) {
  Json out;
  out["format"] = kFormat;
  out["name"] = recipe.name;
  out["title"] = recipe.title;
  out["source"] = recipe.source;
  out["verdict"] = verdict(all);
  out["figures"] = Json::array();
  for (const Figure& f : figures) {
    out["figures"].push_back(
        {{"name", f.name},
         {"published", f.published},
         {"ours", std::isfinite(f.ours) ? Json(f.ours) : Json(nullptr)},
         {"difference", std::isfinite(f.ours) ? Json(f.difference()) : Json(nullptr)},
         {"tolerance", f.tolerance},
         {"tolerance_is", f.relative ? "relative" : "absolute"},
         {"reason", f.reason},
         {"verdict", verdict(f.reproduced())}});
  }
  out["data"] = data_to_json(recipe.data);
  out["note"] = recipe.note;
  return out;
}

std::string allowed(const Figure& f) {
  return f.relative ? fmt::format("{:.2g} %", 100.0 * f.tolerance)
                    : fmt::format("{:.2g}", f.tolerance);
}

std::string to_text(const Recipe& recipe, const std::vector<Figure>& figures, bool all) {
  std::string out = fmt::format("{}: {}\n  {}\n\n", recipe.name, recipe.title, recipe.source);
  TextGrid grid({0, 5});
  grid.add({"figure", "published", "ours", "difference", "allowed", ""});
  std::size_t num_reproduced = 0;
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;  // with what they allow
  for (const Figure& f : figures) {
    num_reproduced += f.reproduced();
    grid.add({f.name, fmt::format("{:.7g}", f.published), fmt::format("{:.7g}", f.ours),
              f.relative ? fmt::format("{:+.2g} %", 100.0 * f.difference() / f.published)
                         : fmt::format("{:+.2g}", f.difference()),
              allowed(f), verdict(f.reproduced())});
    auto place = std::find_if(reasons.begin(), reasons.end(),
                              [&](const auto& known) { return known.first == f.reason; });
    if (place == reasons.end()) place = reasons.insert(place, {f.reason, {}});
    auto& shares = place->second;
    if (std::find(shares.begin(), shares.end(), allowed(f)) == shares.end()) {
      shares.push_back(allowed(f));
    }
  }
  out += grid.text("  ") + "\n";
  for (const auto& [reason, shares] : reasons) {
    constexpr std::size_t kMany = 3;
    out += fmt::format(
        "  allowed {}: {}\n",
        shares.size() > kMany ? "as shown" : fmt::format("{}", fmt::join(shares, ", ")), reason);
  }
  out += fmt::format("\n{}: {} of {} figures\n", verdict(all), num_reproduced, figures.size());
  if (!recipe.note.empty()) out += "note: " + recipe.note + "\n";
  return out;
}

int run(const Arguments& arguments) {
  if (arguments.name.empty()) {
    if (!arguments.data.empty()) throw UsageError("--data: name what is to be reproduced");
    return list(arguments.json);
  }
  const Recipe& recipe = find_recipe(arguments.name);
  if (!recipe.data && !arguments.data.empty()) {
    throw UsageError(fmt::format("--data: {} needs no data", recipe.name));
  }
  if (recipe.data && arguments.data.empty()) {
    throw Error(needs(recipe) + "\n  then: isoflop reproduce " + recipe.name + " --data FILE");
  }
  std::vector<Figure> figures;
  {
    Progress progress("starts");
    ReproductionInput input;
    input.data = arguments.data;
    input.fit.num_threads =
        static_cast<unsigned>(count_argument("--threads", arguments.threads, 0));
    input.bootstrap = [](std::string_view law, const RunTable& runs, const FitOptions& options,
                         const FitReport& fit, const BootstrapOptions& how) {
      return bootstrap(law, runs, options, fit, how);
    };
    input.fit.progress = [&](std::size_t done, std::size_t of) { progress.update(done, of); };
    figures = recipe.derive(input);
  }
  const bool all =
      std::all_of(figures.begin(), figures.end(), [](const Figure& f) { return f.reproduced(); });
  print(arguments.json ? json_text(to_json(recipe, figures, all)) : to_text(recipe, figures, all));
  return all ? 0 : 1;
}

}  // namespace

void add_reproduce(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("reproduce", "Published results, derived again and compared");
  command->add_option("NAME", arguments->name, "what to derive; without it, a list");
  command->add_option("--data", arguments->data, "the data that NAME needs; its sha256 is checked")
      ->type_name("FILE");
  command
      ->add_option("--threads", arguments->threads,
                   "0 (default): one per core; the result does not depend on it")
      ->type_name("T");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.reproduce/1) and nothing else");
  command->footer("Example:\n  isoflop reproduce krajewski2024-table2");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app

#include "isoflop/text/reproduce.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

std::string verdict(bool reproduced) { return reproduced ? "reproduced" : "differs"; }

std::string list_of_recipes() {
  std::string out = "Published results (isoflop reproduce NAME):\n";
  TextGrid grid({0, 1});
  for (const Recipe& recipe : recipes()) {
    grid.add({recipe.name, recipe.title});
    grid.add({"", recipe.source + (recipe.data ? "; needs " + field("data") + " FILE" : "")});
  }
  out += grid.text("  ");
  for (const Recipe& recipe : recipes()) {
    if (recipe.data) out += "\n" + describe_data(recipe) + "\n";
  }
  return out;
}

std::string allowed(const DerivedNumber& f) {
  return f.relative ? fmt::format("{:.2g} %", 100.0 * f.tolerance)
                    : fmt::format("{:.2g}", f.tolerance);
}

std::string table_of(const std::vector<DerivedNumber>& figures) {
  TextGrid grid({0, 5});
  grid.add({"figure", "published", "ours", "difference", "allowed", ""});
  for (const DerivedNumber& f : figures) {
    grid.add({f.name, fmt::format("{:.7g}", f.published), fmt::format("{:.7g}", f.ours),
              f.relative ? fmt::format("{:+.2g} %", 100.0 * f.difference() / f.published)
                         : fmt::format("{:+.2g}", f.difference()),
              allowed(f), verdict(f.reproduced())});
  }
  return grid.text("  ");
}

/// Why so much is allowed: every reason once, with what it allows.
std::string reasons_of(const std::vector<DerivedNumber>& figures) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const DerivedNumber& f : figures) {
    auto place = std::find_if(reasons.begin(), reasons.end(),
                              [&](const auto& known) { return known.first == f.reason; });
    if (place == reasons.end()) place = reasons.insert(place, {f.reason, {}});
    auto& shares = place->second;
    if (std::find(shares.begin(), shares.end(), allowed(f)) == shares.end()) {
      shares.push_back(allowed(f));
    }
  }
  std::string out;
  for (const auto& [reason, shares] : reasons) {
    constexpr std::size_t kMany = 3;
    out += fmt::format("  allowed {}: {}\n",
                       shares.size() > kMany ? "as shown" : joined(shares, ", "), reason);
  }
  return out;
}

}  // namespace

std::string reproduce(const api::ReproduceOutcome& outcome) {
  if (!outcome.recipe) return list_of_recipes();
  const Recipe& recipe = *outcome.recipe;
  const std::vector<DerivedNumber>& figures = outcome.figures;
  std::string out = fmt::format("{}: {}\n  {}\n\n", recipe.name, recipe.title, recipe.source);
  out += table_of(figures) + "\n" + reasons_of(figures);
  const auto num_reproduced = std::count_if(figures.begin(), figures.end(),
                                            [](const DerivedNumber& f) { return f.reproduced(); });
  out += fmt::format("\n{}: {} of {} figures\n", verdict(outcome.reproduced()), num_reproduced,
                     figures.size());
  if (!recipe.note.empty()) out += "note: " + recipe.note + "\n";
  return out;
}

}  // namespace isoflop::text

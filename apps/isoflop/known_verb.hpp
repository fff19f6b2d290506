// A first word that is no command is refused with those there are: the parser would only miss one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "apps/isoflop/verbs.hpp"

namespace isoflop::app {

/// Throws UsageError.
inline void require_known_command(const CLI::App& parser, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "-";
  if (word.starts_with("-")) return;
  std::string known;
  for (const CLI::App* command : parser.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return;
    known += " " + command->get_name();
  }
  throw UsageError("there is no command \"" + word + "\"; there are:" + known);
}

}  // namespace isoflop::app

// A verb of a command line: its form, and what is done with the filled-in form.
#pragma once

#include <functional>

#include "apps/words/form.hpp"

namespace isoflop::app {

struct Verb {
  const char* name;
  const char* about;
  void (*options)(Form& form);
  std::function<int(Form&)> run;  ///< returns the exit code
};

/// Adds the verb to the parser; when it is the one that was typed, `job` runs it. Parsing does no
/// work.
void add_verb(CLI::App& parser, const Verb& verb, std::function<int()>& job);

}  // namespace isoflop::app

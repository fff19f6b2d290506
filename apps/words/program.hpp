// What a command-line program is made of; every one of them ends here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/words/verb.hpp"

namespace isoflop::app {

struct Program {
  std::string name;                      ///< as it is typed
  std::string about;                     ///< one line at the head of the help
  std::string footer;                    ///< ends it
  std::function<std::string()> version;  ///< asked for by --version alone
  std::vector<Verb> verbs;
};

/// Runs the verb that the words name. Returns the exit code: 0 usable result, 1 failed, 2 bad
/// command line; what is wrong goes to stderr.
int run_program(const Program& program, int argc, char** argv);

}  // namespace isoflop::app

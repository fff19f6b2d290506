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

}  // namespace isoflop::app

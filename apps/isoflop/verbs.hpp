// The subcommands of isoflop. Each adds itself to the parser and leaves what is to be run; parsing
// does no work.
#pragma once

#include <functional>

#include "apps/words/verb.hpp"
#include "isoflop/error.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

/// The words of a command line contradict each other or what they name: exit code 2.
class UsageError : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

/// What the parsed command line asks for; returns the exit code.
using Job = std::function<int()>;

extern const Verb kBacktest;
extern const Verb kFit;
extern const Verb kFrontier;
extern const Verb kGranularity;
extern const Verb kNextRuns;
extern const Verb kPlan;
extern const Verb kReproduce;

void add_bench(CLI::App& app, Job& job);
void add_consensus(CLI::App& app, Job& job);
void add_laws(CLI::App& app, Job& job);
void add_predict(CLI::App& app, Job& job);
void add_sensitivity(CLI::App& app, Job& job);
void add_shape(CLI::App& app, Job& job);

}  // namespace isoflop::app

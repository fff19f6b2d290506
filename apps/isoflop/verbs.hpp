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
extern const Verb kBench;
extern const Verb kConsensus;
extern const Verb kFit;
extern const Verb kFrontier;
extern const Verb kGranularity;
extern const Verb kLaws;
extern const Verb kNextRuns;
extern const Verb kPlan;
extern const Verb kPredict;
extern const Verb kReproduce;
extern const Verb kRerun;
extern const Verb kRun;
extern const Verb kSensitivity;
extern const Verb kShape;

}  // namespace isoflop::app

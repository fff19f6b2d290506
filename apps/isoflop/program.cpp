#include "apps/isoflop/program.hpp"

#include "apps/isoflop/verbs.hpp"
#include "isoflop/version.hpp"

namespace isoflop::app {

Program isoflop_program() {
  return {"isoflop",
          "isoflop: fit scaling laws to training runs, plan compute-optimal training",
          "Example:\n  isoflop plan krajewski2024-e64 --flops 1e21\n"
          "'isoflop COMMAND --help' explains a command.",
          [] { return std::string(kVersion); },
          {kFit,         kProfiles, kEnvelope,  kSweep,    kPredict,     kPlan,   kFrontier,
           kGranularity, kNextRuns, kConsensus, kBacktest, kSensitivity, kFigure, kReport,
           kLaws,        kShape,    kReproduce, kRun,      kRerun,       kBench}};
}

}  // namespace isoflop::app

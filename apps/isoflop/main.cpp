// isoflop: fits scaling laws to training runs and plans compute-optimal training from them.
#include "apps/isoflop/verbs.hpp"
#include "apps/words/program.hpp"
#include "isoflop/version.hpp"

int main(int argc, char** argv) {
  using namespace isoflop;
  const app::Program program{
      "isoflop",
      "isoflop: fit scaling laws to training runs, plan compute-optimal training",
      "Example:\n  isoflop plan krajewski2024-e64 --flops 1e21\n"
      "'isoflop COMMAND --help' explains a command.",
      [] { return std::string(kVersion); },
      {app::kFit, app::kProfiles, app::kEnvelope, app::kSweep, app::kPredict, app::kPlan,
       app::kFrontier, app::kGranularity, app::kNextRuns, app::kConsensus, app::kBacktest,
       app::kSensitivity, app::kLaws, app::kShape, app::kReproduce, app::kRun, app::kRerun,
       app::kBench}};
  return app::run_program(program, argc, argv);
}

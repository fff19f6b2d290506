// isoflop: fits scaling laws to training runs and plans compute-optimal training from them.
// Exit codes: 0 usable result, 1 failed, 2 bad command line.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "apps/isoflop/known_verb.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/verb.hpp"
#include "isoflop/version.hpp"

int main(int argc, char** argv) {
  using namespace isoflop;
  CLI::App parser{"isoflop: fit scaling laws to training runs, plan compute-optimal training"};
  parser.set_version_flag("--version", kVersion);
  parser.require_subcommand(1);
  parser.footer(
      "Example:\n  isoflop plan krajewski2024-e64 --flops 1e21\n"
      "'isoflop COMMAND --help' explains a command.");
  app::Job job;
  app::add_verb(parser, app::kFit, job);
  app::add_verb(parser, app::kPredict, job);
  app::add_verb(parser, app::kPlan, job);
  app::add_verb(parser, app::kFrontier, job);
  app::add_verb(parser, app::kGranularity, job);
  app::add_verb(parser, app::kNextRuns, job);
  app::add_verb(parser, app::kConsensus, job);
  app::add_verb(parser, app::kBacktest, job);
  app::add_verb(parser, app::kSensitivity, job);
  app::add_verb(parser, app::kLaws, job);
  app::add_verb(parser, app::kShape, job);
  app::add_verb(parser, app::kReproduce, job);
  app::add_verb(parser, app::kRun, job);
  app::add_verb(parser, app::kRerun, job);
  app::add_verb(parser, app::kBench, job);

  try {
    app::require_known_command(parser, argc, argv);
    parser.parse(argc, argv);
    return job();
  } catch (const CLI::ParseError& fault) {
    const int code = parser.exit(fault, std::cout, std::cerr);
    return code == 0 ? 0 : 2;
  } catch (const InvalidArgument& fault) {
    app::warn(fault.marked());
    return 2;
  } catch (const Error& fault) {
    app::warn(fault.marked());
    return 1;
  } catch (const std::exception& fault) {
    app::warn(fault.what());
    return 1;
  }
}

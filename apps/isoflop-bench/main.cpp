// isoflop-bench: measures what fine experts cost on this machine's GPU, or says what a roofline
// would have them cost. Exit codes: 0 usable result, 1 failed, 2 bad command line.
#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "apps/isoflop-bench/verbs.hpp"
#include "apps/isoflop/known_verb.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/version.hpp"

int main(int argc, char** argv) {
  using namespace isoflop;
  app::set_program_name("isoflop-bench");
  CLI::App parser{"isoflop-bench: what fine experts cost, measured on a GPU or from its roofline"};
  parser.set_version_flag("--version", [] {
    return "isoflop-bench " + std::string(kVersion) + "\n" + app::describe_cuda();
  });
  parser.require_subcommand(1);
  parser.footer("'isoflop-bench COMMAND --help' explains a command.");
  std::function<int()> job;
  for (const app::Verb& verb : app::bench_verbs(app::real_world({argv, argv + argc}))) {
    app::add_verb(parser, verb, job);
  }

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

// isoflop-bench: measures what fine experts cost on this machine's GPU, or says what a roofline
// would have them cost.
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/program.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/version.hpp"

int main(int argc, char** argv) {
  using namespace isoflop;
  app::set_program_name("isoflop-bench");
  const app::Program program{
      "isoflop-bench",
      "isoflop-bench: what fine experts cost, measured on a GPU or from its roofline",
      "'isoflop-bench COMMAND --help' explains a command.",
      [] { return "isoflop-bench " + std::string(kVersion) + "\n" + app::describe_cuda(); },
      app::bench_verbs(app::real_world({argv, argv + argc}))};
  return app::run_program(program, argc, argv);
}

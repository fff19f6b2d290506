// isoflop bench: runs isoflop-bench, a program of its own so that this one needs no CUDA library.
#include <string>
#include <vector>

#include "apps/words/beside.hpp"
#include "apps/words/verb.hpp"

namespace isoflop::app {
namespace bench_verb {

void options(Form& form) { form.pass_on(); }

int run(Form& form) {
  std::vector<std::string> given = form.passed_on();
  if (given.empty()) given.emplace_back("--help");
  become("isoflop-bench", given,
         "is not installed; it is built with isoflop (cmake --preset bench builds it alone)");
}

}  // namespace bench_verb

extern const Verb kBench{
    "bench", "What fine experts cost on your GPU: runs isoflop-bench with the words that follow",
    bench_verb::options, bench_verb::run};

}  // namespace isoflop::app

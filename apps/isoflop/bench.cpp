// isoflop bench: runs isoflop-bench, a program of its own so that this one needs no CUDA library.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "apps/words/verb.hpp"
#include "isoflop/error.hpp"

namespace isoflop::app {
namespace {

/// Beside this program; a name without a folder, to be looked up on the PATH, where it is not
/// there.
std::string bench_program() {
  std::error_code fault;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", fault);
  const std::filesystem::path beside = self.parent_path() / "isoflop-bench";
  return !fault && std::filesystem::exists(beside, fault) ? beside.string() : "isoflop-bench";
}

void options(Form& form) { form.pass_on(); }

int run(Form& form) {
  std::string program = bench_program();
  std::vector<std::string> given = form.passed_on();
  if (given.empty()) given.emplace_back("--help");
  given.insert(given.begin(), program);
  std::vector<char*> argv;
  for (std::string& word : given) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(program.c_str(), argv.data());  // returns only where it fails
  const std::string why = errno == ENOENT
                              ? "is not installed; it is built with isoflop (cmake --preset bench "
                                "builds it alone)"
                              : "cannot be run: " + std::generic_category().message(errno);
  throw Error(program + " " + why);
}

}  // namespace

extern const Verb kBench{
    "bench", "What fine experts cost on your GPU: runs isoflop-bench with the words that follow",
    options, run};

}  // namespace isoflop::app

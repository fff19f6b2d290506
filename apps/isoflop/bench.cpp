// isoflop bench: runs isoflop-bench, a program of its own so that this one needs no CUDA library.
#include <unistd.h>

#include <cerrno>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "apps/isoflop/verbs.hpp"

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

int run(const std::vector<std::string>& words) {
  std::string program = bench_program();
  std::vector<std::string> given{program};
  given.insert(given.end(), words.begin(), words.end());
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

void add_bench(CLI::App& app, Job& job) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand(
      "bench", "What fine experts cost on your GPU: runs isoflop-bench with the words that follow");
  command->set_help_flag();  // --help is for isoflop-bench, which knows more
  command->prefix_command();
  command->callback([command, words, &job] {
    *words = command->remaining();
    if (words->empty()) words->emplace_back("--help");
    job = [words] { return run(*words); };
  });
}

}  // namespace isoflop::app

#include "apps/words/beside.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "isoflop/error.hpp"

namespace isoflop::app {

void become(const std::string& name, std::vector<std::string> words, const std::string& absent) {
  std::error_code fault;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", fault);
  const std::filesystem::path beside = self.parent_path() / name;
  const std::string program =
      !fault && std::filesystem::exists(beside, fault) ? beside.string() : name;
  words.insert(words.begin(), program);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(program.c_str(), argv.data());  // returns only where it fails
  throw Error(
      program + " " +
      (errno == ENOENT ? absent : "cannot be run: " + std::generic_category().message(errno)));
}

int run_beside(const std::string& name, std::vector<std::string> words, const std::string& absent) {
  const auto fault = [](const std::string& what) {
    return Error(what + std::generic_category().message(errno));
  };
  const pid_t child = fork();
  if (child < 0) throw fault("no further program can be run: ");
  if (child == 0) become(name, std::move(words), absent);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw fault("nobody knows how " + name + " ended: ");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace isoflop::app

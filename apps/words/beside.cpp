#include "apps/words/beside.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

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

}  // namespace isoflop::app

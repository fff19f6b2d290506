// isoflop and isoflop-bench, which lie beside each other, hand words to one another.
#pragma once

#include <string>
#include <vector>

namespace isoflop::app {

/// Becomes the program of that name with these words: the one beside this program, else the one on
/// the PATH. Throws Error where it cannot be run; `absent` is said where it is not installed.
[[noreturn]] void become(const std::string& name, std::vector<std::string> words,
                         const std::string& absent);

/// Waits for that program, and gives its exit code. Where it cannot be run, it has said so.
int run_beside(const std::string& name, std::vector<std::string> words, const std::string& absent);

}  // namespace isoflop::app

// What a shell needs to complete the words of a program: commands, options, and the values of
// options where they are known.
#pragma once

#include <string>
#include <string_view>

#include "apps/words/command_words.hpp"

namespace isoflop::app {

/// The file that bash, zsh or fish reads. Throws InvalidArgument for another shell.
std::string completion(const ProgramWords& program, std::string_view shell);

}  // namespace isoflop::app

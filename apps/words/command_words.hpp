// What a command takes, as data: what completion and manual pages are written from.
#pragma once

#include <string>
#include <vector>

namespace isoflop::app {

/// Names that a value may have, asked for only when a shell's completion is written.
using ValueNames = std::vector<std::string> (*)();

/// How an option is typed.
struct OptionUse {
  bool takes_word = true;
  bool is_required = false;
  bool is_list = false;   ///< several words
  bool is_often = false;  ///< several times
};

struct OptionWords {
  std::vector<std::string> flags;  ///< "-o", "--output"; none of a position
  std::string position;            ///< "FILE"; "" of an option
  std::string help;
  std::string type;  ///< "X"; "" where none is shown
  std::string group;
  OptionUse use;
  ValueNames values = nullptr;
};

struct CommandWords {
  std::string name, about, footer;
  std::vector<OptionWords> options;
  bool passes_on = false;  ///< all words are for another program
};

struct ProgramWords {
  std::string name, about, footer;
  std::vector<CommandWords> commands;
};

/// The words of `type` that stand between bars ("6nd|paper") and are no placeholders in capitals.
std::vector<std::string> fixed_values_of(const OptionWords& option);
/// The words that the value of an option may be, where they are known: these, then those of
/// `values`.
std::vector<std::string> values_of(const OptionWords& option);
/// Whether a file may stand there.
bool takes_file(const OptionWords& option);

}  // namespace isoflop::app

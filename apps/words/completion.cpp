#include "apps/words/completion.hpp"

#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"

namespace isoflop::app {
namespace {

std::vector<std::string> command_names(const ProgramWords& program) {
  std::vector<std::string> out;
  for (const CommandWords& command : program.commands) out.push_back(command.name);
  return out;
}

std::vector<std::string> flags_of(const CommandWords& command) {
  std::vector<std::string> out;
  for (const OptionWords& option : command.options) {
    out.insert(out.end(), option.flags.begin(), option.flags.end());
  }
  out.emplace_back("--help");
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string in_single_quotes(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

/// A name that a shell function may have.
std::string function_name(const std::string& name) { return "_" + replaced(name, "-", "_"); }

/// Values of the positions of a command, all together.
std::vector<std::string> position_values(const CommandWords& command) {
  std::vector<std::string> out;
  for (const OptionWords& option : command.options) {
    if (option.position.empty()) continue;
    for (std::string& value : values_of(option)) out.push_back(std::move(value));
  }
  return out;
}

// --- bash
// -----------------------------------------------------------------------------------------

/// What may follow the options of a command that take a word: one arm for each known list, one for
/// files; all others take numbers and names that nobody knows.
std::string bash_values(const CommandWords& command) {
  std::string out, files, others;
  for (const OptionWords& option : command.options) {
    if (option.flags.empty() || !option.use.takes_word) continue;
    const std::string flags = joined(option.flags, "|");
    const std::vector<std::string> values = values_of(option);
    if (!values.empty()) {
      out += "        " + flags + ") words=" + in_single_quotes(joined(values, " ")) +
             (takes_file(option) ? "" : "; files=no") + " ;;\n";
    } else {
      std::string& to = takes_file(option) ? files : others;
      to += (to.empty() ? "" : "|") + flags;
    }
  }
  if (!files.empty()) out += "        " + files + ") words='' ;;\n";
  if (!others.empty()) out += "        " + others + ") return ;;\n";
  return out;
}

std::string bash(const ProgramWords& program) {
  const std::string function = function_name(program.name);
  std::string out = "# Completion of " + program.name + " in bash, written by '" + program.name +
                    " completion bash'.\n" + function +
                    "() {\n"
                    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                    "  local words files=yes\n"
                    "  COMPREPLY=()\n"
                    "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                    "    words=" +
                    in_single_quotes(joined(command_names(program), " ") + " --help --version") +
                    "\n    files=no\n  else\n    case ${COMP_WORDS[1]} in\n";
  for (const CommandWords& command : program.commands) {
    if (command.passes_on) continue;
    out += "    " + command.name +
           ")\n      words=" + in_single_quotes(joined(position_values(command), " ")) +
           "\n      case $cur in -*) words=" + in_single_quotes(joined(flags_of(command), " ")) +
           "; files=no ;; esac\n";
    const std::string values = bash_values(command);
    if (!values.empty()) out += "      case $prev in\n" + values + "      esac\n";
    out += "      ;;\n";
  }
  out +=
      "    esac\n  fi\n"
      "  local word\n"
      "  for word in $words; do\n"
      "    case $word in \"$cur\"*) COMPREPLY+=(\"$word\") ;; esac\n"
      "  done\n"
      "  if [ \"$files\" = yes ]; then\n"
      "    while IFS= read -r word; do [ -n \"$word\" ] && COMPREPLY+=(\"$word\"); done <<< "
      "\"$(compgen -f -- \"$cur\")\"\n"
      "  fi\n"
      "}\n"
      "complete -o filenames -F " +
      function + " " + program.name + "\n";
  return out;
}

// --- zsh
// ------------------------------------------------------------------------------------------

/// Text inside "[...]" or behind a colon of a specification of _arguments.
std::string zsh_text(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"}) {
    text = replaced(text, special, "\\" + std::string(special));
  }
  return text;
}

/// ":X:(a b)": what the word of an option is called, and what it may be.
std::string zsh_word(const OptionWords& option) {
  const std::string name = option.position.empty() ? option.type : option.position;
  const std::vector<std::string> values = values_of(option);
  std::string action = takes_file(option) ? "_files" : " ";
  if (!values.empty()) action = "(" + joined(values, " ") + ")";
  if (!values.empty() && takes_file(option)) {
    action = "{_alternative \"names:name:(" + joined(values, " ") + ")\" \"files:file:_files\"}";
  }
  return ":" + zsh_text(name.empty() ? "word" : name) + ":" + action;
}

std::string zsh_option(const OptionWords& option) {
  if (!option.position.empty()) {
    return in_single_quotes((option.use.is_list ? "*" : "") +
                            (option.use.is_list ? zsh_word(option) : ":" + zsh_word(option)));
  }
  std::string out;
  for (const std::string& flag : option.flags) {
    out += (out.empty() ? "" : " ") +
           in_single_quotes((option.use.is_often || option.use.is_list ? "*" : "") + flag + "[" +
                            zsh_text(option.help) + "]" +
                            (option.use.takes_word ? zsh_word(option) : ""));
  }
  return out;
}

std::string zsh(const ProgramWords& program) {
  std::string out = "#compdef " + program.name + "\n# Completion in zsh, written by '" +
                    program.name + " completion zsh'.\nlocal -a commands\ncommands=(\n";
  for (const CommandWords& command : program.commands) {
    out += "  " + in_single_quotes(command.name + ":" + command.about) + "\n";
  }
  out +=
      ")\nif (( CURRENT == 2 )); then\n  _describe command commands\n  return\nfi\n"
      "local verb=$words[2]\nshift words\n(( CURRENT-- ))\ncase $verb in\n";
  for (const CommandWords& command : program.commands) {
    if (command.passes_on) continue;
    out += command.name + ")\n  _arguments";
    for (const OptionWords& option : command.options) out += " \\\n    " + zsh_option(option);
    out += " \\\n    '--help[show the help]'\n  ;;\n";
  }
  return out + "esac\n";
}

// --- fish
// -----------------------------------------------------------------------------------------

std::string fish_text(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_option(const std::string& begin, const OptionWords& option) {
  std::string out = begin;
  for (const std::string& flag : option.flags) {
    out += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
  }
  if (!option.flags.empty()) out += " -d " + fish_text(option.help);
  const std::vector<std::string> values = values_of(option);
  if (option.use.takes_word && !option.flags.empty()) out += takes_file(option) ? " -r -F" : " -x";
  if (!values.empty()) out += " -a " + fish_text(joined(values, " "));
  return out + "\n";
}

std::string fish(const ProgramWords& program) {
  const std::string complete = "complete -c " + program.name;
  const std::string at_command =
      "__fish_seen_subcommand_from " + joined(command_names(program), " ");
  std::string out = "# Completion of " + program.name + " in fish, written by '" + program.name +
                    " completion fish'.\n" + complete + " -n 'not " + at_command + "' -f\n" +
                    complete + " -n 'not " + at_command + "' -l version -d 'show the version'\n" +
                    complete + " -l help -s h -d 'show the help'\n";
  for (const CommandWords& command : program.commands) {
    out += complete + " -n 'not " + at_command + "' -a " + command.name + " -d " +
           fish_text(command.about) + "\n";
  }
  for (const CommandWords& command : program.commands) {
    const std::string begin = complete + " -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const OptionWords& option : command.options) {
      if (option.position.empty() || !values_of(option).empty()) out += fish_option(begin, option);
    }
  }
  return out;
}

}  // namespace

std::string completion(const ProgramWords& program, std::string_view shell) {
  if (shell == "bash") return bash(program);
  if (shell == "zsh") return zsh(program);
  if (shell == "fish") return fish(program);
  throw InvalidArgument("shell", shell.empty()
                                     ? "name the shell: bash, zsh or fish"
                                     : "there is no completion for \"" + std::string(shell) +
                                           "\", but for bash, zsh "
                                           "and fish");
}

}  // namespace isoflop::app

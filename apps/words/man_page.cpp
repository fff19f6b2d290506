#include "apps/words/man_page.hpp"

#include <algorithm>
#include <sstream>

#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::app {
namespace {

/// Text as troff shows it letter by letter: a hyphen can be copied, and no line is a request.
std::string plain(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else {
      out += c;
    }
    at_start = c == '\n';
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

std::string head_of(const std::string& name, std::string_view version, const std::string& about) {
  std::string title = name;
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  // Without a date: the same sources give the same page.
  return ".TH \"" + title + "\" 1 \"\" \"isoflop " + std::string(version) + "\" \"isoflop\"\n" +
         ".SH NAME\n" + plain(name) + " \\- " + plain(about) + "\n";
}

/// What the program says of itself, without its name.
std::string about_of(const ProgramWords& program) {
  const std::string name = program.name + ": ";
  return program.about.starts_with(name) ? program.about.substr(name.size()) : program.about;
}

/// The end of the help: lines that are indented there stand as they are.
std::string footer_of(const std::string& footer) {
  std::string out;
  std::istringstream in(footer);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    const bool is_code = line.starts_with(" ");
    if (is_code && !inside) out += ".nf\n";
    if (!is_code && inside) out += ".fi\n";
    out += (is_code || out.empty() ? "" : ".PP\n") + plain(line) + "\n";
    inside = is_code;
  }
  return out.empty() ? out : ".SH EXAMPLES\n" + out + (inside ? ".fi\n" : "");
}

std::string option_entry(const OptionWords& option) {
  std::string out = ".TP\n";
  if (option.position.empty()) {
    for (const std::string& flag : option.flags) {
      out += (&flag == &option.flags.front() ? "" : ", ") + bold(flag);
    }
    if (!option.type.empty()) out += " " + italic(option.type);
  } else {
    out += italic(option.position);
  }
  return out + "\n" + plain(option.help) + "\n";
}

std::string synopsis_of(const ProgramWords& program, const CommandWords& command) {
  std::string out =
      ".SH SYNOPSIS\n" + bold(program.name + " " + command.name) + " [" + italic("OPTIONS") + "]";
  for (const OptionWords& option : command.options) {
    if (option.position.empty()) continue;
    const std::string word = italic(option.position) + (option.use.is_list ? "..." : "");
    out += option.use.is_required ? " " + word : " [" + word + "]";
  }
  return out + "\n";
}

std::string options_of(const CommandWords& command) {
  std::vector<std::string> groups;
  for (const OptionWords& option : command.options) {
    if (!option.position.empty()) continue;
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  std::string out;
  for (const OptionWords& option : command.options) {
    if (!option.position.empty())
      out += (out.empty() ? ".SH POSITIONS\n" : "") + option_entry(option);
  }
  for (const std::string& group : groups) {
    std::string title = group;
    for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    out += ".SH \"" + title + "\"\n";
    for (const OptionWords& option : command.options) {
      if (option.position.empty() && option.group == group) out += option_entry(option);
    }
  }
  return out;
}

std::string exit_code() {
  return ".SH EXIT STATUS\n0: a usable result; 1: it failed; 2: a bad command line.\n";
}

std::string program_page(const ProgramWords& program, std::string_view version) {
  std::string out = head_of(program.name, version, about_of(program)) + ".SH SYNOPSIS\n" +
                    bold(program.name) + " " + italic("COMMAND") + " [" + italic("OPTIONS") +
                    "]\n.SH COMMANDS\n";
  for (const CommandWords& command : program.commands) {
    out += ".TP\n" + bold(command.name) + "\n" + plain(command.about) + "\n";
  }
  return out + footer_of(program.footer) + exit_code();
}

std::string command_page(const ProgramWords& program, std::string_view version,
                         const CommandWords& command) {
  return head_of(program.name + "-" + command.name, version, command.about) +
         synopsis_of(program, command) + options_of(command) + footer_of(command.footer) +
         exit_code() + ".SH SEE ALSO\n" + bold(program.name) + "(1)\n";
}

}  // namespace

std::string man_page(const ProgramWords& program, std::string_view version,
                     std::string_view command) {
  if (command.empty()) return program_page(program, version);
  for (const CommandWords& each : program.commands) {
    if (each.name == command) return command_page(program, version, each);
  }
  throw InvalidArgument("command", "there is no command \"" + std::string(command) + "\"");
}

void write_man_pages(const ProgramWords& program, std::string_view version,
                     const std::string& folder) {
  write_file(folder + "/" + program.name + ".1", program_page(program, version));
  for (const CommandWords& command : program.commands) {
    if (command.passes_on) continue;  // the other program has a page of this name
    write_file(folder + "/" + program.name + "-" + command.name + ".1",
               command_page(program, version, command));
  }
}

}  // namespace isoflop::app

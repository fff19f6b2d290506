#include "apps/words/program.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <new>

#include "apps/words/completion.hpp"
#include "apps/words/help.hpp"
#include "apps/words/man_page.hpp"
#include "apps/words/nearest.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/error.hpp"
#include "isoflop/version.hpp"

namespace isoflop::app {
namespace {

/// Adds the verb to the parser; when it is the one that was typed, `job` runs it. Parsing does no
/// work.
std::shared_ptr<Form> add_verb(CLI::App& parser, const Verb& verb, std::function<int()>& job) {
  CLI::App* command = parser.add_subcommand(verb.name, verb.about);
  auto form = std::make_shared<Form>(*command);
  verb.options(*form);
  form->quiet();
  command->callback([form, verb, &job] {
    job = [form, verb] {
      set_quiet(form->has_own("quiet"));
      form->require_outputs_apart();
      return verb.run(*form);
    };
  });
  return form;
}

/// What these verbs take, as data.
ProgramWords words_of(const Program& program, const std::vector<Verb>& verbs) {
  ProgramWords out{program.name, program.about, program.footer, {}};
  for (const Verb& verb : verbs) {
    CLI::App parser;
    std::function<int()> unused;
    const auto form = add_verb(parser, verb, unused);
    CommandWords& command = out.commands.emplace_back();
    command.name = verb.name;
    command.about = verb.about;
    command.footer = parser.get_subcommand(verb.name)->get_footer();
    command.options = form->options();
    command.passes_on = form->passes_on();
  }
  return out;
}

void completion_options(Form& form) {
  form.own_word({"SHELL", "bash, zsh or fish", "bash|zsh|fish", "Options", "shell"});
  form.output({"-o,--output", "write it to a file", "FILE"});
}

void man_options(Form& form) {
  form.own_word(
      {"COMMAND", "page of a command; that of the program if none", "", "Options", "command"});
  form.own_word({"--into", "write every page into this folder", "FOLDER"});
}

std::vector<Verb> all_verbs(const Program& program);

int run_completion(Form& form, const Program& program) {
  write_output(form.own("output"),
               completion(words_of(program, all_verbs(program)), form.own("shell")));
  return 0;
}

int run_man(Form& form, const Program& program) {
  const ProgramWords words = words_of(program, all_verbs(program));
  if (form.has_own("into")) {
    write_man_pages(words, kVersion, form.own("into"));
  } else {
    print(man_page(words, kVersion, form.own("command")));
  }
  return 0;
}

/// Those of the program, and those that every program has.
std::vector<Verb> all_verbs(const Program& program) {
  std::vector<Verb> out = program.verbs;
  out.push_back({"completion", "What completes commands and options in bash, zsh or fish",
                 completion_options,
                 [&program](Form& form) { return run_completion(form, program); }});
  out.push_back({"man", "The manual page of a command, as troff", man_options,
                 [&program](Form& form) { return run_man(form, program); }});
  return out;
}

/// A first word that is no command is refused with those there are: the parser would only miss one.
void require_known_command(const std::vector<Verb>& verbs, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "-";
  if (word.starts_with("-")) return;
  std::string known;
  for (const Verb& verb : verbs) {
    if (verb.name == word) return;
    known += " " + std::string(verb.name);
  }
  throw InvalidArgument("there is no command \"" + word + "\"; there are:" + known);
}

/// The command that was typed; the parser itself where none was.
const CLI::App& typed_command(const CLI::App& parser) {
  const auto typed = parser.get_subcommands();
  return typed.empty() ? parser : *typed.front();
}

/// What is wrong with the words that no option took; "" where there are none. Of several, an
/// unknown option is named first: the words behind it are lost with it.
std::string extras_fault(const CLI::App& parser, const std::string& name) {
  const CLI::App& command = typed_command(parser);
  const std::vector<std::string> extras = parser.remaining(true);
  if (extras.empty()) return "";
  const std::string help =
      "'" + name + (&command == &parser ? "" : " " + command.get_name()) + " --help'";
  const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
    return word.size() > 1 && word.starts_with("-");
  });
  if (option != extras.end() && *option == "--") {
    return "no option stands behind --, which ends them: put -- and the file last";
  }
  if (option == extras.end()) {
    return "\"" + extras.front() + "\" is a word too many; " + help + " shows what there may be";
  }
  const std::string typed = option->substr(0, option->find('='));
  std::vector<std::string> known;
  for (const CLI::Option* each : command.get_options()) {
    for (const std::string& flag : each->get_lnames()) known.push_back("--" + flag);
  }
  const std::string meant = nearest(typed, known);
  return "there is no option " + typed +
         (meant.empty() ? "; " + help + " lists those there are" : "; did you mean " + meant + "?");
}

/// The fault in one line.
std::string fault_line(const CLI::ParseError& fault, const CLI::App& parser,
                       const std::string& name) {
  if (const std::string extras = extras_fault(parser, name); !extras.empty()) return extras;
  std::string text = fault.what();
  const std::string option = text.substr(0, text.find(": "));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&fault) != nullptr) {
    if (text.find("At Most") != std::string::npos) return option + " takes one word and has more";
    if (text.find(" missing") != std::string::npos) return option + " needs a word behind it";
  }
  if (&typed_command(parser) == &parser) {
    text = "name a command; '" + name + " --help' lists them";
  }
  return text.substr(0, text.find('\n'));
}

/// Runs the verb that the words name; throws what is wrong with them.
int run_words(CLI::App& parser, const std::vector<Verb>& verbs, const std::function<int()>& job,
              int argc, char** argv) {
  if (argc < 2) {
    print(parser.help());
    return 0;
  }
  require_known_command(verbs, argc, argv);
  parser.parse(argc, argv);
  return job();
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  CLI::App parser{program.about, program.name};
  fold_help(parser);
  parser.set_version_flag("--version", program.version);
  parser.require_subcommand(1);
  parser.footer(program.footer);
  std::function<int()> job;
  const std::vector<Verb> verbs = all_verbs(program);
  for (const Verb& verb : verbs) add_verb(parser, verb, job);

  try {
    return run_words(parser, verbs, job, argc, argv);
  } catch (const CLI::ParseError& fault) {
    if (fault.get_exit_code() == 0) return parser.exit(fault);  // help or version
    complain(fault_line(fault, parser, program.name));
    return 2;
  } catch (const InvalidArgument& fault) {
    complain(fault.marked());
    return 2;
  } catch (const Error& fault) {
    complain(fault.marked());
    return 1;
  } catch (const std::bad_alloc&) {
    complain("this machine has too little memory for that");
    return 1;
  } catch (const std::exception& fault) {
    complain(fault.what());
    return 1;
  }
}

}  // namespace isoflop::app

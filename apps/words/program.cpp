#include "apps/words/program.hpp"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>

#include "apps/words/terminal.hpp"
#include "isoflop/error.hpp"

namespace isoflop::app {
namespace {

/// Adds the verb to the parser; when it is the one that was typed, `job` runs it. Parsing does no
/// work.
void add_verb(CLI::App& parser, const Verb& verb, std::function<int()>& job) {
  CLI::App* command = parser.add_subcommand(verb.name, verb.about);
  auto form = std::make_shared<Form>(*command);
  verb.options(*form);
  command->callback([form, verb, &job] { job = [form, verb] { return verb.run(*form); }; });
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

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  CLI::App parser{program.about};
  parser.set_version_flag("--version", program.version);
  parser.require_subcommand(1);
  parser.footer(program.footer);
  std::function<int()> job;
  for (const Verb& verb : program.verbs) add_verb(parser, verb, job);

  try {
    require_known_command(program.verbs, argc, argv);
    parser.parse(argc, argv);
    return job();
  } catch (const CLI::ParseError& fault) {
    const int code = parser.exit(fault, std::cout, std::cerr);
    return code == 0 ? 0 : 2;
  } catch (const InvalidArgument& fault) {
    warn(fault.marked());
    return 2;
  } catch (const Error& fault) {
    warn(fault.marked());
    return 1;
  } catch (const std::exception& fault) {
    warn(fault.what());
    return 1;
  }
}

}  // namespace isoflop::app

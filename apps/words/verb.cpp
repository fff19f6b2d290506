#include "apps/words/verb.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace isoflop::app {

void add_verb(CLI::App& parser, const Verb& verb, std::function<int()>& job) {
  CLI::App* command = parser.add_subcommand(verb.name, verb.about);
  auto form = std::make_shared<Form>(*command);
  verb.options(*form);
  command->callback([form, verb, &job] { job = [form, verb] { return verb.run(*form); }; });
}

}  // namespace isoflop::app

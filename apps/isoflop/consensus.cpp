// isoflop consensus: what each law recommends for a budget, in one convention, side by side.
#include "isoflop/text/consensus.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop/options/expert_counts.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/experts.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  std::vector<std::string> positional, option, flops;
  std::string unique_tokens;
  ExpertArguments experts;
  bool json = false;
};

/// Laws that were typed behind the numbers of --flops, up to the end of the line.
void reclaim_laws(Arguments& arguments) {
  auto names_a_law = [](const std::string& word) {
    const bool like_a_number = word.find_first_of("0123456789+-.,") == 0;
    return !word.empty() && !like_a_number;
  };
  const auto first = std::find_if(arguments.flops.begin(), arguments.flops.end(), names_a_law);
  if (first == arguments.flops.begin()) return;
  arguments.positional.insert(arguments.positional.end(), first, arguments.flops.end());
  arguments.flops.erase(first, arguments.flops.end());
}

std::vector<LawRecord> laws_of(const Arguments& arguments) {
  std::vector<std::string> names = arguments.positional;
  names.insert(names.end(), arguments.option.begin(), arguments.option.end());
  if (names.empty()) return preset_laws();
  std::vector<LawRecord> out;
  for (const std::string& name : names) {
    out.push_back(find_law(name));
    out.back().name = name;
    if (std::count(names.begin(), names.end(), name) > 1) {
      throw UsageError("the law " + name + " is named twice");
    }
  }
  return out;
}

int run(const Arguments& arguments) {
  const std::vector<double> budgets = positive_list_argument("--flops", arguments.flops);
  ConsensusQuestion question;
  std::string experts;
  if (arguments.experts.any_given()) {
    const ExpertRates rates = settle_rates(arguments.experts.words());
    require_unsplit(rates);
    question.expansion = rates.expansion;
    question.granularity = rates.granularity;
    experts = "Asked about: " + describe_rates(rates) + "\n\n";
  }
  if (!arguments.unique_tokens.empty()) {
    question.unique_tokens = variable_argument(info(Variable::kU), arguments.unique_tokens);
  }
  const std::vector<LawRecord> laws = laws_of(arguments);
  std::vector<Opinions> answers;
  for (const double budget : budgets) {
    question.budget_flops = budget;
    answers.push_back(consensus(laws, question));
  }
  print(arguments.json ? json_text(consensus_to_json(question, answers))
                       : experts + consensus_text(answers));
  return std::any_of(answers.begin(), answers.end(),
                     [](const Opinions& opinions) {
                       return std::any_of(opinions.begin(), opinions.end(),
                                          [](const LawOpinion& o) { return o.applicable; });
                     })
             ? 0
             : 1;
}

}  // namespace

void add_consensus(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("consensus", "What the published laws say of a budget, side by side");
  command->add_option("LAW", arguments->positional,
                      "laws to ask: published ones or law files; all published ones if none");
  command->add_option("--law", arguments->option, "the same, as an option")->type_name("LAW");
  command->add_option("--flops", arguments->flops, "one or more budgets, such as 1e21 1e24")
      ->type_name("X")
      ->required()
      ->take_all();
  arguments->experts.add(*command);
  command
      ->add_option("--u", arguments->unique_tokens,
                   "U, unique training tokens, for laws that know of repetition")
      ->type_name("X");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.consensus/1) and nothing else");
  command->footer("Example:\n  isoflop consensus --flops 1e21 1e24 --u 1T");
  command->callback([arguments, &job] {
    reclaim_laws(*arguments);
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app

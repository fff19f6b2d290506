#include "apps/isoflop/options/expert_counts.hpp"

#include <CLI/CLI.hpp>

#include "apps/words/experts.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {

void ExpertCountArguments::add(CLI::App& command) {
  auto option = [&](const char* flag, std::string& value, const char* meaning) {
    command.add_option(flag, value, meaning)->type_name("X");
  };
  option("--k0", k0, "experts per token before splitting, K = k0 G; laws of experts hold for 1");
  option("--num-experts", num_experts, "E' = E G: actual number of experts per block");
  option("--top-k", top_k, "K = k0 G: experts that each token goes to");
  option("--expert-width", expert_width, "n = d_ff / G: refused here, because d_ff is chosen");
}

bool ExpertCountArguments::any_given() const {
  return !(k0.empty() && num_experts.empty() && top_k.empty() && expert_width.empty());
}

void ExpertCountArguments::settle(const LawRecord& law, std::string& expansion,
                                  std::string& granularity) const {
  if (!any_given()) return;
  ExpertWords words = words_with(expansion, granularity);
  settle_for_plan(words, law);
  if (words.expansion) expansion = format_number(*words.expansion);
  if (words.granularity) granularity = format_number(*words.granularity);
}

void ExpertCountArguments::settle_runs(std::string& expansion) const {
  if (!any_given()) return;
  ExpertWords words = words_with(expansion, "");
  settle_for_runs(words);
  if (words.expansion) expansion = format_number(*words.expansion);
}

ExpertWords ExpertCountArguments::words_with(const std::string& expansion,
                                             const std::string& granularity) const {
  ExpertArguments all;
  all.expansion = expansion;
  if (parse_number(granularity)) all.granularity = granularity;
  all.k0 = k0;
  all.num_experts = num_experts;
  all.top_k = top_k;
  all.expert_width = expert_width;
  return all.words();
}

}  // namespace isoflop::app

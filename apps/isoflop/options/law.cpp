#include "apps/isoflop/options/law.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {

void LawArguments::add_law(CLI::App& command) {
  command.add_option("LAW", positional,
                     "a published law ('isoflop laws' lists them) or a law file");
  command.add_option("--law", option, "the same, as an option")->type_name("LAW");
}

void LawArguments::add_conventions(CLI::App& command) {
  command
      .add_option("--n-means", n_means,
                  "what the law's N counts, where its file does not say: total_non_embedding, "
                  "active_non_embedding or total")
      ->type_name("MEANING");
  command
      .add_option("--expansion", expansion,
                  "expansion rate E, where the law's file does not say it; 1 is dense. plan: free, "
                  "the best "
                  "of powers of two, where E is a variable of the law")
      ->type_name("E");
}

std::string LawArguments::name() const {
  if (positional.empty() == option.empty()) {
    throw UsageError(positional.empty() ? "name a law: a published one or a file"
                                        : "name one law: as LAW or as --law LAW, not both");
  }
  return positional.empty() ? option : positional;
}

LawRecord LawArguments::load() const {
  LawRecord law = find_law(name());
  if (!n_means.empty()) {
    const NMeaning said = parse_n_meaning(n_means);
    if (law.n_means != NMeaning::kUnspecified && law.n_means != said) {
      throw UsageError(fmt::format("--n-means {} contradicts {}, whose N is {}", n_means, name(),
                                   to_string(law.n_means)));
    }
    law.n_means = said;
  }
  if (!expansion.empty()) {
    const double said = number_argument("--expansion", expansion);
    if (said < 1.0) throw UsageError("--expansion must be at least 1");
    if (law.expansion && *law.expansion != said) {
      throw UsageError(fmt::format("--expansion {} contradicts {}, which holds for E = {}",
                                   expansion, name(), format_number(*law.expansion)));
    }
    law.expansion = said;
  }
  const bool failed = law.verdict == "failed";
  if (law.is_fit() && (law.fit_status != "converged" || failed) && !accept_unconverged) {
    throw Error(fmt::format("{}: this fit is {}; --accept-unconverged uses it all the same", name(),
                            failed ? law.verdict : law.fit_status));
  }
  return law;
}

}  // namespace isoflop::app

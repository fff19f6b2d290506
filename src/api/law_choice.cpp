#include "isoflop/api/law_choice.hpp"

#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {

LawRecord load_law(const LawChoice& choice) { return load_law(choice, find_law(choice.law)); }

LawRecord load_law(const LawChoice& choice, LawRecord law) {
  if (!choice.n_means.empty()) {
    const NMeaning said = parse_n_meaning(choice.n_means);
    if (law.n_means != NMeaning::kUnspecified && law.n_means != said) {
      throw InvalidArgument("n_means", field("n_means") + " " + choice.n_means + " contradicts " +
                                           choice.law + ", whose N is " +
                                           std::string(to_string(law.n_means)));
    }
    law.n_means = said;
  }
  if (choice.expansion) {
    const double said = *choice.expansion;
    if (said < 1.0) {
      throw InvalidArgument("expansion", field("expansion") + " must be at least 1");
    }
    if (law.expansion && *law.expansion != said) {
      throw InvalidArgument(
          "expansion", field("expansion") + " " + format_number(said) + " contradicts " +
                           choice.law + ", which holds for E = " + format_number(*law.expansion));
    }
    law.expansion = said;
  }
  const bool failed = law.verdict == "failed";
  if (law.is_fit() && (law.fit_status != "converged" || failed) && !choice.accept_unconverged) {
    throw Error(choice.law + ": this fit is " + (failed ? law.verdict : law.fit_status) + "; " +
                field("accept_unconverged") + " uses it all the same");
  }
  return law;
}

}  // namespace isoflop::api

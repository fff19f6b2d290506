#include "isoflop/text/law.hpp"

#include <fmt/format.h>

#include "isoflop/core/word_list.hpp"
#include "isoflop/fit/questions.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::text {

std::string describe_origin(const LawRecord& law) {
  if (law.published) return "published";
  if (!law.is_fit()) return "given";
  return "fit, " + (law.verdict.empty() ? law.fit_status : law.verdict);
}

std::string head_of_law(const std::string& name, const LawRecord& law) {
  return fmt::format("{} ({}): {}, N is {}{}\n", name, describe_origin(law), law.law.name(),
                     to_string(law.n_means),
                     law.expansion ? ", E = " + format_number(*law.expansion) : "");
}

std::string verdict_text(const std::string& verdict) {
  std::string what;
  if (verdict == to_string(Verdict::kCertified)) {
    what = ": the four questions below have good answers";
  } else if (verdict == to_string(Verdict::kInterpolates)) {
    what = ": predictions inside the range of the runs hold, plans beyond it do not";
  } else if (verdict == to_string(Verdict::kDoubtful)) {
    what = ": nothing should rest on these numbers before what is said below is settled";
  }
  return verdict + what;
}

std::vector<std::string> notes_on_fit(const LawRecord& law) {
  const std::string& word = law.verdict.empty() ? law.fit_status : law.verdict;
  const bool good = !law.is_fit() || word == "certified" || word == "converged";
  std::vector<std::string> notes;
  if (!good || !law.reasons.empty()) {
    const std::string head = good                     ? "about this fit"
                             : word == "interpolates" ? "this fit only interpolates"
                                                      : "this fit is " + word;
    notes.push_back(law.reasons.empty() ? head : head + ": " + joined(law.reasons, "; "));
  }
  if (!law.at_bound.empty()) {
    notes.push_back("on a bound of the fit: " + joined(law.at_bound, ", "));
  }
  notes.insert(notes.end(), law.warnings.begin(), law.warnings.end());
  return notes;
}

std::string human_interval(const EstimatedInterval& interval, std::optional<int> decimals) {
  if (interval.method == IntervalMethod::kNone) return "-";
  auto text = [&](double x) {
    return decimals ? fmt::format("{:.{}f}", x, *decimals) : human_number(x);
  };
  return text(interval.range.low) + " - " + text(interval.range.high);
}

bool has_new_runs(const LawRecord& law) {
  return !law.draws.bootstrap.empty() && law.scatter.is_known();
}

}  // namespace isoflop::text

#include <algorithm>
#include <array>

#include "api/planner_choice.hpp"
#include "api/words.hpp"
#include "isoflop/convention/flops.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

constexpr std::array<std::string_view, 3> kSearches{"pow2", "continuous", "shape"};

bool is_search(std::string_view word) {
  return std::find(kSearches.begin(), kSearches.end(), word) != kSearches.end();
}

[[noreturn]] void refuse_granularity(const std::string& word) {
  refuse_word("granularity", word, "is neither pow2 nor continuous nor a number");
}

}  // namespace

void list_fields(FieldVisitor& f, AccountingChoice& choice) {
  f.choice("cost", choice.cost, {"6nd", "paper"});
  // One field that holds a word or a number.
  std::string word = choice.granularity ? "" : choice.search;
  f.text("granularity", word);
  choice.search = is_search(word) ? word : "";
  if (!choice.search.empty()) return;
  if (!word.empty() && !parse_number(word)) refuse_granularity(word);
  f.number("granularity", choice.granularity, Numbers::kAny);
}

PlanProblem pose(const AccountingChoice& choice, const LawRecord& law, double embedding_rows) {
  PlanProblem out;
  out.embedding_rows = embedding_rows;
  out.law = law;
  out.shape = law.family.value_or(ModelShapeRule{});
  const bool with_g = has_granularity(law);
  const bool any_power = !choice.granularity && (choice.search.empty() || choice.search == "pow2");
  if (!with_g && !any_power) {
    throw InvalidArgument("granularity", field("granularity") + ": the law " + law.law.name() +
                                             " has no granularity");
  }
  if (choice.granularity) {
    out.search.search = GranularitySearch::kFixed;
    out.search.granularity = *choice.granularity;
    if (out.search.granularity < 1.0) {
      throw InvalidArgument("granularity", field("granularity") + " must be at least 1");
    }
  } else if (choice.search == "continuous") {
    out.search.search = GranularitySearch::kContinuous;
  } else if (!any_power) {
    refuse_granularity(choice.search);
  }
  out.accounting = own_accounting(law);
  if (!choice.cost.empty()) {
    out.accounting = choice.cost == "paper" ? FlopAccounting::kPaper : FlopAccounting::kSixNd;
  }
  if (with_g && out.accounting == FlopAccounting::kSixNd &&
      out.search.search != GranularitySearch::kFixed) {
    throw InvalidArgument("granularity",
                          "6ND puts no price on granularity, so the finest would always win: add " +
                              field("granularity") + " X, or use " + field("cost") + " paper");
  }
  n_law_per_active(out);  // throws where nobody said enough
  return out;
}

}  // namespace isoflop::api

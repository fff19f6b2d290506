#include "isoflop/convention/size.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "isoflop/convention/law_variables.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

[[noreturn]] void ask_for_vocabulary(const std::string& what) {
  throw InvalidArgument("vocab", what + " only with the vocabulary: add " + field("vocab") +
                                     " V (and " + field("tied") + "), or " + field("shape") +
                                     " FILE");
}

[[noreturn]] void ask_for_expansion(const std::string& what) {
  throw InvalidArgument("expansion",
                        what + " only with the expansion rate: add " + field("expansion") + " E");
}

}  // namespace

std::optional<double> counted_parameters(NMeaning meaning, const ParameterCount& params) {
  switch (meaning) {
    case NMeaning::kTotalNonEmbedding:
      return static_cast<double>(params.total_no_embedding());
    case NMeaning::kActiveNonEmbedding:
      return static_cast<double>(params.active_no_embedding());
    case NMeaning::kTotal:
      return static_cast<double>(params.total());
    case NMeaning::kActive:
      return static_cast<double>(params.active());
    case NMeaning::kDense:
      if (params.experts == 0) return static_cast<double>(params.total());
      break;
    case NMeaning::kUnspecified:
      break;
  }
  return std::nullopt;
}

double convert_n(double n, NMeaning from, NMeaning to, const SizeConvention& known) {
  if (from == NMeaning::kUnspecified || to == NMeaning::kUnspecified) {
    throw InvalidArgument("n_means", "nobody said what N counts: add " + field("n_means"));
  }
  if (from == to) return n;
  const std::string what =
      "N as " + std::string(to_string(from)) + " becomes N as " + std::string(to_string(to));
  if (from == NMeaning::kDense || to == NMeaning::kDense) {
    throw InvalidArgument(what + " for no routed model: the dense model behind it is not known");
  }
  const bool embeddings = counts_embeddings(from) || counts_embeddings(to);
  if (counts_embeddings(from) != counts_embeddings(to) && !(known.embedding_rows > 0.0)) {
    ask_for_vocabulary(what);
  }
  if (counts_all_experts(from) != counts_all_experts(to)) {
    if (!known.expansion) ask_for_expansion(what);
    if (embeddings && !(known.embedding_rows > 0.0) && *known.expansion > 1.0) {
      ask_for_vocabulary(what);
    }
  } else if (counts_all_experts(from) && embeddings && !known.expansion) {
    ask_for_expansion(what);
  }
  const double expansion = known.expansion.value_or(1.0);
  // Through d_model, which all of them share: each is a family of its own with that width.
  auto family = [&](NMeaning meaning) {
    ModelShapeRule out = known.shape;
    if (counts_all_experts(meaning)) out.feed_forward *= expansion;
    out.embedding_rows = counts_embeddings(meaning) ? known.embedding_rows : 0.0;
    return out;
  };
  const double d = family(from).d_model(n);
  return family(to).n_of_width(d);
}

namespace {

/// N as the law counts it per active parameter, or why nobody knows.
struct LawRatio {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::optional<InvalidArgument> fault{};
};

LawRatio law_ratio(const LawRecord& law, FlopAccounting accounting, double embedding_rows) {
  const bool paper = accounting == FlopAccounting::kPaper;
  const bool moe = has_granularity(law) || (law.expansion && *law.expansion > 1.0);
  if (law.n_means == NMeaning::kActive && !paper) return {1.0};
  auto unknown = [](const char* name, const std::string& fault) {
    return LawRatio{.fault = InvalidArgument(name, fault)};
  };
  if (!law.expansion && (moe || paper)) {
    return unknown("expansion", "the law does not say the expansion rate of its runs: add " +
                                    field("expansion") + " E");
  }
  switch (law.n_means) {
    case NMeaning::kActiveNonEmbedding:
      return {1.0};
    case NMeaning::kTotalNonEmbedding:
      return {total_per_active(law.expansion.value_or(1.0))};
    case NMeaning::kActive:
    case NMeaning::kDense:
    case NMeaning::kTotal:
      if (embedding_rows > 0.0 && law.n_means == NMeaning::kTotal) {
        return {total_per_active(law.expansion.value_or(1.0))};
      }
      if (!moe && !paper) return {1.0};
      return unknown("vocab",
                     "the law's N counts embeddings; active parameters without them follow from it "
                     "only with " +
                         field("vocab") +
                         (paper && !moe ? " (" + field("cost") + " 6nd takes N as it is)" : ""));
    case NMeaning::kUnspecified:
      if (!moe && !paper) return {1.0};  // a dense model under 6ND: N is simply N
      break;
  }
  return unknown("n_means", "the law does not say what its N counts: add " + field("n_means") +
                                " total_non_embedding or " + field("n_means") +
                                " active_non_embedding");
}

}  // namespace

std::optional<InvalidArgument> n_law_fault(const LawRecord& law, FlopAccounting accounting,
                                           double embedding_rows) {
  return law_ratio(law, accounting, embedding_rows).fault;
}

double n_law_per_active(const LawRecord& law, FlopAccounting accounting, double embedding_rows) {
  const LawRatio ratio = law_ratio(law, accounting, embedding_rows);
  if (ratio.fault) throw *ratio.fault;
  return ratio.value;
}

double n_total_per_active(const LawRecord& law, FlopAccounting accounting, double embedding_rows) {
  if (law.n_means == NMeaning::kActive) return std::numeric_limits<double>::quiet_NaN();
  if (embedding_rows > 0.0) return total_per_active(law.expansion.value_or(1.0));
  return is_without_embeddings(law.n_means) && law.expansion
             ? total_per_active(*law.expansion)
             : n_law_per_active(law, accounting, embedding_rows);
}

}  // namespace isoflop

#include "plan/opinion_conventions.hpp"

#include <sstream>

#include "isoflop/convention/granularity.hpp"

namespace isoflop {

std::string in_six_digits(double x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

double common_per_own(GMeaning meaning) {
  return meaning == GMeaning::kActiveExperts ? 1.0 : common_granularity_per(meaning);
}

void set_granularity(LawOpinion& out, GMeaning meaning, double own) {
  const double factor = common_per_own(meaning);
  out.g_means = meaning;
  out.granularity_own = own;
  out.granularity = factor * own;
  switch (meaning) {
    case GMeaning::kDffOverDexpert:
      out.g_convention = "G is d_ff / d_expert";
      break;
    case GMeaning::kTwoDmodelOverDexpert:
      out.g_convention = "its G is 2 d_model / d_expert, counted " + in_six_digits(factor) +
                         " times here (d_ff = 4 d_model)";
      break;
    case GMeaning::kActiveExperts:
      out.g_convention = "its G is the number of active experts, G here where k0 = 1";
      break;
    case GMeaning::kUnspecified:
      out.g_convention = "the law does not say what its G means";
      break;
  }
}

void set_parameters(LawOpinion& out, const LawRecord& law, const Plan& plan) {
  out.n_active = plan.n_active;
  out.n_total = plan.n_total;
  switch (law.n_means) {
    case NMeaning::kActiveNonEmbedding:
      out.embeddings = Embeddings::kExcluded;
      out.n_convention = "N is active parameters without embeddings, as here";
      return;
    case NMeaning::kTotalNonEmbedding:
      out.embeddings = Embeddings::kExcluded;
      out.n_convention = "N is all parameters without embeddings: N active = N / " +
                         in_six_digits(total_per_active(law.expansion.value_or(1.0))) +
                         ", (8 E + 4) / 12 at E = " + in_six_digits(law.expansion.value_or(1.0));
      return;
    case NMeaning::kActive:
      if (law.family) {
        const double embeddings = law.family->embedding_rows * plan.d_model;
        out.n_active -= embeddings;
        out.n_total -= embeddings;
        out.embeddings = Embeddings::kExcluded;
        out.n_convention = "N is active parameters with embeddings, less " +
                           in_six_digits(law.family->embedding_rows) +
                           " rows of width d_model, which follows from N in its family of models";
        return;
      }
      [[fallthrough]];
    case NMeaning::kTotal:
      out.embeddings = Embeddings::kIncluded;
      out.n_convention = "N counts embeddings and no shape is known: given as it is";
      return;
    case NMeaning::kDense:
    case NMeaning::kUnspecified:
      out.embeddings = Embeddings::kUnknown;
      out.n_convention = "the law does not say whether N counts embeddings: given as it is";
      return;
  }
}

}  // namespace isoflop

#include "isoflop/convention/size.hpp"

#include <cmath>
#include <string>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

bool counts_embeddings(NMeaning meaning) {
  return meaning == NMeaning::kTotal || meaning == NMeaning::kActive;
}

bool counts_all_experts(NMeaning meaning) {
  return meaning == NMeaning::kTotal || meaning == NMeaning::kTotalNonEmbedding;
}

std::string name_of(NMeaning meaning) {
  return std::string(kNMeanings[static_cast<std::size_t>(meaning)].name);
}

}  // namespace

double convert_n(double n, NMeaning from, NMeaning to, const SizeConvention& known) {
  if (from == NMeaning::kUnspecified || to == NMeaning::kUnspecified) {
    throw InvalidArgument("nobody said what N counts: add --n-means");
  }
  if (from == to) return n;
  const std::string what = "N as " + name_of(from) + " becomes N as " + name_of(to);
  if (from == NMeaning::kDense || to == NMeaning::kDense) {
    throw InvalidArgument(what + " for no routed model: the dense model behind it is not known");
  }
  const bool embeddings = counts_embeddings(from) || counts_embeddings(to);
  if (counts_embeddings(from) != counts_embeddings(to) && !(known.embedding_rows > 0.0)) {
    throw InvalidArgument(what +
                          " only with the vocabulary: add --vocab V (and --tied), or --shape FILE");
  }
  if (counts_all_experts(from) != counts_all_experts(to)) {
    if (!known.expansion) {
      throw InvalidArgument(what + " only with the expansion rate: add --expansion E");
    }
    if (embeddings && !(known.embedding_rows > 0.0) && *known.expansion > 1.0) {
      throw InvalidArgument(
          what + " only with the vocabulary: add --vocab V (and --tied), or --shape FILE");
    }
  } else if (counts_all_experts(from) && embeddings && !known.expansion) {
    throw InvalidArgument(what + " only with the expansion rate: add --expansion E");
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

}  // namespace isoflop

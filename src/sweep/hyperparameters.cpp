#include "isoflop/sweep/hyperparameters.hpp"

#include <cmath>
#include <limits>

#include "isoflop/convention/size.hpp"
#include "isoflop/error.hpp"
#include "isoflop/shape/flop_count.hpp"

namespace isoflop {
namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

double flops_per_token(ComputeMeaning meaning, const ModelShape& shape) {
  const FlopCount flops = training_flops(shape);
  switch (meaning) {
    case ComputeMeaning::kSixNd:
      return static_cast<double>(flops.six_nd);
    case ComputeMeaning::kPaper:
      return static_cast<double>(flops.paper);
    case ComputeMeaning::kTransformer:
    case ComputeMeaning::kTransformerNonEmbedding: {
      if (shape.seq_len == 0) {
        throw InvalidArgument(
            "seq_length", "the law counts FLOPs of attention scores: add " + field("seq_length"));
      }
      const auto all = static_cast<double>(flops.transformer);
      if (meaning == ComputeMeaning::kTransformer) return all;
      return all - 6.0 * static_cast<double>(shape.vocab_size) * static_cast<double>(shape.d_model);
    }
    case ComputeMeaning::kUnspecified:
      break;
  }
  return kNotKnown;
}

double checked(double value, const HyperparameterLaw& law, const char* what) {
  if (value > 0.0 && std::isfinite(value)) return value;
  throw Error(law.name + " gives a " + what + " that is no positive number");
}

}  // namespace

RunQuantities quantities_of(const HyperparameterLaw& law, const ModelShape& shape, double tokens) {
  RunQuantities out;
  out.fill(kNotKnown);
  auto set = [&](RunQuantity q, double x) { out[index_of(q)] = x; };
  const ParameterCount params = count_parameters(shape);
  if (const auto n = counted_parameters(law.n_means, params)) {
    set(RunQuantity::kN, *n);
  } else if (law.uses(RunQuantity::kN)) {
    throw Error("the N of " + law.name + " is " + std::string(to_string(law.n_means)) +
                ", which does not follow from a model with experts");
  }
  set(RunQuantity::kD, tokens);
  if (law.c_means != ComputeMeaning::kUnspecified) {
    set(RunQuantity::kC, flops_per_token(law.c_means, shape) * tokens);
  }
  set(RunQuantity::kDModel, static_cast<double>(shape.d_model));
  set(RunQuantity::kNumBlocks, static_cast<double>(shape.num_blocks));
  if (shape.seq_len > 0) set(RunQuantity::kSeqLen, static_cast<double>(shape.seq_len));
  const auto top_k = static_cast<double>(shape.top_k);
  set(RunQuantity::kE, shape.is_routed() ? static_cast<double>(shape.num_experts) / top_k : 1.0);
  set(RunQuantity::kG,
      shape.is_routed() ? static_cast<double>(shape.d_ff) / static_cast<double>(shape.expert_width)
                        : 1.0);
  set(RunQuantity::kK, shape.is_routed() ? top_k : 1.0);
  return out;
}

std::optional<double> batch_of(const HyperparameterLaw& law, const ModelShape& shape,
                               double tokens) {
  if (!law.batch_tokens) return std::nullopt;
  return checked((*law.batch_tokens)(quantities_of(law, shape, tokens)), law, "batch");
}

RunHyperparameters hyperparameters_of(const HyperparameterLaw& law, const ModelShape& shape,
                                      double tokens, double batch_tokens) {
  RunQuantities run = quantities_of(law, shape, tokens);
  run[index_of(RunQuantity::kB)] = batch_tokens;
  RunHyperparameters out;
  if (law.lr) out.lr = checked((*law.lr)(run), law, "learning rate");
  for (const RunQuantityInfo& q : kRunQuantities) {
    const auto& range = law.ranges[index_of(q.id)];
    const double value = run[index_of(q.id)];
    if (!range || std::isnan(value) || range->contains(value)) continue;
    out.outside.push_back({q.id, value, *range});
  }
  return out;
}

}  // namespace isoflop

/// A law of hyperparameters: the learning rate and the batch to train a model with, as formulas of
/// what the model and its run are, for example Step Law (Li et al. 2025, arXiv 2503.04715):
///   lr    = 1.79 N^-0.713 D^0.307
///   batch = 0.58 D^0.571 tokens
/// What its N and C count is said with it, as is the range of the runs behind it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "isoflop/core/ranges.hpp"
#include "isoflop/formula/formula.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// What such a formula may depend on.
enum class RunQuantity : std::size_t { kN, kD, kC, kB, kDModel, kNumBlocks, kSeqLen, kE, kG, kK };

/// One row per RunQuantity, in the order of the enumerators. E, G and K are 1 for a dense model.
struct RunQuantityInfo {
  RunQuantity id;
  std::string_view symbol;  ///< in formulas and files
  std::string_view meaning;
};
inline constexpr std::array<RunQuantityInfo, 10> kRunQuantities{{
    {RunQuantity::kN, "N", "parameters, counted as n_means says"},
    {RunQuantity::kD, "D", "training tokens"},
    {RunQuantity::kC, "C", "training FLOPs, counted as c_means says"},
    {RunQuantity::kB, "B", "batch in tokens"},
    {RunQuantity::kDModel, "d_model", "width of the model"},
    {RunQuantity::kNumBlocks, "n_blocks", "depth of the model"},
    {RunQuantity::kSeqLen, "seq_len", "tokens of a training sequence"},
    {RunQuantity::kE, "E", "expansion rate, experts over experts per token"},
    {RunQuantity::kG, "G", "granularity, d_ff over the width of an expert"},
    {RunQuantity::kK, "K", "experts that a token goes to"},
}};
inline constexpr std::size_t kNumRunQuantities = kRunQuantities.size();

constexpr std::size_t index_of(RunQuantity q) { return static_cast<std::size_t>(q); }
constexpr const RunQuantityInfo& info(RunQuantity q) { return kRunQuantities[index_of(q)]; }

/// Positive numbers by RunQuantity; NaN where one is not known.
using RunQuantities = std::array<double, kNumRunQuantities>;

/// What a law's C counts, all of it per token times D; the first three as shape/flop_count.hpp.
enum class ComputeMeaning { kUnspecified, kSixNd, kPaper, kTransformer, kTransformerNonEmbedding };

struct ComputeMeaningInfo {
  ComputeMeaning id;
  std::string_view name;  ///< in files
  std::string_view meaning;
};
inline constexpr std::array<ComputeMeaningInfo, 5> kComputeMeanings{{
    {ComputeMeaning::kUnspecified, "unspecified", "nobody said"},
    {ComputeMeaning::kSixNd, "6nd", "6 per active parameter, embedding and head among them"},
    {ComputeMeaning::kPaper, "paper",
     "6 per active parameter without embedding, head and router, and 14 d_model per expert"},
    {ComputeMeaning::kTransformer, "transformer",
     "6 per weight of every matrix that a token meets, and the attention scores"},
    {ComputeMeaning::kTransformerNonEmbedding, "transformer_non_embedding",
     "the same without the head: 72 n d^2 + 12 n d T for n dense blocks of width d and T tokens"},
}};
constexpr std::string_view to_string(ComputeMeaning meaning) {
  return kComputeMeanings[static_cast<std::size_t>(meaning)].name;
}

/// The formula of one hyperparameter: the language of formula/formula.hpp over the symbols of
/// kRunQuantities, with numbers for coefficients.
class HyperparameterFormula {
 public:
  /// Throws FormulaError for an expression that is none over these symbols.
  explicit HyperparameterFormula(const std::string& expression);

  const std::string& expression() const { return formula_.expression(); }
  bool uses(RunQuantity q) const { return formula_.uses_variable(index_of(q)); }
  /// NaN where a quantity that it uses is.
  double operator()(const RunQuantities& run) const;

  bool operator==(const HyperparameterFormula& other) const {
    return expression() == other.expression();
  }

 private:
  Formula formula_;
};

struct HyperparameterLaw {
  std::string name;
  std::optional<HyperparameterFormula> lr;            ///< peak learning rate
  std::optional<HyperparameterFormula> batch_tokens;  ///< global batch; never of B
  NMeaning n_means = NMeaning::kUnspecified;
  ComputeMeaning c_means = ComputeMeaning::kUnspecified;
  std::array<std::optional<Range>, kNumRunQuantities> ranges;  ///< of the runs, where known
  std::string schedule;                                        ///< of the learning rate, in words
  std::string source, note;

  /// Whether one of its formulas does.
  bool uses(RunQuantity q) const {
    return (lr && lr->uses(q)) || (batch_tokens && batch_tokens->uses(q));
  }
};

}  // namespace isoflop

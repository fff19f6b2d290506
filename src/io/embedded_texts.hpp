// Data files as text, embedded when the library is built (cmake/embed_texts.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace isoflop::detail {

struct EmbeddedText {
  std::string_view name;  ///< file name without ".json"
  std::string_view text;
};

const std::vector<EmbeddedText>& preset_texts();          ///< data/laws; in isoflop_io
const std::vector<EmbeddedText>& hyperparameter_texts();  ///< data/hyperparameters; in isoflop_io
const std::vector<EmbeddedText>& model_texts();           ///< data/models; in isoflop_io
const std::vector<EmbeddedText>& cost_table_texts();      ///< data/costs; in isoflop_cost
const std::vector<EmbeddedText>& gpu_texts();             ///< data/gpus.json; in isoflop_cost

}  // namespace isoflop::detail

/// Laws of hyperparameters as files, format isoflop.hyperparameters/1, and those that ship:
///   { "format": "isoflop.hyperparameters/1", "name": "step-law",
///     "lr": {"expression": "1.79 * N^-0.713 * D^0.307"},
///     "batch_tokens": {"expression": "0.58 * D^0.571"},
///     "n_means": "total_non_embedding", "c_means": "transformer_non_embedding",
///     "ranges": {"N": [6e7, 1e9], "D": [2e9, 1e11]},
///     "schedule": "…", "source": "…", "note": "…" }
/// One of "lr" and "batch_tokens" is enough; what a formula does not use need not be said. "lr" may
/// depend on B, the batch. The symbols are those of kRunQuantities.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/laws/hyperparameter_law.hpp"

namespace isoflop {

inline constexpr std::string_view kHyperparametersFormat = "isoflop.hyperparameters/1";

/// What hyperparameters_from_json reads back to the same.
nlohmann::ordered_json hyperparameters_to_json(const HyperparameterLaw& law);

/// Throws DataError(origin, …) for anything that is not such a file.
HyperparameterLaw hyperparameters_from_json(const nlohmann::ordered_json& json,
                                            const std::string& origin);

/// A law without a name is called by its path.
HyperparameterLaw read_hyperparameters_file(const std::string& path);

/// Whether a file on disk says that it is one; false for what cannot be read.
bool is_hyperparameters_file(const std::string& path);

/// Those that ship, sorted by name; data/hyperparameters.
const std::vector<HyperparameterLaw>& preset_hyperparameters();

/// The law that ships under this name, else the file. Throws DataError for neither, with the names
/// that there are.
HyperparameterLaw find_hyperparameters(const std::string& name_or_path);

}  // namespace isoflop

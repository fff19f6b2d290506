#include "documents.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void hyperparameters(std::string_view input) {
  refused([&] { round_trip(input, hyperparameters_from_json, hyperparameters_to_json); });
}

}  // namespace isoflop::fuzz

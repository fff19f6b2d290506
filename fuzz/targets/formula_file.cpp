#include "isoflop/io/formula_file.hpp"

#include "documents.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void formula_file(std::string_view input) {
  refused([&] { round_trip(input, formula_from_json, formula_to_json); });
}

}  // namespace isoflop::fuzz

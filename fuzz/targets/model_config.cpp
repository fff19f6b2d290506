#include "isoflop/io/model_config.hpp"

#include "documents.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void model_config(std::string_view input) {
  refused([&] {
    const ModelShape shape = shape_from_config(parsed(input), "input");
    Json written;
    if (refused([&] { written = shape_to_config(shape); })) return;
    require(shape_from_config(written, "again") == shape, "a shape that is written reads back");
    refused([&] { count_parameters(shape); });
    refused([&] { training_flops(shape); });
    refused([&] { inference_flops(shape); });
    refused([&] { count_memory(shape); });
  });
}

}  // namespace isoflop::fuzz

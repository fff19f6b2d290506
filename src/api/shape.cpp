#include "isoflop/api/shape.hpp"

#include <utility>

#include "api/shape_fields.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::api {

ShapeOutcome shape(const ShapeRequest& request, const Context&) {
  ShapeOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  if (request.file.empty()) {
    out.shape = shape_of_words(request.words);
  } else {
    ModelConfig read = read_model(request.file);
    out.shape = edit_shape(read.shape, request.words);
    out.notes = std::move(read.notes);
  }
  out.params = count_parameters(out.shape);
  out.training = training_flops(out.shape, request.router_cost);
  out.inference = inference_flops(out.shape, request.router_cost);
  out.bytes = count_memory(out.shape);
  return out;
}

}  // namespace isoflop::api

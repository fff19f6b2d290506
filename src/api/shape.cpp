#include "isoflop/api/shape.hpp"

#include "api/shape_fields.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::api {

ShapeOutcome shape(const ShapeRequest& request, const Context&) {
  ShapeOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  out.shape = request.file.empty() ? shape_of_words(request.words)
                                   : edit_shape(read_model_config(request.file), request.words);
  out.params = count_parameters(out.shape);
  out.training = training_flops(out.shape, request.router_cost);
  out.inference = inference_flops(out.shape, request.router_cost);
  out.bytes = count_memory(out.shape);
  return out;
}

}  // namespace isoflop::api

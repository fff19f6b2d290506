#include "isoflop/api/model.hpp"

#include "isoflop/cost/gpus.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {
namespace {

RooflinePeaks peaks_of(const ModelRequest& request) {
  const bool some = request.peak_flops || request.bandwidth;
  const bool both = request.peak_flops && request.bandwidth;
  if (request.gpu.empty() == !both) {
    throw InvalidArgument("gpu", "say either " + field("gpu") + " NAME, or both " +
                                     field("peak_flops") + " and " + field("bandwidth"));
  }
  if (request.gpu.empty()) return {*request.peak_flops, *request.bandwidth};
  if (some) {
    throw InvalidArgument(
        "gpu", field("gpu") + " contradicts " + field("peak_flops") + " and " + field("bandwidth"));
  }
  const GpuSpec& gpu = find_gpu(request.gpu);
  return {gpu.flops_per_s, gpu.bytes_per_s};
}

}  // namespace

std::vector<std::string> gpu_names() {
  std::vector<std::string> names;
  for (const GpuSpec& gpu : known_gpus()) names.push_back(gpu.name);
  return names;
}

ModelOutcome model(const ModelRequest& request, const Context&) {
  CostEnvironment provenance;
  provenance.date = request.date;
  provenance.git_revision = request.git_revision;
  provenance.command_line = request.command_line;
  const RooflinePeaks peaks = peaks_of(request);
  return {request, {}, RooflineTable(peaks, request.gpu, layers_of(request.layers), provenance)};
}

}  // namespace isoflop::api

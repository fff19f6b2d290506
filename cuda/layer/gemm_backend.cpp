#include "cuda/layer/gemm_backend.hpp"

#include <string>

#include "cuda/backends/backends.hpp"
#include "cuda/device/cuda_call.hpp"
#include "cuda/wgmma/scratch.hpp"

namespace isoflop::bench {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<GemmBackend> (*make)();
};
constexpr Entry kBackends[] = {
#ifdef ISOFLOP_WGMMA
    {"wgmma", make_wgmma_backend},
#endif
    {"batched", make_batched_backend},       {"loop", make_loop_backend},
    {"grouped", make_grouped_backend},
#if CUBLAS_VERSION >= 130300
    {"lt-grouped", make_lt_grouped_backend},
#endif
};

}  // namespace

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kBackends) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<GemmBackend> make_backend(std::string_view name) {
  std::string known;
  for (const Entry& entry : kBackends) {
    if (entry.name == name) return entry.make();
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw InvalidArgument("this build has no backend \"" + std::string(name) + "\"; it has " + known);
}

std::uint64_t backend_bytes(std::string_view name, const MoeLayer& layer) {
  if (name == "batched") return kWorkspaceBytes;
  if (name == "wgmma") {
    return most_parts_of(layer) * sizeof(RowPart) + 4 * (weight_parts_of(layer) + 1);
  }
  if (name == "loop") return kNumLanes * kLaneWorkspaceBytes;
  const std::uint64_t array = 8 * array_stride(layer.experts.num_experts);
  if (name == "grouped") return kWorkspaceBytes + 3 * array;
  if (name == "lt-grouped") return kNumExpertGemms * (kWorkspaceBytes + 12 * array);
  throw InvalidArgument("there is no backend \"" + std::string(name) + "\"");
}

bool backend_needs_capacity(std::string_view name) { return name == "batched"; }

void queue_empty_wgrads(const MoeLayer& layer, const ExpertProduct& product, const ExpertRows& rows,
                        cudaStream_t stream) {
  if (!is_wgrad(product.kind)) return;
  const std::int64_t size = expert_product(product.kind, layer, 1).out_size();
  auto* const out = static_cast<Bf16*>(product.out);
  for (std::size_t first = 0; first < rows.counts.size();) {
    std::size_t last = first;  // neighbours at once
    while (last < rows.counts.size() && rows.counts[last] == 0) ++last;
    if (last > first) {
      const std::size_t per_expert = static_cast<std::size_t>(size);
      ISOFLOP_CUDA_CALL(cudaMemsetAsync(out + first * per_expert, 0,
                                        (last - first) * per_expert * sizeof(Bf16), stream));
    }
    first = last + 1;
  }
}

}  // namespace isoflop::bench

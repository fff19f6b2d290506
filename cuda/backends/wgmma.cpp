// All experts in one launch of a kernel of our own for compute capability 9.0 (cuda/wgmma): no
// count travels to the host, and what stands between the products can be done within them.
#include <array>
#include <optional>
#include <string>

#include "cuda/backends/backends.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/wgmma/launch_products.hpp"
#include "cuda/wgmma/scratch.hpp"
#include "cuda/wgmma/tensor_map.hpp"

namespace isoflop::bench {
namespace {

using namespace hopper;

constexpr std::uint64_t kBf16Bytes = 2;
std::uint64_t unsigned_of(std::int64_t x) { return static_cast<std::uint64_t>(x); }

/// [rows, width], in boxes of 64 columns.
CUtensorMap map_of_rows(const Bf16* data, std::uint64_t rows, std::uint64_t width,
                        std::uint32_t box_rows) {
  return tensor_map(data, std::array{width, rows}, std::array{kBf16Bytes * width},
                    std::array{std::uint32_t{kDepthStep}, box_rows});
}
/// [outer, middle, width], in boxes of 64 columns of one or several of the middle.
CUtensorMap map_of_matrices(const Bf16* data, std::uint64_t outer, std::uint64_t middle,
                            std::uint64_t width, std::uint32_t box_middle,
                            std::uint32_t box_outer = 1) {
  return tensor_map(data, std::array{width, middle, outer},
                    std::array{kBf16Bytes * width, kBf16Bytes * width * middle},
                    std::array{std::uint32_t{kDepthStep}, box_middle, box_outer});
}
class WgmmaBackend final : public GemmBackend {
 public:
  WgmmaBackend() {
    int device = 0, major = 0, minor = 0;
    ISOFLOP_CUDA_CALL(cudaGetDevice(&device));
    auto ask = [&](cudaDeviceAttr what, int& answer) {
      ISOFLOP_CUDA_CALL(cudaDeviceGetAttribute(&answer, what, device));
    };
    ask(cudaDevAttrComputeCapabilityMajor, major);
    ask(cudaDevAttrComputeCapabilityMinor, minor);
    ask(cudaDevAttrMultiProcessorCount, multiprocessors_);
    if (major != 9 || minor != 0) {
      throw InvalidArgument("the backend wgmma runs on compute capability 9.0; this device has " +
                            std::to_string(major) + "." + std::to_string(minor));
    }
  }

  bool needs_host_counts() const override { return false; }
  bool dw_is_fp32() const override { return false; }
  Fusion can_fuse() const override {
    return {.gather = true, .activation = true, .combination = true};
  }

  void tune(const MoeLayer& layer, const std::vector<ExpertProduct>&, const ExpertRows&,
            cudaStream_t) override {
    launch_ = choose_launch(static_cast<std::int64_t>(layer.num_rows()),
                            static_cast<std::int64_t>(layer.experts.num_experts), multiprocessors_);
    memory_.emplace(layer);
  }

  void begin_pass(const MoeLayer& layer, const ExpertRows& rows, cudaStream_t stream) override {
    launch_list_parts(rows.device_offsets, static_cast<int>(layer.experts.num_experts),
                      launch_.blocks, memory_->parts.data(), memory_->num_parts.data(), stream);
  }

  void run(const MoeLayer& layer, const ExpertProduct& x, const ExpertRows& rows,
           cudaStream_t stream) override {
    if (is_wgrad(x.kind)) {
      multiply_weights(layer, x, rows, stream);
    } else {
      multiply_rows(layer, x, stream);
    }
  }

 private:
  struct Memory {
    explicit Memory(const MoeLayer& layer)
        : parts(most_parts_of(layer)), num_parts(1), partial(weight_parts_of(layer)) {}
    DeviceArray<RowPart> parts;
    DeviceArray<std::int32_t> num_parts;
    DeviceArray<float> partial;
  };

  static Epilogue epilogue_of(const MoeLayer& layer, const ExpertProduct& x) {
    const bool gated = layer.activation == Activation::kSwiGlu;
    if (x.kind == ExpertGemm::kUp && x.fused.activated != nullptr) {
      return gated ? Epilogue::kGate : Epilogue::kPointwise;
    }
    if (x.kind == ExpertGemm::kDownDgrad && x.fused.h != nullptr) {
      return gated ? Epilogue::kDeriveGate : Epilogue::kDerivePointwise;
    }
    return Epilogue::kPlain;
  }

  void multiply_rows(const MoeLayer& layer, const ExpertProduct& x, cudaStream_t stream) {
    const RowMajorProduct product = expert_product(x.kind, layer, 1);
    const Epilogue epilogue = epilogue_of(layer, x);
    const bool transposed = product.form == ProductForm::kPlain;
    const bool keeps_sections = epilogue != Epilogue::kPlain;  // of H, which each have n columns
    const std::uint64_t rows = layer.num_rows(), experts = layer.experts.num_experts;
    const auto n = layer.experts.expert_width;
    const std::uint64_t depth = unsigned_of(product.depth), columns = unsigned_of(product.cols);
    const std::uint64_t width = keeps_sections ? n : columns;
    const std::uint64_t sections = keeps_sections ? layer.num_up() : 1;
    auto* const out = static_cast<Bf16*>(x.out);
    // Weights come in as many rows as a block fetches of one section.
    const auto box_rows = static_cast<std::uint32_t>(tile_width(epilogue) / launch_.blocks);

    RowProductMaps maps{};
    if (transposed) {
      maps.weights = map_of_matrices(x.right, experts, depth, columns, kDepthStep);
    } else {
      maps.weights = map_of_matrices(x.right, experts, columns, depth, box_rows);
    }
    std::uint32_t eighths = 0;
    for (CUtensorMap& map : maps.rows) {
      ++eighths;
      if (!x.fused.gathers) map = map_of_rows(x.left, rows, depth, 8 * eighths);
    }
    for (int i = 0; i < chunk_rows(epilogue) / 8; ++i) {
      const auto box = static_cast<std::uint32_t>(8 * (i + 1));
      maps.out[i] = map_of_matrices(out, rows, sections, width, 1, box);
      if (x.fused.activated != nullptr) {
        maps.second[i] = map_of_matrices(x.fused.activated, rows, 1, width, 1, box);
      }
    }
    if (x.fused.h != nullptr) {
      maps.h = map_of_matrices(x.fused.h, rows, sections, width, 1,
                               static_cast<std::uint32_t>(chunk_rows(epilogue)));
    }

    RowProductArguments arguments{};
    arguments.parts = memory_->parts.data();
    arguments.num_parts = memory_->num_parts.data();
    arguments.x = x.left;
    arguments.slot_of = x.fused.slot_of;
    arguments.weights = x.fused.weights;
    arguments.out = out;
    arguments.second = x.fused.activated;
    arguments.partial = x.fused.d_weights == nullptr ? nullptr : memory_->partial.data();
    arguments.top_k = static_cast<std::int32_t>(layer.experts.top_k);
    arguments.depth = static_cast<std::int32_t>(depth);
    arguments.width = static_cast<std::int32_t>(width);
    arguments.across = ceil_div(static_cast<int>(width), tile_width(epilogue));
    arguments.blocks = launch_.blocks;
    arguments.activation = layer.activation;
    launch_row_product(epilogue, transposed, x.fused.gathers, maps, arguments, launch_.clusters,
                       stream);
    if (x.fused.d_weights == nullptr) return;
    launch_sum_partials(arguments.partial, x.fused.slot_of, static_cast<std::int32_t>(rows),
                        ceil_div(arguments.width, kGroupColumns), x.fused.d_weights, stream);
  }

  void multiply_weights(const MoeLayer& layer, const ExpertProduct& x, const ExpertRows& rows,
                        cudaStream_t stream) const {
    const RowMajorProduct product = expert_product(x.kind, layer, 1);
    const bool gathers_left = x.fused.gathers && x.kind == ExpertGemm::kDownWgrad;
    const bool gathers_right = x.fused.gathers && x.kind == ExpertGemm::kUpWgrad;
    const std::uint64_t num_rows = layer.num_rows(), experts = layer.experts.num_experts;
    const std::uint64_t height = unsigned_of(product.rows), width = unsigned_of(product.cols);

    WeightProductMaps maps{};
    if (!gathers_left) maps.left = map_of_rows(x.left, num_rows, height, kDepthStep);
    if (!gathers_right) maps.right = map_of_rows(x.right, num_rows, width, kDepthStep);
    maps.out = map_of_matrices(static_cast<Bf16*>(x.out), experts, height, width, kDepthStep);

    WeightProductArguments arguments{};
    arguments.offsets = rows.device_offsets;
    arguments.gathered = gathers_left ? x.left : x.right;
    arguments.slot_of = x.fused.slot_of;
    arguments.top_k = static_cast<std::int32_t>(layer.experts.top_k);
    arguments.experts = static_cast<std::int32_t>(experts);
    arguments.rows = static_cast<std::int32_t>(height);
    arguments.columns = static_cast<std::int32_t>(width);
    const Launch launch =
        choose_weight_launch(arguments.rows, arguments.columns, gathers_right, multiprocessors_);
    arguments.blocks = launch.blocks;
    launch_weight_product(gathers_left    ? Gathered::kLeft
                          : gathers_right ? Gathered::kRight
                                          : Gathered::kNone,
                          maps, arguments, launch.clusters, stream);
  }

  int multiprocessors_ = 0;
  Launch launch_{};
  std::optional<Memory> memory_;  // after tune()
};

}  // namespace

std::unique_ptr<GemmBackend> make_wgmma_backend() { return std::make_unique<WgmmaBackend>(); }

}  // namespace isoflop::bench

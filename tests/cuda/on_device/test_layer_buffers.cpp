// Memory that a layer takes on a device; arithmetic, no device needed.
#include "catch.hpp"
#include "cuda/device/moe_bench.hpp"
#include "cuda/layer/layer_buffers.hpp"

namespace layer_buffers_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

Configuration configuration_of(const char* backend, RoutingKind routing) {
  Configuration out;
  out.layer.tokens = 4096;
  out.layer.d_model = 512;
  out.layer.experts = {.d_ff = 2048, .num_experts = 64, .expert_width = 256, .top_k = 8};
  out.backend = backend;
  out.routing.kind = routing;
  return out;
}

constexpr double kMiB = 1024.0 * 1024.0;

}  // namespace

TEST_CASE("layer buffers: a set holds the tensors of a forward and a backward",
          "[cuda][identity]") {
  const LayerBytes bytes = layer_bytes(configuration_of("loop", RoutingKind::kMultinomial));
  // T d bf16 = 4 MiB, four of them; rows of width d, n and 2 n: 32, 16 and 32 MiB; logits and
  // their gradient 1 MiB and half of it; the rest is indices.
  const double tensors = 4 * 4 + (3 * 32 + 2 * 16 + 2 * 32) + 1.5;
  const double per_set = static_cast<double>(bytes.per_set) / kMiB;
  CHECK(per_set >= tensors);
  CHECK(per_set < tensors + 4.0);  // seven of 128 KiB, and a page of 2 MiB for the logits
  // W1 and W2 and their gradients 32 + 16 MiB each; 8 lanes of 16 MiB; scratch of the router 32.
  const double shared = 2 * (32 + 16) + 8 * 16 + 32;
  CHECK(static_cast<double>(bytes.shared) / kMiB >= shared);
  CHECK(static_cast<double>(bytes.shared) / kMiB < shared + 2.0);
}

TEST_CASE("layer buffers: a capacity factor scales the rows of every expert", "[cuda][identity]") {
  Configuration configuration = configuration_of("batched", RoutingKind::kMultinomial);
  configuration.capacity_factor = 1.25;
  CHECK(capacity_of(configuration) == 640);
  CHECK(computed_rows(configuration) == 64 * 640);
  CHECK(bytes_of(Buffer::kXRows, configuration) == 64 * 640 * 512 * 2);
}

TEST_CASE("layer buffers: a capacity factor means nothing to a dropless backend",
          "[cuda][identity]") {
  Configuration configuration = configuration_of("grouped", RoutingKind::kMultinomial);
  configuration.capacity_factor = 1.25;
  CHECK(capacity_of(configuration) == 0);
  CHECK(computed_rows(configuration) == 4096 * 8);
}

TEST_CASE("layer buffers: the batched backend is refused without a number of rows per expert",
          "[cuda][refusal]") {
  CHECK(capacity_of(configuration_of("batched", RoutingKind::kBalanced)) == 512);
  CHECK_THROWS_AS(layer_bytes(configuration_of("batched", RoutingKind::kMultinomial)),
                  InvalidArgument);
}

TEST_CASE("layer buffers: what is fused takes no memory between", "[cuda][identity]") {
  const auto bytes = [](const char* backend, Buffer buffer) {
    return bytes_of(buffer, configuration_of(backend, RoutingKind::kMultinomial));
  };
  CHECK(bytes("wgmma:plain", Buffer::kXRows) == bytes("grouped", Buffer::kXRows));
  CHECK(bytes("wgmma:plain", Buffer::kDA) == bytes("grouped", Buffer::kDA));
  CHECK(bytes("wgmma:gather", Buffer::kXRows) == 0);
  CHECK(bytes("wgmma:activation", Buffer::kDA) == 0);
  std::uint64_t saved = 0;
  for (int i = 0; i < kNumBuffers; ++i) {
    const auto buffer = static_cast<Buffer>(i);
    saved += bytes("wgmma:plain", buffer) - bytes("wgmma", buffer);
  }
  CHECK(saved == std::uint64_t{2} * 4096 * 8 * (512 + 256));  // X in rows of experts, and dA
}

TEST_CASE("layer buffers: an unknown backend is refused", "[cuda][refusal]") {
  CHECK_THROWS_AS(layer_bytes(configuration_of("none", RoutingKind::kBalanced)), InvalidArgument);
}

}  // namespace layer_buffers_test

/// Which experts the tokens of a micro-batch go to: chosen on the host, from a seed, the same on
/// every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/cost/cost_table.hpp"
#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

enum class RoutingKind {
  kRouter,       ///< what the router's logits say
  kBalanced,     ///< every expert gets T K / E' rows, up to rounding
  kMultinomial,  ///< K distinct experts per token, all alike
  kZipf,         ///< K distinct experts per token, expert i with weight (i + 1)^-s, shuffled
  kFile          ///< read from a file of expert ids
};

struct RoutingChoice {
  RoutingKind kind = RoutingKind::kMultinomial;
  double zipf_exponent = 0.0;
  std::string path{};  ///< kFile

  bool is_forced() const { return kind != RoutingKind::kRouter; }
};

/// "router", "balanced", "multinomial", "zipf:S" or "file:PATH" as typed; throws InvalidArgument.
RoutingChoice parse_routing(std::string_view text);
/// What parse_routing reads; of a file only its name, without folders.
std::string to_string(const RoutingChoice& routing);

/// Expert ids [T x K], the ids of a token distinct. Precondition: routing.is_forced(). A file holds
/// T x K whole numbers, separated by blanks, commas or line ends, a token after the other; throws
/// DataError with its line for an expert that does not exist, a token that goes to one twice, or
/// another number of ids.
std::vector<std::int32_t> forced_ids(const RoutingChoice& routing, const MoeLayer& layer,
                                     std::uint64_t seed);

/// Rows per expert [E'] of ids [T x K].
std::vector<std::int32_t> count_rows(const std::vector<std::int32_t>& ids,
                                     std::uint64_t num_experts);
/// capacity: rows computed per expert by a backend that pads and drops; 0: exactly those routed.
RoutingStats routing_stats(const std::vector<std::int32_t>& counts, std::uint64_t capacity);

}  // namespace isoflop::bench

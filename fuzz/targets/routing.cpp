#include "cuda/routing/routing.hpp"

#include "input.hpp"
#include "isoflop/core/random.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

/// A file of expert ids; its first line also as the word that names a routing.
void routing(std::string_view input) {
  refused([&] {
    const bench::RoutingChoice choice = bench::parse_routing(input.substr(0, input.find('\n')));
    bench::to_string(choice);
  });
  const InputFile file(input);
  MoeLayer layer;
  layer.tokens = 4;
  layer.d_model = 8;
  layer.experts.num_experts = 6;
  layer.experts.top_k = 2;
  refused([&] {
    const auto ids =
        bench::forced_ids({bench::RoutingKind::kFile, 0.0, file.path()}, layer, kDefaultSeed);
    require(ids.size() == 8, "every token has its experts");
    bench::count_rows(ids, 6);
  });
}

}  // namespace isoflop::fuzz

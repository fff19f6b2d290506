#include "cuda/device/backend_name.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {
namespace {

constexpr std::array<BackendTraits, 5> kBackends{{
    {.name = "batched"},
    {.name = "loop"},
    {.name = "grouped"},
    {.name = "lt-grouped", .needs = "cuBLAS 13.3"},
    {.name = "wgmma",
     .fuses = kAllFused,
     .capability = "9.0",
     .needs = "sm_90 among its architectures"},
}};

}  // namespace

std::span<const BackendTraits> backend_traits() { return kBackends; }

const BackendTraits& traits_of(std::string_view name) {
  for (const BackendTraits& traits : kBackends) {
    if (traits.name == name) return traits;
  }
  std::vector<std::string_view> known;
  for (const BackendTraits& traits : kBackends) known.push_back(traits.name);
  throw InvalidArgument("\"" + std::string(name) + "\" is none of " + joined(known, ", "));
}

Fusion parse_fusion(std::string_view text, const BackendTraits& of) {
  if (text == "all") return of.fuses;
  Fusion out;
  if (text == "plain" || text == "none") return out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('+', begin), text.size());
    const std::string word(text.substr(begin, end - begin));
    if (!add_part(out, word)) {
      throw InvalidArgument("\"" + word + "\" is none of what " + std::string(of.name) +
                            " fuses: " + joined(words_of(of.fuses), ", ") +
                            "; parts are joined by +, and plain is none of them");
    }
    begin = end + 1;
  }
  if (!covers(of.fuses, out)) {
    throw InvalidArgument(std::string(of.name) + " fuses " + joined(words_of(of.fuses), ", ") +
                          " alone");
  }
  if (!is_possible(out)) {
    throw InvalidArgument("\"" + std::string(text) +
                          "\" fuses the combination without the activation, which it needs");
  }
  return out;
}

BackendName parse_backend_name(std::string_view text) {
  const std::size_t colon = text.find(':');
  const BackendTraits& traits = traits_of(text.substr(0, colon));
  if (colon == std::string_view::npos) return {traits.name, traits.fuses};
  if (traits.fuses == Fusion{}) {
    throw InvalidArgument("\"" + std::string(text) + "\": " + std::string(traits.name) +
                          " fuses nothing");
  }
  return {traits.name, parse_fusion(text.substr(colon + 1), traits)};
}

std::string to_text(const BackendName& name) {
  std::string out(name.base);
  if (name.fused == traits_of(name.base).fuses) return out;
  const std::vector<std::string> parts = words_of(name.fused);
  return out + ":" + (parts.empty() ? "plain" : joined(parts, "+"));
}

}  // namespace isoflop::bench

/// What the products of a layer's experts do beside multiplying, in place of passes over memory of
/// their own.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isoflop {

struct Fusion {
  bool gather = false;      ///< rows are read where their tokens lie, and not copied first
  bool activation = false;  ///< in the epilogue of up; its derivative in that of down dgrad
  /// The router's weights in the epilogue of down, their gradient and that of dOut in that of down
  /// dgrad, so that the backward needs no Y. Only with `activation`.
  bool combination = false;
  bool operator==(const Fusion&) const = default;
};

inline constexpr Fusion kAllFused{.gather = true, .activation = true, .combination = true};

/// Parts by name, in the order in which they are written.
inline constexpr std::array<std::pair<std::string_view, bool Fusion::*>, 3> kFusionParts{
    {{"gather", &Fusion::gather},
     {"activation", &Fusion::activation},
     {"combination", &Fusion::combination}}};

inline std::vector<std::string> words_of(const Fusion& fusion) {
  std::vector<std::string> out;
  for (const auto& [name, part] : kFusionParts) {
    if (fusion.*part) out.emplace_back(name);
  }
  return out;
}

/// Adds the part of this name; false: there is none.
inline bool add_part(Fusion& fusion, std::string_view name) {
  for (const auto& [known, part] : kFusionParts) {
    if (known == name) return fusion.*part = true;
  }
  return false;
}

/// Whether the parts go together.
constexpr bool is_possible(const Fusion& fusion) {
  return fusion.activation || !fusion.combination;
}

/// Whether `whole` has every part of `fusion`.
constexpr bool covers(const Fusion& whole, const Fusion& fusion) {
  return (whole.gather || !fusion.gather) && (whole.activation || !fusion.activation) &&
         (whole.combination || !fusion.combination);
}

}  // namespace isoflop

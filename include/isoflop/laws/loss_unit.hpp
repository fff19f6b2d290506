/// What the losses of a law are counted in. Losses in bits per token, bits per byte of a known
/// tokenizer and perplexities become nats per token when they are read; the others stay as they
/// are.
#pragma once

#include <string>
#include <string_view>

namespace isoflop {

inline constexpr std::string_view kNatsPerToken = "nats_per_token";
inline constexpr std::string_view kBitsPerCharacter = "bits_per_character";
inline constexpr std::string_view kOtherUnit = "other:";  ///< and a name

/// A word that a law file may hold; empty, for a unit that nobody named, is none.
inline bool is_loss_unit(std::string_view unit) {
  return unit == kNatsPerToken || unit == kBitsPerCharacter ||
         (unit.starts_with(kOtherUnit) && unit.size() > kOtherUnit.size());
}

/// "nats per token", "bits per character", the name of another; empty where nobody named it.
inline std::string unit_words(std::string_view unit) {
  if (unit == kNatsPerToken) return "nats per token";
  if (unit == kBitsPerCharacter) return "bits per character";
  return std::string(unit.substr(unit.starts_with(kOtherUnit) ? kOtherUnit.size() : 0));
}

/// Of a difference of losses: "nats" is enough there.
inline std::string unit_of_difference(std::string_view unit) {
  if (unit == kNatsPerToken) return "nats";
  return unit.empty() ? "of loss" : unit_words(unit);
}

}  // namespace isoflop

/// One vocabulary for a layer of experts: rates (E, G, k0) and actual counts (E', n, K), either
/// from the other, and the refusal of what contradicts itself.
///   G = d_ff / n, E' = E G, K = k0 G
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Section 3 (there k0 = 1 and K = G).
/// Other papers call other things G: Tian et al. 2025 (Ling) 2 d_model / n, which is half of this
/// one where d_ff = 4 d_model; some the number of active experts, which is K.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "isoflop/core/decimal.hpp"
#include "isoflop/error.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// What somebody said about a layer of experts; anything may be missing.
struct ExpertWords {
  std::optional<double> expansion = {}, granularity = {}, k0 = {};
  std::optional<std::uint64_t> num_experts = {}, expert_width = {}, top_k = {};
  std::optional<std::uint64_t> d_ff = {};  ///< of the dense layer that the rates refer to

  bool has_rates() const { return expansion || granularity || k0; }
  bool has_counts() const { return num_experts || expert_width || top_k; }
  bool any() const { return has_rates() || has_counts(); }
};

/// A layer of experts about which everything is known.
struct ExpertLayer {
  std::uint64_t d_ff, num_experts, expert_width, top_k;

  double expansion() const { return per_d_ff(num_experts); }
  double granularity() const {
    return static_cast<double>(d_ff) / static_cast<double>(expert_width);
  }
  double k0() const { return per_d_ff(top_k); }
  bool operator==(const ExpertLayer&) const = default;

 private:
  double per_d_ff(std::uint64_t count) const {
    return static_cast<double>(count) * static_cast<double>(expert_width) /
           static_cast<double>(d_ff);
  }
};

namespace detail {

inline std::string number_text(double value) { return general_decimal(value, 6); }

/// The whole number that x is up to rounding (a relative 1e-9); throws InvalidArgument with `what`.
inline std::uint64_t whole(double x, const std::string& what) {
  const double nearest = std::round(x);
  constexpr double kMost = 9e15;  // up to here every whole number is a double
  if (!(nearest >= 1.0) || nearest > kMost || std::abs(x - nearest) > 1e-9 * nearest) {
    throw InvalidArgument(what + " = " + number_text(x) + " is not a whole number from 1 on");
  }
  return static_cast<std::uint64_t>(nearest);
}

inline void require_rate(const std::optional<double>& given, double actual, const char* name,
                         const std::string& formula) {
  if (!given || std::abs(*given - actual) <= 1e-9 * actual) return;
  throw InvalidArgument(name, std::string(name) + " = " + number_text(*given) + " contradicts " +
                                  formula + " = " + number_text(actual));
}

/// Rates above zero, counts of at least one.
inline void require_sizes(const ExpertWords& words) {
  for (const auto& rate : {words.expansion, words.granularity, words.k0}) {
    if (rate && !(*rate > 0.0 && std::isfinite(*rate))) {
      throw InvalidArgument("expansion, granularity and k0 must be above zero");
    }
  }
  for (const auto& count : {words.num_experts, words.expert_width, words.top_k, words.d_ff}) {
    if (count && *count == 0) {
      throw InvalidArgument("numbers of experts, their width, top-k and d_ff must be at least 1");
    }
  }
}

}  // namespace detail

/// Everything from what was said. Where nothing settles it, G = 1 and k0 = 1; a missing d_ff is
/// the width of a dense layer with the same active weights, K n / k0. Throws InvalidArgument where
/// words contradict each other, where a width or count would not be whole, or where too little is
/// said: E or the number of experts, and d_ff or the width of an expert, are needed.
inline ExpertLayer resolve_experts(const ExpertWords& words) {
  using detail::number_text;
  using detail::whole;
  detail::require_sizes(words);
  if (words.expansion && *words.expansion < 1.0) {
    throw InvalidArgument("expansion", "expansion = " + number_text(*words.expansion) +
                                           " is below 1, which is a dense model");
  }
  if (!words.num_experts && !words.expansion) {
    throw InvalidArgument("num_experts",
                          "say how many experts there are: expansion or num-experts");
  }
  if (!words.d_ff && !words.expert_width) {
    throw InvalidArgument("expert_width",
                          "say how wide the experts are: expert-width, or d-ff and granularity");
  }

  // The granularity that the other words settle, where d_ff and the width do not.
  auto granularity = [&] {
    if (words.granularity) return *words.granularity;
    if (words.top_k) return static_cast<double>(*words.top_k) / words.k0.value_or(1.0);
    if (words.num_experts && words.expansion) {
      return static_cast<double>(*words.num_experts) / *words.expansion;
    }
    return 1.0;
  };
  ExpertLayer out{};
  if (words.d_ff) {
    const auto d_ff = static_cast<double>(*words.d_ff);
    out.d_ff = *words.d_ff;
    out.expert_width =
        words.expert_width
            ? *words.expert_width
            : whole(d_ff / granularity(),
                    "the width of an expert, d_ff / granularity = " + number_text(d_ff) + " / " +
                        number_text(granularity()));
  } else {
    out.expert_width = *words.expert_width;
    out.d_ff = whole(static_cast<double>(out.expert_width) * granularity(),
                     "d_ff, expert-width x granularity");
  }
  const double g = out.granularity();
  detail::require_rate(words.granularity, g, "granularity",
                       "d_ff / expert-width = " + std::to_string(out.d_ff) + " / " +
                           std::to_string(out.expert_width));
  out.num_experts =
      words.num_experts
          ? *words.num_experts
          : whole(*words.expansion * g, "the number of experts, expansion x granularity = " +
                                            number_text(*words.expansion) + " x " + number_text(g));
  detail::require_rate(
      words.expansion, out.expansion(), "expansion",
      "num-experts / granularity = " + std::to_string(out.num_experts) + " / " + number_text(g));
  const double k0 = words.k0.value_or(1.0);
  out.top_k =
      words.top_k
          ? *words.top_k
          : whole(k0 * g, "top-k, k0 x granularity = " + number_text(k0) + " x " + number_text(g));
  detail::require_rate(
      words.k0, out.k0(), "k0",
      "top-k / granularity = " + std::to_string(out.top_k) + " / " + number_text(g));
  if (out.top_k > out.num_experts) {
    throw InvalidArgument("top_k", "a token cannot go to " + std::to_string(out.top_k) + " of " +
                                       std::to_string(out.num_experts) + " experts");
  }
  return out;
}

/// Words about an expert layer that change `base`: it fills in what is not said, its d_ff always,
/// its rates where rates alone are said, its counts where counts alone are said.
inline ExpertWords filled_in(ExpertWords words, const ExpertLayer& base) {
  if (!words.d_ff) words.d_ff = base.d_ff;
  if (!words.has_counts()) {
    if (!words.expansion) words.expansion = base.expansion();
    if (!words.granularity) words.granularity = base.granularity();
    if (!words.k0) words.k0 = base.k0();
  } else if (!words.has_rates()) {
    if (!words.num_experts) words.num_experts = base.num_experts;
    if (!words.expert_width) words.expert_width = base.expert_width;
    if (!words.top_k) words.top_k = base.top_k;
  }
  return words;
}

/// The routed experts of a shape. Precondition: shape.is_routed().
inline ExpertLayer expert_layer(const ModelShape& shape) {
  return {shape.d_ff, shape.num_experts, shape.expert_width, shape.top_k};
}

/// Gives a shape these experts. One expert as wide as the dense layer is a dense model, which has
/// no router (E = 1 in the paper): whatever else the shape said of experts is taken back.
inline void set_experts(ModelShape& shape, const ExpertLayer& experts) {
  shape.d_ff = experts.d_ff;
  if (experts.num_experts == 1 && experts.expert_width == experts.d_ff) {
    shape.num_experts = shape.expert_width = shape.top_k = 0;
    shape.num_shared_experts = shape.shared_expert_width = 0;
    shape.num_dense_blocks = shape.routed_offset = 0;
    shape.routed_period = 1;
    shape.router_bias = shape.shared_expert_gate = false;
    return;
  }
  shape.num_experts = experts.num_experts;
  shape.expert_width = experts.expert_width;
  shape.top_k = experts.top_k;
}

/// What words settle of a layer of experts where no dense width is known: rates, and counts that
/// follow from them.
struct ExpertRates {
  std::optional<double> expansion = {}, granularity = {};  ///< empty: open
  double k0 = 1.0;

  /// E' = E G and K = k0 G, not rounded.
  std::optional<double> num_experts() const {
    if (!expansion || !granularity) return std::nullopt;
    return *expansion * *granularity;
  }
  std::optional<double> top_k() const {
    if (!granularity) return std::nullopt;
    return k0 * *granularity;
  }
};

/// The rates behind the words, with k0 = 1 where nothing settles it. Throws InvalidArgument where
/// words contradict each other, and where a count settles nothing, naming the field that would.
inline ExpertRates settle_rates(const ExpertWords& words) {
  using detail::number_text;
  detail::require_sizes(words);
  ExpertRates out;
  out.expansion = words.expansion;
  if (words.d_ff && words.expert_width) {
    out.granularity = static_cast<double>(*words.d_ff) / static_cast<double>(*words.expert_width);
  } else if (words.granularity) {
    out.granularity = words.granularity;
  } else if (words.top_k) {
    out.granularity = static_cast<double>(*words.top_k) / words.k0.value_or(1.0);
  } else if (words.num_experts && words.expansion) {
    out.granularity = static_cast<double>(*words.num_experts) / *words.expansion;
  }
  if (words.expert_width && !words.d_ff) {
    throw InvalidArgument(
        "expert_width",
        field("expert_width") + " settles nothing without the dense width d_ff: say " +
            field("granularity") + " G = d_ff / n or " + field("top_k") + " K = k0 G");
  }
  if (words.num_experts && !out.granularity) {
    throw InvalidArgument("num_experts",
                          field("num_experts") + " " + std::to_string(*words.num_experts) +
                              " is E G, of which neither is known: add " + field("top_k") + ", " +
                              field("granularity") + " or " + field("expansion"));
  }
  if (out.granularity && *out.granularity < 1.0) {
    throw InvalidArgument("granularity", "granularity = " + number_text(*out.granularity) +
                                             " is below 1: experts wider than the dense layer");
  }
  if (words.granularity) {
    detail::require_rate(words.granularity, *out.granularity, "granularity", "d_ff / expert-width");
  }
  if (words.num_experts) {
    const double actual = static_cast<double>(*words.num_experts) / *out.granularity;
    detail::require_rate(words.expansion, actual, "expansion",
                         "num-experts / granularity = " + std::to_string(*words.num_experts) +
                             " / " + number_text(*out.granularity));
    out.expansion = actual;
  }
  if (words.top_k) {
    const double actual = static_cast<double>(*words.top_k) / *out.granularity;
    detail::require_rate(words.k0, actual, "k0",
                         "top-k / granularity = " + std::to_string(*words.top_k) + " / " +
                             number_text(*out.granularity));
    out.k0 = actual;
  } else if (words.k0) {
    out.k0 = *words.k0;
  }
  if (out.expansion && *out.expansion < 1.0) {
    throw InvalidArgument("expansion", "expansion = " + number_text(*out.expansion) +
                                           " is below 1, which is a dense model");
  }
  if (out.expansion && out.k0 > *out.expansion * (1.0 + 1e-9)) {
    throw InvalidArgument("top_k", "a token cannot go to " + number_text(out.k0) + " G of " +
                                       number_text(*out.expansion) + " G experts");
  }
  return out;
}

}  // namespace isoflop

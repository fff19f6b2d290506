// Zipf's K distinct experts are successive draws without replacement: the weights of a token's
// experts are taken out of a tree of partial sums one by one, and put back after the token.
#include "cuda/routing/routing.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "isoflop/core/random.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::bench {
namespace {

constexpr std::string_view kZipf = "zipf:", kFile = "file:";
constexpr double kLargestExponent = 10.0;  // beyond, the weight of a late expert means nothing

using Ids = std::vector<std::int32_t>;

void shuffle(Ids& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

Ids shuffled_experts(std::size_t num_experts, Random& random) {
  Ids out(num_experts);
  std::iota(out.begin(), out.end(), 0);
  shuffle(out, random);
  return out;
}

// Shuffled lists of all experts, one after the other, cut into tokens: counts differ by one at
// most. Where a token takes the end of one list, the next list begins with experts that are not
// there.
Ids balanced(std::size_t tokens, std::size_t num_experts, std::size_t top_k, Random& random) {
  Ids ids;
  ids.reserve(tokens * top_k + num_experts);
  std::vector<bool> taken(num_experts, false);
  while (ids.size() < tokens * top_k) {
    Ids list = shuffled_experts(num_experts, random);
    const std::size_t begun = ids.size() % top_k;  // ids that the open token has already
    const std::size_t wanted = begun == 0 ? 0 : top_k - begun;
    for (std::size_t i = ids.size() - begun; i < ids.size(); ++i) {
      taken[static_cast<std::size_t>(ids[i])] = true;
    }
    std::size_t other = wanted;
    for (std::size_t i = 0; i < wanted; ++i) {
      if (!taken[static_cast<std::size_t>(list[i])]) continue;
      while (taken[static_cast<std::size_t>(list[other])]) ++other;
      std::swap(list[i], list[other++]);
    }
    for (std::size_t i = ids.size() - begun; i < ids.size(); ++i) {
      taken[static_cast<std::size_t>(ids[i])] = false;
    }
    ids.insert(ids.end(), list.begin(), list.end());
  }
  ids.resize(tokens * top_k);

  // Neighbouring tokens would otherwise hardly ever meet in an expert.
  Ids out(ids.size());
  const Ids order = shuffled_experts(tokens, random);
  for (std::size_t t = 0; t < tokens; ++t) {
    const auto from = static_cast<std::size_t>(order[t]) * top_k;
    std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(from), top_k,
                out.begin() + static_cast<std::ptrdiff_t>(t * top_k));
  }
  return out;
}

// The first K steps of a shuffle; what the tokens before left of the list is as good a start as
// any.
Ids multinomial(std::size_t tokens, std::size_t num_experts, std::size_t top_k, Random& random) {
  Ids list(num_experts), ids;
  std::iota(list.begin(), list.end(), 0);
  ids.reserve(tokens * top_k);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t k = 0; k < top_k; ++k) {
      std::swap(list[k], list[k + random.below(num_experts - k)]);
      ids.push_back(list[k]);
    }
  }
  return ids;
}

// Weights in the leaves of a binary tree, sums above. A sum is always formed anew from its two
// parts: taking out and putting back restores it bit by bit, and nothing is left of what is out.
class SumTree {
 public:
  explicit SumTree(const std::vector<double>& weights)
      : first_leaf_(std::bit_ceil(weights.size())), sums_(2 * first_leaf_, 0.0) {
    std::copy(weights.begin(), weights.end(),
              sums_.begin() + static_cast<std::ptrdiff_t>(first_leaf_));
    for (std::size_t i = first_leaf_; i-- > 1;) sums_[i] = sums_[2 * i] + sums_[2 * i + 1];
  }

  void set(std::size_t leaf, double weight) {
    std::size_t i = first_leaf_ + leaf;
    sums_[i] = weight;
    for (i /= 2; i > 0; i /= 2) sums_[i] = sums_[2 * i] + sums_[2 * i + 1];
  }

  std::size_t draw(Random& random) const {
    double left_over = random.uniform() * sums_[1];
    std::size_t i = 1;
    while (i < first_leaf_) {
      i *= 2;
      const double left = sums_[i], right = sums_[i + 1];
      // Rounding must not lead to a side that is empty.
      if (right > 0.0 && (left_over >= left || left == 0.0)) {
        left_over -= left;
        ++i;
      }
    }
    return i - first_leaf_;
  }

 private:
  std::size_t first_leaf_;
  std::vector<double> sums_;
};

Ids zipf(std::size_t tokens, std::size_t num_experts, std::size_t top_k, double exponent,
         Random& random) {
  std::vector<double> weights(num_experts);
  for (std::size_t i = 0; i < num_experts; ++i) {
    weights[i] = std::pow(static_cast<double>(i + 1), -exponent);
  }
  const Ids expert_of = shuffled_experts(num_experts, random);
  SumTree tree(weights);
  std::vector<std::size_t> drawn(top_k);
  Ids ids;
  ids.reserve(tokens * top_k);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t& i : drawn) {
      i = tree.draw(random);
      tree.set(i, 0.0);
      ids.push_back(expert_of[i]);
    }
    for (const std::size_t i : drawn) tree.set(i, weights[i]);
  }
  return ids;
}

Ids read_ids(const std::string& path, std::size_t tokens, std::size_t num_experts,
             std::size_t top_k) {
  const std::string text = read_file(path);

  const std::size_t wanted = tokens * top_k;
  const std::string shape = std::to_string(tokens) + " tokens that go to " + std::to_string(top_k) +
                            " experts each need " + std::to_string(wanted) + " ids";
  Ids ids;
  ids.reserve(wanted);
  std::size_t line = 1;
  const char* at = text.data();
  const char* const end = at + text.size();
  auto is_gap = [](char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r' || c == '\n'; };
  while (at != end) {
    if (is_gap(*at)) {
      if (*at++ == '\n') ++line;
      continue;
    }
    const char* const word_end = std::find_if(at, end, is_gap);
    const std::string word(at, std::min(word_end, at + 40));
    std::int64_t id = 0;
    const auto [stop, fault] = std::from_chars(at, word_end, id);
    const bool is_number = stop == word_end && fault != std::errc::invalid_argument;
    if (!is_number) throw DataError(path, line, "'" + word + "' is not a whole number");
    if (fault != std::errc() || id < 0 || id >= static_cast<std::int64_t>(num_experts)) {
      throw DataError(
          path, line,
          "there is no expert " + word + "; they are 0 to " + std::to_string(num_experts - 1));
    }
    if (ids.size() == wanted) throw DataError(path, line, "one id too many; " + shape);
    const auto same_token = static_cast<std::ptrdiff_t>(ids.size() % top_k);
    if (std::find(ids.end() - same_token, ids.end(), id) != ids.end()) {
      throw DataError(
          path, line,
          "token " + std::to_string(ids.size() / top_k) + " goes to expert " + word + " twice");
    }
    ids.push_back(static_cast<std::int32_t>(id));
    at = word_end;
  }
  if (ids.size() != wanted) {
    throw DataError(path, line, "ends after " + std::to_string(ids.size()) + " ids; " + shape);
  }
  return ids;
}

}  // namespace

RoutingChoice parse_routing(std::string_view text) {
  if (text == "router") return {RoutingKind::kRouter};
  if (text == "balanced") return {RoutingKind::kBalanced};
  if (text == "multinomial") return {RoutingKind::kMultinomial};
  if (text.starts_with(kZipf)) {
    const auto exponent = parse_number(text.substr(kZipf.size()));
    if (!exponent || *exponent < 0.0 || *exponent > kLargestExponent) {
      throw InvalidArgument("routing '" + std::string(text) +
                            "': the exponent of zipf is a number from 0 to 10, as in zipf:0.5");
    }
    return {RoutingKind::kZipf, *exponent};
  }
  if (text.starts_with(kFile) && text.size() > kFile.size()) {
    return {RoutingKind::kFile, 0.0, std::string(text.substr(kFile.size()))};
  }
  throw InvalidArgument("routing '" + std::string(text) +
                        "' is none of router, balanced, multinomial, zipf:S, file:PATH");
}

std::string to_string(const RoutingChoice& routing) {
  switch (routing.kind) {
    case RoutingKind::kRouter:
      return "router";
    case RoutingKind::kBalanced:
      return "balanced";
    case RoutingKind::kZipf:
      return std::string(kZipf) + format_number(routing.zipf_exponent);
    case RoutingKind::kFile:
      return std::string(kFile) + routing.path.substr(routing.path.find_last_of('/') + 1);
    case RoutingKind::kMultinomial:
      break;
  }
  return "multinomial";
}

std::vector<std::int32_t> forced_ids(const RoutingChoice& routing, const MoeLayer& layer,
                                     std::uint64_t seed) {
  const std::size_t num_experts = layer.experts.num_experts, top_k = layer.experts.top_k;
  Random random(seed);
  switch (routing.kind) {
    case RoutingKind::kBalanced:
      return balanced(layer.tokens, num_experts, top_k, random);
    case RoutingKind::kMultinomial:
      return multinomial(layer.tokens, num_experts, top_k, random);
    case RoutingKind::kZipf:
      return zipf(layer.tokens, num_experts, top_k, routing.zipf_exponent, random);
    case RoutingKind::kFile:
      return read_ids(routing.path, layer.tokens, num_experts, top_k);
    case RoutingKind::kRouter:
      break;
  }
  throw InvalidArgument("the router's own choice is known only once its logits are");
}

std::vector<std::int32_t> count_rows(const std::vector<std::int32_t>& ids,
                                     std::uint64_t num_experts) {
  std::vector<std::int32_t> counts(num_experts, 0);
  for (const std::int32_t id : ids) {
    if (id < 0 || static_cast<std::uint64_t>(id) >= num_experts) {
      throw InvalidArgument("there is no expert " + std::to_string(id) + " among " +
                            std::to_string(num_experts));
    }
    ++counts[static_cast<std::size_t>(id)];
  }
  return counts;
}

RoutingStats routing_stats(const std::vector<std::int32_t>& counts, std::uint64_t capacity) {
  RoutingStats out;
  if (counts.empty()) return out;
  std::uint64_t sum = 0;
  out.min_rows = static_cast<std::uint64_t>(counts.front());
  for (const std::int32_t count : counts) {
    const auto rows = static_cast<std::uint64_t>(count);
    sum += rows;
    out.min_rows = std::min(out.min_rows, rows);
    out.max_rows = std::max(out.max_rows, rows);
    if (rows == 0) ++out.num_empty;
    if (capacity > rows) out.padding_rows += capacity - rows;
    if (capacity > 0 && rows > capacity) out.dropped_rows += rows - capacity;
  }
  out.mean_rows = static_cast<double>(sum) / static_cast<double>(counts.size());
  return out;
}

}  // namespace isoflop::bench

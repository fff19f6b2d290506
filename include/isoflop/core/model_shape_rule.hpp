/// The family of models whose size is one number: depth in proportion to width,
///   d_model = ratio * n_blocks,
///   N_active = (attention + feed_forward) d_model^2 n_blocks + embedding_rows d_model,
/// in units of d_model^2 per block, so that attention 4 and a feed-forward part of 8 give
/// 12 d_model^3 / ratio. With expansion rate E the feed-forward part exists E times; the router is
/// not counted. Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Section 5 (ratio 64, 4 and
/// 8, no embeddings); Ludziejewski et al. 2025, arXiv 2502.05172 (ratio 64, 4 and 9, embedding and
/// unembedding of 50,257 rows each).
#pragma once

#include <cmath>

namespace isoflop {

struct ModelShapeRule {
  double width_per_block = 64.0;
  double attention = 4.0;
  double feed_forward = 8.0;
  double embedding_rows = 0.0;  ///< rows of d_model numbers that every token has a share in

  double d_model(double n_active) const {
    const double cubic = (attention + feed_forward) / width_per_block;
    double d = std::cbrt(n_active / cubic);
    if (embedding_rows == 0.0) return d;
    // Newton's method from above on a convex, increasing function: it descends to the root.
    for (int i = 0; i < 100; ++i) {
      const double excess = (cubic * d * d + embedding_rows) * d - n_active;
      const double next = d - excess / (3.0 * cubic * d * d + embedding_rows);
      if (!(next < d)) break;
      d = next;
    }
    return d;
  }
  /// N_active of the model this wide.
  double n_of_width(double d) const {
    return ((attention + feed_forward) / width_per_block * d * d + embedding_rows) * d;
  }
  double n_blocks(double n_active) const { return d_model(n_active) / width_per_block; }
  double n_total(double n_active, double expansion) const {
    const double d = d_model(n_active);
    return n_active + feed_forward * (expansion - 1.0) * d * d * d / width_per_block;
  }
  /// One block: the smallest model of the family.
  double smallest_n_active() const { return n_of_width(width_per_block); }
};

/// N_total / N_active, both without embeddings and router.
inline double total_per_active(double expansion) { return (8.0 * expansion + 4.0) / 12.0; }

}  // namespace isoflop

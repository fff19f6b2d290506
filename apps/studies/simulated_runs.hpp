// Runs of a published grid with the losses of a law and noise of a chosen kind: what the study
// programs fit. The grid is a file d_model,n_blocks,steps,N,D,G, as simulate_grid reads it.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

// The noise of a log loss, in units of the sd:
//   kNormal    standard normal
//   kStudent   Student's t with 3 degrees of freedom over sqrt 3, so that its sd is 1 too
//   kOutliers  standard normal; each run has a chance of 5 % that it is ten times as large
enum class Noise { kNormal, kStudent, kOutliers };

inline double draw_noise(Noise kind, Random& random) {
  constexpr double kOutlierShare = 0.05, kOutlierSize = 10.0;
  switch (kind) {
    case Noise::kStudent: {
      const double z = random.normal();
      double chi_squared = 0.0;
      for (int i = 0; i < 3; ++i) chi_squared += std::pow(random.normal(), 2);
      return z / std::sqrt(chi_squared);
    }
    case Noise::kOutliers: {
      const bool gross = random.uniform() < kOutlierShare;
      return random.normal() * (gross ? kOutlierSize : 1.0);
    }
    case Noise::kNormal:
      break;
  }
  return random.normal();
}

// N, D and G of a grid; the losses are those of the law, without noise.
inline RunTable read_grid(const std::string& path, const LawRecord& law) {
  const TextTable grid = read_text_table(path);
  const std::vector<std::string> expected{"d_model", "n_blocks", "steps", "N", "D", "G"};
  if (grid.header != expected || law.law != FineGrainedMoe::kName) {
    throw InvalidArgument("needs a grid d_model,n_blocks,steps,N,D,G and a fine-grained-moe law");
  }
  RunTable runs;
  for (const auto& row : grid.rows) {
    std::array<double, 3> x;
    for (std::size_t v = 0; v < x.size(); ++v) {
      x[v] = parse_number(row[3 + v]).value();
      runs.columns[index_of(FineGrainedMoe::kVariables[v])].push_back(x[v]);
    }
    runs.loss.push_back(loss(FineGrainedMoe{}, law.coefficients, x));
  }
  return runs;
}

// The same runs with the noise of `count` data sets. The first sets are the same for any count.
inline std::vector<RunTable> simulate(const RunTable& truth, Noise kind, double sd,
                                      std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<RunTable> out(count, truth);
  for (RunTable& runs : out) {
    for (double& loss : runs.loss) loss *= std::exp(sd * draw_noise(kind, random));
  }
  return out;
}

}  // namespace isoflop

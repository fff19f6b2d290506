// simulate_grid GRID.csv LAW NOISE SEED: the runs of a grid with the losses that a law gives,
//   loss = L(N, D, G) * exp(NOISE * z),  z standard normal from SEED,
// as CSV on stdout. data/published/krajewski2024_grid_simulated.csv was made with
//   simulate_grid data/published/krajewski2024_grid.csv krajewski2024-e64 0.005 1
#include <fmt/format.h>

#include <exception>
#include <iostream>

#include "isoflop/error.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"

namespace {

using namespace isoflop;

int run(const std::string& grid_path, const std::string& law_name, double noise,
        std::uint64_t seed) {
  const TextTable grid = read_text_table(grid_path);
  const LawRecord law = find_law(law_name);
  const std::vector<std::string> expected{"d_model", "n_blocks", "steps", "N", "D", "G"};
  if (grid.header != expected || law.law != FineGrainedMoe::kName) {
    throw InvalidArgument("needs a grid d_model,n_blocks,steps,N,D,G and a fine-grained-moe law");
  }
  Random random(seed);
  fmt::print("d_model,n_blocks,steps,N,D,G,loss_simulated\n");
  for (const auto& row : grid.rows) {
    const std::array<double, 3> x{*parse_number(row[3]), *parse_number(row[4]),
                                  *parse_number(row[5])};
    const double value =
        loss(FineGrainedMoe{}, law.coefficients, x) * std::exp(noise * random.normal());
    fmt::print("{},{},{},{},{},{},{}\n", row[0], row[1], row[2], row[3], row[4], row[5],
               format_number(value));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 5) return run(argv[1], argv[2], std::stod(argv[3]), std::stoull(argv[4]));
    std::cerr << "usage: simulate_grid GRID.csv LAW NOISE SEED\n";
    return 2;
  } catch (const std::exception& fault) {
    std::cerr << "simulate_grid: " << fault.what() << '\n';
    return 1;
  }
}

// How grouped products are cut: every row and column is computed once, by whoever the plan says.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "cuda/wgmma/tile_plan.hpp"
#include "isoflop/core/random.hpp"

using namespace isoflop;
using namespace isoflop::bench;

namespace {

const std::vector<int> kRows{0,   1,   7,   8,   9,   63,  64,  65,  127,  128,  159,  160,
                             161, 319, 320, 321, 322, 330, 640, 961, 1024, 3841, 3850, 32768};

}  // namespace

TEST_CASE("tile plan: every row of an expert is in one part and one block", "[cuda]") {
  for (const int blocks : {1, 2}) {
    for (const int rows : kRows) {
      INFO(rows << " rows, " << blocks << " blocks");
      const RowParts parts = parts_of(rows, blocks);
      int next = 0, most = 0, least = rows;
      for (int i = 0; i < parts.count; ++i) {
        const int begin = i * parts.rows_each;
        const int here = std::min(parts.rows_each, rows - begin);
        CHECK(here > 0);
        for (int rank = 0; rank < blocks; ++rank) {
          const RowRange mine = rows_of_block(here, blocks, rank);
          CHECK(mine.rows >= 0);
          CHECK(mine.rows <= kTileRowsMost);
          CHECK(mine.eighths >= 1);
          CHECK(mine.eighths * 8 >= mine.rows);
          CHECK((mine.eighths * 8 < mine.rows + 8 || mine.rows == 0));
          if (mine.rows == 0) continue;
          CHECK(begin + mine.begin == next);
          next += mine.rows;
          most = std::max(most, mine.rows);
          least = std::min(least, mine.rows);
        }
      }
      CHECK(next == rows);
      // As few blocks' turns as there can be.
      CHECK(parts.count == (rows + kTileRowsMost * blocks - 1) / (kTileRowsMost * blocks));
    }
  }
}

TEST_CASE("tile plan: parts are as even as steps of eight rows allow", "[cuda]") {
  CHECK(parts_of(330, 1).rows_each == 112);
  CHECK(parts_of(330, 2).rows_each == 176);
  CHECK(rows_of_block(176, 2, 0).rows == 88);
  CHECK(rows_of_block(154, 2, 1).rows == 74);
  CHECK(rows_of_block(3, 2, 1).rows == 0);  // works along with an eighth that nobody stores
  CHECK(rows_of_block(3, 2, 1).eighths == 1);
}

TEST_CASE("tile plan: the list of parts fits in what is allocated for it", "[cuda][random]") {
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const int experts = 1 + static_cast<int>(random.below(40));
    std::int64_t rows = 0, parts = 0;
    const int blocks = 1 + static_cast<int>(random.below(2));
    for (int e = 0; e < experts; ++e) {
      const int here = kRows[random.below(kRows.size())];
      rows += here;
      parts += parts_of(here, blocks).count;
    }
    CHECK(parts <= most_parts(rows, experts, blocks));
    CHECK(most_parts(rows, experts, blocks) <= most_parts(rows, experts, 1));
  }
}

TEST_CASE("tile plan: tiles are every part with every strip of columns", "[cuda]") {
  std::set<std::pair<int, int>> seen;
  for (int i = 0; i < 7 * 3; ++i) seen.insert({tile_at(i, 3).part, tile_at(i, 3).strip});
  CHECK(seen.size() == 21);
  CHECK(seen.rbegin()->first == 6);
  CHECK(tile_at(2, 3).part == tile_at(0, 3).part);  // neighbours have the same rows
}

TEST_CASE("tile plan: gradients of weights are covered once", "[cuda]") {
  for (const bool shares_left : {false, true}) {
    for (const int blocks : {1, 2}) {
      for (const auto& [rows, columns] : std::vector<std::pair<int, int>>{
               {8, 8}, {128, 256}, {129, 257}, {1536, 2048}, {2048, 768}, {384, 24}}) {
        const WeightGrid grid = weight_grid(rows, columns, blocks, shares_left);
        std::set<std::pair<int, int>> seen;
        for (int i = 0; i < grid.down * grid.across; ++i) {
          for (int rank = 0; rank < blocks; ++rank) {
            const WeightPlace at = weight_place_at(grid, i, rank, blocks, shares_left);
            CHECK(at.expert == 0);
            if (at.row >= rows || at.column >= columns) continue;
            CHECK(at.row % kWgradRows == 0);
            CHECK(at.column % kWgradColumns == 0);
            CHECK(seen.insert({at.row, at.column}).second);
          }
        }
        CHECK(seen.size() ==
              static_cast<std::size_t>(((rows + 127) / 128) * ((columns + 255) / 256)));
        const int each = grid.down * grid.across;
        CHECK(weight_place_at(grid, each, 0, blocks, shares_left).expert == 1);
      }
    }
  }
}

TEST_CASE("tile plan: swizzled chunks of a box are all different and stay in their row", "[cuda]") {
  std::set<std::uint32_t> seen;
  for (int row = 0; row < 64; ++row) {
    for (int chunk = 0; chunk < 8; ++chunk) {
      const std::uint32_t at = swizzled(row, chunk);
      CHECK(at / kRowBytes == static_cast<std::uint32_t>(row));
      CHECK(at % 16 == 0);
      // TMA and wgmma exchange address bits 4 to 6 with their exclusive or with bits 7 to 9.
      const auto plain = static_cast<std::uint32_t>(row * kRowBytes + chunk * 16);
      CHECK(at == (plain ^ ((plain >> 7 & 7) << 4)));
      seen.insert(at);
    }
  }
  CHECK(seen.size() == 512);
}

TEST_CASE("tile plan: two blocks share weights where an expert has rows for both", "[cuda]") {
  CHECK(choose_launch(32768 * 8, 128, 132) == Launch{2, 66});  // 2,048 rows each
  CHECK(choose_launch(16384 * 8, 512, 132) == Launch{2, 66});  // 256
  CHECK(choose_launch(160 * 64, 64, 132) == Launch{1, 132});
  CHECK(choose_launch(100, 1, 1) == Launch{1, 1});
  CHECK(choose_weight_launch(1536, 2048, true, 132) == Launch{2, 66});
  CHECK(choose_weight_launch(2048, 768, false, 132) == Launch{2, 66});
  CHECK(choose_weight_launch(384, 1536, false, 132) == Launch{1, 132});  // three blocks of rows
}

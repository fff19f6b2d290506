// What fuzzing found, once more: every file of fuzz/finds/TARGET is an answer or a refusal.
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "catch.hpp"
#include "targets/targets.hpp"

namespace isoflop::fuzz {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("fuzz targets: what was found once is found no more", "[fuzz][refusal]") {
  const fs::path finds = fs::path(ISOFLOP_SOURCE_DIR) / "fuzz" / "finds";
  std::size_t num_files = 0;
  for (const Target& target : kTargets) {
    const fs::path folder = finds / target.name;
    if (!fs::exists(folder)) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      CAPTURE(file.path().string());
      const std::clock_t begin = std::clock();
      CHECK_NOTHROW(target.run(bytes_of(file.path())));
      // Of a second, with room for a slow machine; what hung took many.
      CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 5.0);
      ++num_files;
    }
  }
  CHECK(num_files > 0);
}

TEST_CASE("fuzz targets: every target takes nothing and a NUL byte", "[fuzz][refusal]") {
  using namespace std::string_view_literals;
  for (const Target& target : kTargets) {
    CAPTURE(target.name);
    for (const std::string_view input : {""sv, "\0"sv, "\xFF\xFE\0\xD8"sv, "\n\n"sv}) {
      CHECK_NOTHROW(target.run(input));
    }
  }
}

}  // namespace
}  // namespace isoflop::fuzz

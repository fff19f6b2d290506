// What fuzzing found, once more: every file of fuzz/finds/TARGET is an answer or a refusal.
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
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

/// Calls what(target, file) for each file of FOLDER/TARGET.
template <class What>
void for_files(const fs::path& folder, const What& what) {
  for (const Target& target : kTargets) {
    if (!fs::exists(folder / target.name)) continue;
    for (const auto& file : fs::directory_iterator(folder / target.name)) {
      CAPTURE(file.path().string());
      what(target, file.path());
    }
  }
}

/// The processor time that the target takes for the file's bytes.
double seconds_of(const Target& target, const fs::path& file) {
  const std::string bytes = bytes_of(file);
  const std::clock_t begin = std::clock();
  CHECK_NOTHROW(target.run(bytes));
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST_CASE("fuzz targets: what was found once is found no more", "[fuzz][refusal]") {
  std::size_t num_files = 0;
  for_files(fs::path(ISOFLOP_SOURCE_DIR) / "fuzz" / "finds",
            [&](const Target& target, const fs::path& file) {
              // Of a second, with room for a slow machine; what hung took many.
              CHECK(seconds_of(target, file) < 5.0);
              ++num_files;
            });
  CHECK(num_files > 0);
}

// Run by hand, on what fuzz/run has gathered: fuzz/README.md.
TEST_CASE("fuzz targets: no input of a corpus takes a second", "[.corpus]") {
  const char* const corpus = std::getenv("ISOFLOP_FUZZ_CORPUS");
  REQUIRE(corpus != nullptr);
  std::size_t num_files = 0;
  double longest_s = 0.0;
  std::string slowest;
  for_files(corpus, [&](const Target& target, const fs::path& file) {
    const double took_s = seconds_of(target, file);
    if (took_s > longest_s) longest_s = took_s, slowest = file.string();
    ++num_files;
  });
  std::cout << num_files << " inputs, the longest " << longest_s << " s: " << slowest << "\n";
  CHECK(num_files > 0);
  CHECK(longest_s < 1.0);
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

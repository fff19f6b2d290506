#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"

namespace isoflop::thin_fronts_test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Sources of the programs: benchmarks and studies are apart.
std::vector<fs::path> front_files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(ISOFLOP_SOURCE_DIR "/apps")) {
    const std::string path = entry.path().string();
    const std::string kind = entry.path().extension().string();
    if (kind != ".cpp" && kind != ".hpp") continue;
    if (path.find("/benchmarks/") != std::string::npos) continue;
    if (path.find("/studies/") != std::string::npos) continue;
    out.push_back(entry.path());
  }
  return out;
}

TEST_CASE("fronts: none reaches past the doors into fits plans and costs", "[cli][design]") {
  for (const fs::path& file : front_files()) {
    CAPTURE(file.string());
    const std::string text = text_of(file);
    for (const char* room : {"isoflop/fit/", "isoflop/plan/", "isoflop/cost/"}) {
      CHECK(text.find("#include \"" + std::string(room)) == std::string::npos);
    }
  }
}

TEST_CASE("fronts: they stay small", "[cli][design]") {
  std::size_t lines = 0;
  for (const fs::path& file : front_files()) {
    const std::string text = text_of(file);
    lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  CHECK(lines < 5000);
  CHECK(lines > 500);  // it did look at them
}

TEST_CASE("doors: no text below the fronts spells a flag", "[design]") {
  // Launch files are for trainers, whose own flags they hold.
  for (const char* room : {"/src", "/include"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(ISOFLOP_SOURCE_DIR + std::string(room))) {
      const std::string path = entry.path().string();
      if (!entry.is_regular_file() || path.find("/io/launch/") != std::string::npos) continue;
      std::istringstream in(text_of(entry.path()));
      for (std::string line; std::getline(in, line);) {
        const std::size_t comment = line.find("//");
        const std::size_t flag = line.find("--", line.find('"'));
        const bool spelled = line.find('"') < flag && flag < comment && flag + 2 < line.size() &&
                             std::islower(static_cast<unsigned char>(line[flag + 2])) != 0;
        INFO(path << ": " << line);
        CHECK_FALSE(spelled);
      }
    }
  }
}

}  // namespace
}  // namespace isoflop::thin_fronts_test

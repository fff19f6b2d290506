#include <sys/stat.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::testing::whole_file_test {
namespace {

std::string fault_of(const ScratchFolder& folder, const std::string& name) {
  try {
    require_writable(folder.path(name));
  } catch (const DataError& fault) {
    return folder.without_folder(fault.what());
  }
  return "";
}

TEST_CASE("require_writable: a file in a folder that is there passes", "[cli][identity]") {
  const ScratchFolder folder;
  CHECK(fault_of(folder, "law.json").empty());
  folder.write("law.json", "{}");
  CHECK(fault_of(folder, "law.json").empty());
  CHECK_NOTHROW(require_writable(""));
  CHECK_NOTHROW(require_writable("/dev/null"));
}

TEST_CASE("require_writable: a folder that is not there is named", "[cli][refusal]") {
  const ScratchFolder folder;
  CHECK(fault_of(folder, "none/law.json")
            .find("none/law.json: cannot be written: there is no folder ") == 0);
  CHECK_THROWS_AS(write_file(folder.path("none/law.json"), "{}"), DataError);
}

TEST_CASE("require_writable: a folder is no file", "[cli][refusal]") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("laws"));
  CHECK(fault_of(folder, "laws") == "laws: is a folder; name a file in it");
}

TEST_CASE("write_file: the reason comes with the refusal", "[cli][refusal]") {
  if (!std::filesystem::exists("/dev/full")) {
    WARN("no device here is always full: nothing to test");
    return;
  }
  CHECK_THROWS_WITH(write_file("/dev/full", "{}"),
                    "/dev/full: cannot be written: No space left on device");
}

TEST_CASE("write_file: a link is written through and permissions stay", "[cli][identity]") {
  const ScratchFolder folder;
  folder.write("law.json", "older");
  std::filesystem::permissions(folder.path("law.json"), std::filesystem::perms{0640});
  std::filesystem::create_symlink("law.json", folder.path("link"));
  std::filesystem::create_symlink("new.json", folder.path("to be made"));
  write_file(folder.path("link"), "{}");
  write_file(folder.path("to be made"), "{}");
  CHECK(std::filesystem::is_symlink(folder.path("link")));
  CHECK(read_file(folder.path("law.json")) == "{}");
  CHECK(std::filesystem::status(folder.path("law.json")).permissions() ==
        std::filesystem::perms{0640});
  CHECK(read_file(folder.path("new.json")) == "{}");
}

TEST_CASE("write_file: links that lead round in a circle are refused", "[cli][refusal]") {
  const ScratchFolder folder;
  std::filesystem::create_symlink("loop", folder.path("loop"));
  CHECK(fault_of(folder, "loop") == "loop: cannot be written: Too many levels of symbolic links");
  CHECK_THROWS_AS(write_file(folder.path("loop"), "{}"), DataError);
  CHECK_THROWS_AS(read_file(folder.path("loop")), DataError);
}

TEST_CASE("write_file: what a writer that was killed left is written over", "[cli][identity]") {
  const ScratchFolder folder;
  folder.write("law.json", "older");
  folder.write("law.json.part", "half of a longer file that was never ended");
  write_file(folder.path("law.json"), "{}");
  CHECK(read_file(folder.path("law.json")) == "{}");
  CHECK_FALSE(std::filesystem::exists(folder.path("law.json.part")));
}

TEST_CASE("write_file: of many writers at once the file is always that of one", "[cli][identity]") {
  const ScratchFolder folder;
  const std::string path = folder.path("law.json");
  const auto text_of = [](int i) { return std::string(100'000, static_cast<char>('a' + i)); };
  write_file(path, text_of(0));
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      for (int k = 0; k < 10; ++k) write_file(path, text_of(i));
    });
  }
  bool always_whole = true;
  for (int k = 0; k < 200; ++k) {
    std::string seen;
    try {
      seen = read_file(path);
    } catch (const DataError&) {  // replaced while it was read
      continue;
    }
    always_whole = always_whole && seen == text_of(seen.front() - 'a');
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(always_whole);
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_CASE("FilePieces: a file that grows while it is read is refused", "[io][refusal]") {
  const ScratchFolder folder;
  const std::string path = folder.write("runs.csv", std::string(100'000, 'x'));
  FilePieces file(path);
  std::string piece;
  REQUIRE(file.next(piece));
  std::ofstream(path, std::ios::app) << "more";
  CHECK_THROWS_WITH(([&] {
                      while (file.next(piece)) {
                      }
                    }()),
                    Catch::Matchers::ContainsSubstring("changed while it was read"));
}

TEST_CASE("read_file: no more than was allowed is held", "[io][refusal]") {
  const ScratchFolder folder;
  const std::string path = folder.write("a", std::string(std::size_t{3} << 20, 'x'));
  CHECK(read_file(path).size() == std::size_t{3} << 20);
  CHECK_THROWS_WITH(read_file(path, std::size_t{2} << 20),
                    Catch::Matchers::ContainsSubstring("holds more than 2 MiB"));
  CHECK_THROWS_WITH(read_file("/dev/zero", std::size_t{2} << 20),
                    Catch::Matchers::ContainsSubstring("holds more than 2 MiB"));
}

}  // namespace
}  // namespace isoflop::testing::whole_file_test

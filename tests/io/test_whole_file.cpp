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

}  // namespace
}  // namespace isoflop::testing::whole_file_test

/// How a test case that lacks something ends: by an exception. ctest reports the case as skipped, a
/// plain run of the tests as failed, neither as passed.
#pragma once

#include <string>

namespace isoflop_test {

/// Ends the running test case: it is skipped for this reason.
[[noreturn]] void skip(const std::string& reason);

/// Path of a file among the public run records: the folder named by the environment variable
/// ISOFLOP_TEST_DATA, else the one that CMake was given. Skips the test where the file is absent.
std::string require_data(const std::string& file);

}  // namespace isoflop_test

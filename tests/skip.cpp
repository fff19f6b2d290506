#define CATCH_CONFIG_EXTERNAL_INTERFACES  // what version 2 of Catch2 wants before a listener
#include "skip.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

#include "catch.hpp"

namespace {

#if defined(CATCH_VERSION_MAJOR) && CATCH_VERSION_MAJOR >= 3
using Listener = Catch::EventListenerBase;
#else
using Listener = Catch::TestEventListenerBase;
#endif

std::string& skip_reason() {
  static std::string reason;
  return reason;
}

/// Prints the line by which ctest knows a skipped test. The exception of skip() counts as one
/// failed assertion: with more of them the case has failed, whatever else it lacked.
class SkipListener : public Listener {
 public:
  using Listener::Listener;

  void testCaseStarting(const Catch::TestCaseInfo&) override { skip_reason().clear(); }
  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (skip_reason().empty() || stats.totals.assertions.failed > 1) return;
    std::cout << "SKIPPED: " << skip_reason() << std::endl;
  }
};

CATCH_REGISTER_LISTENER(SkipListener)

}  // namespace

void isoflop_test::skip(const std::string& reason) {
  skip_reason() = reason;
  throw std::runtime_error(reason);
}

std::string isoflop_test::require_data(const std::string& file) {
  const char* const wanted = std::getenv("ISOFLOP_TEST_DATA");
  const std::filesystem::path folder = wanted != nullptr ? wanted : ISOFLOP_TEST_DATA;
  const std::filesystem::path path = (folder / file).lexically_normal();
  if (!std::filesystem::is_regular_file(path)) {
    skip("no " + file + " in " + path.parent_path().string());
  }
  return path.string();
}

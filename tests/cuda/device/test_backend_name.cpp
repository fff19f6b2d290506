#include <set>
#include <string>

#include "catch.hpp"
#include "cuda/device/backend_name.hpp"
#include "cuda/device/moe_bench.hpp"
#include "isoflop/error.hpp"

namespace backend_name_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

std::string fault_of(const char* text) {
  try {
    parse_backend_name(text);
  } catch (const InvalidArgument& fault) {
    return fault.what();
  }
  return "";
}

}  // namespace

TEST_CASE("backend_name: a name alone is all that the backend can fuse", "[bench][format]") {
  CHECK(parse_backend_name("wgmma").fused == kAllFused);
  CHECK(parse_backend_name("wgmma:all").fused == kAllFused);
  CHECK(parse_backend_name("loop").fused == Fusion{});
  CHECK(parse_backend_name("wgmma:plain").fused == Fusion{});
  CHECK(parse_backend_name("wgmma:none").fused == Fusion{});
  CHECK(parse_backend_name("wgmma:activation+gather").fused ==
        Fusion{.gather = true, .activation = true});
}

TEST_CASE("backend_name: every choice has one text that is read as that choice",
          "[bench][identity]") {
  for (const BackendTraits& traits : backend_traits()) {
    std::set<std::string> texts;
    int num_choices = 0;
    for (int bits = 0; bits < 8; ++bits) {
      const Fusion fused{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
      if (!is_possible(fused) || !covers(traits.fuses, fused)) continue;
      const std::string text = to_text({traits.name, fused});
      CAPTURE(text);
      CHECK(parse_backend_name(text).base == traits.name);
      CHECK(parse_backend_name(text).fused == fused);
      texts.insert(text);
      ++num_choices;
    }
    CHECK(texts.size() == static_cast<std::size_t>(num_choices));
    CHECK(texts.contains(std::string(traits.name)));
  }
  CHECK(to_text(parse_backend_name("wgmma:combination+activation+gather")) == "wgmma");
}

TEST_CASE("backend_name: what cannot be fused is refused in one line", "[bench][refusal]") {
  CHECK(fault_of("magic") == "\"magic\" is none of batched, loop, grouped, lt-grouped, wgmma");
  CHECK(fault_of("") == "\"\" is none of batched, loop, grouped, lt-grouped, wgmma");
  CHECK(fault_of("loop:gather") == "\"loop:gather\": loop fuses nothing");
  CHECK(fault_of("wgmma:scatter") ==
        "\"scatter\" is none of what wgmma fuses: gather, activation, combination; parts are "
        "joined by +, and plain is none of them");
  CHECK(fault_of("wgmma:combination") ==
        "\"combination\" fuses the combination without the activation, which it needs");
  for (const char* text : {"wgmma:", "wgmma:gather+", "wgmma:gather,activation",
                           "wgmma:plain+gather", "wgmma::gather", "wgmma:Gather"}) {
    CAPTURE(text);
    CHECK_FALSE(fault_of(text).empty());
  }
}

TEST_CASE("backend_name: every backend of this build is known", "[bench][identity]") {
  for (const std::string& name : backend_names()) CHECK(traits_of(name).name == name);
}

}  // namespace backend_name_test

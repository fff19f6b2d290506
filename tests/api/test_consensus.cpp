#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/consensus.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/consensus.hpp"

namespace isoflop::testing::consensus_test {
namespace {

void require_same(const api::ConsensusRequest& request, std::vector<std::string> words) {
  const api::ConsensusOutcome outcome = api::consensus(request);
  CHECK(outcome.usable());
  words.insert(words.begin(), "consensus");
  CHECK(Workplace().isoflop(words).out == show_fields(text::consensus(outcome), FieldStyle::kFlag));
  words.emplace_back("--json");
  CHECK(Workplace().isoflop(words).out == json_text(to_json(outcome)));
}

TEST_CASE("api consensus: the door gives the program's documents to the byte", "[api][identity]") {
  api::ConsensusRequest all;
  all.flops = {1e21, 1e24};
  all.u = 1e12;
  require_same(all, {"--flops", "1e21", "1e24", "--u", "1T"});
  api::ConsensusRequest two;
  two.law = {"hoffmann2022", "krajewski2024-e64"};
  two.flops = {1e21};
  two.experts = {.expansion = 64, .granularity = 16};
  require_same(two, {"--flops", "1e21", "hoffmann2022", "krajewski2024-e64", "--expansion", "64",
                     "--granularity", "16"});
}

TEST_CASE("api consensus: what cannot be asked is a fault of its field", "[api][refusal]") {
  auto fault_of = [](const api::ConsensusRequest& request) {
    try {
      api::consensus(request);
    } catch (const InvalidArgument& fault) {
      return fault.field();
    }
    return std::string("none");
  };
  CHECK(fault_of({}) == "flops");
  api::ConsensusRequest twice;
  twice.flops = {1e21};
  twice.law = {"hoffmann2022", "hoffmann2022"};
  CHECK(fault_of(twice) == "law");
  api::ConsensusRequest split;
  split.flops = {1e21};
  split.experts.k0 = 2.0;
  CHECK(fault_of(split) == "k0");
}

TEST_CASE("api consensus: a request reads back from its document", "[api][format]") {
  const Json json{{"verb", "consensus"}, {"law", {"hoffmann2022"}}, {"flops", {1e21}}, {"u", 1e12}};
  CHECK(to_json(api::consensus_request(json)) == json);
}

}  // namespace
}  // namespace isoflop::testing::consensus_test

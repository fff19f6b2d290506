#include <array>
#include <cmath>
#include <string>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "planted_table.hpp"

namespace isoflop::cost_table_file_test {
namespace {

using testing::layer_of;
using testing::planted_row;
using testing::planted_table;

std::string measured_text() {
  const MoeLayer layer = layer_of({.granularity = 4});
  CostRow row = planted_row(layer, Pass::kForward, Stage::kWhole, 0.0012345678901234567);
  row.remarks = {"drift: 2.4 %", "a \"quoted\" line"};
  row.seed = 18446744073709551615u;
  row.state.power_w = 612.5;
  return cost_table_to_text(
      planted_table({row, planted_row(layer, Pass::kBackward, Stage::kUpWgrad, 0.002)}));
}

std::string roofline_text() {
  const std::array layers{layer_of({.granularity = 2})};
  return cost_table_to_text(RooflineTable({989.4e12, 4.8e12}, "h200", layers, {}));
}

/// The first occurrence of `from` replaced. A test whose pattern is not there fails.
std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string fault_of(const std::string& text) {
  try {
    cost_table_from_text(text, "c.json");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("cost_table_to_text: what was written reads and writes back byte for byte",
          "[cost][format]") {
  const std::string measured = measured_text();
  CHECK(cost_table_to_text(MeasuredTable(cost_table_from_text(measured, "c.json"))) == measured);
}

TEST_CASE("cost_table_to_text: a row says what its check was, and one without a word had the first",
          "[cost][format]") {
  CostRow self = planted_row(layer_of({}), Pass::kForward, Stage::kWhole, 0.001);
  self.checked = Check::kSelf;
  CostRow none = self;
  none.checked = Check::kNone;
  none.seed = self.seed + 1;
  none.check_error = none.check_tolerance = kNotMeasured;
  const std::string text = cost_table_to_text(planted_table({self, none}));
  const CostTable read = cost_table_from_text(text, "c.json");
  CHECK(read.rows.at(0).checked == Check::kSelf);
  CHECK(read.rows.at(1).checked == Check::kNone);
  CHECK(cost_table_from_text(with(text, "\"checked\":\"self\",", ""), "c.json").rows[0].checked ==
        Check::kReference);
}

TEST_CASE("cost_table_to_text: what is fused is a list of words, and absent where nothing is",
          "[cost][format]") {
  CostRow row = planted_row(layer_of({}), Pass::kForward, Stage::kWhole, 0.001, "wgmma");
  row.fused = kAllFused;
  CostRow plain = row;
  plain.backend = "wgmma:plain";
  plain.fused = {};
  const std::string text = cost_table_to_text(planted_table({row, plain}));
  const std::string words = R"("fused":["gather","activation","combination"],)";
  CHECK(text.find(words) != std::string::npos);
  CHECK(text.find("fused", text.find(words) + words.size()) == std::string::npos);
  const CostTable read = cost_table_from_text(text, "c.json");
  CHECK(read.rows.at(0).fused == kAllFused);
  CHECK(read.rows.at(1).fused == Fusion{});
  for (const auto& [to, fault] :
       {std::pair{R"("fused":"gather",)", "\"fused\" must be a list of texts"},
        {R"("fused":["softmax"],)", "\"fused\" must be a list of gather, activation, combination"},
        {R"("fused":["combination"],)", "has the combination fused without the activation"}}) {
    CHECK(fault_of(with(text, words, to)) == "c.json: row 1: " + std::string(fault));
  }
}

TEST_CASE("read_cost_table: a stage whose work is part of a product is refused",
          "[cost][refusal]") {
  CostRow row = planted_row(layer_of({}), Pass::kForward, Stage::kPermute, 0.001, "wgmma");
  row.fused = {.gather = true, .activation = true};
  CHECK_THROWS_WITH(planted_table({row}),
                    "row 1: has a stage \"permute\" whose work is part of its products: gather, "
                    "activation");
  row.stage = Stage::kUp;
  CHECK_NOTHROW(planted_table({row}));
}

TEST_CASE("cost_table_to_text: a roofline reads back as the table that was written",
          "[cost][format]") {
  const std::array layers{layer_of({.granularity = 2})};
  const RooflineTable written({989.4e12, 4.8e12}, "h200", layers, {});
  const CostTable read = cost_table_from_text(cost_table_to_text(written), "c.json");
  CHECK(read.source == CostSource::kRoofline);
  CHECK(read.peaks.spec_flops_per_s == 989.4e12);
  CHECK(read.peaks.spec_of == "h200");
  REQUIRE(read.rows.size() == written.table().rows.size());
  for (std::size_t i = 0; i < read.rows.size(); ++i) {
    CHECK(read.rows[i].layer == layers[0]);
    CHECK(read.rows[i].stage == written.table().rows[i].stage);
    CHECK(read.rows[i].time_s == written.table().rows[i].time_s);
    CHECK(read.rows[i].bytes == written.table().rows[i].bytes);
  }
}

TEST_CASE("cost_table_to_text: what was not measured is null", "[cost][format]") {
  CHECK_THAT(measured_text(), Catch::Matchers::ContainsSubstring("\"copy_bytes_per_s\": null"));
  CHECK(std::isnan(cost_table_from_text(measured_text(), "c.json").rows[0].state.temperature_c));
}

TEST_CASE("cost_table_to_text: a table without rows is a table", "[cost][format]") {
  const std::string text = cost_table_to_text(planted_table({}));
  CHECK(cost_table_from_text(text, "c.json").rows.empty());
}

TEST_CASE("read_cost_table: a file gives the table that its text gives", "[cost][format]") {
  const testing::ScratchFolder folder;
  const CostTable table = read_cost_table(folder.write("c.json", measured_text()));
  CHECK(cost_table_to_text(MeasuredTable(table)) == measured_text());
}

TEST_CASE("read_cost_table: a file cut anywhere is refused in one line that names it",
          "[cost][refusal]") {
  const std::string text = measured_text();
  for (std::size_t size = 0; size + 2 < text.size(); size += 97) {
    const std::string fault = fault_of(text.substr(0, size));
    INFO(size);
    CHECK(fault.starts_with("c.json:"));
    CHECK(fault.find('\n') == std::string::npos);
  }
}

struct Refusal {
  const char* from;
  const char* to;
  const char* fault;
};

TEST_CASE("read_cost_table: a measured table that cannot be believed is refused",
          "[cost][refusal]") {
  const std::string text = measured_text();
  for (
      const Refusal& x : {
          Refusal{"isoflop.cost/1", "isoflop.cost/2",
                  "c.json: has format \"isoflop.cost/2\", which a later version of isoflop writes; "
                  "this program reads \"isoflop.cost/1\""},
          {"\"cuda\"", "\"cuda_driver\": \"\", \"cuda\"",
           "c.json: environment: has no member \"cuda_driver\"; it may have: date git_revision "
           "command_line gpu_name gpu_uuid num_sms memory_bytes l2_bytes compute_capability driver "
           "cuda cublas"},
          {"\"format\"", "\"formal\"", "c.json: is not a cost table: it has no \"format\""},
          {"\"measured\"", "\"rehearsal\"",
           "c.json: was taken on a CPU to try the benchmark out: its times are no measurements of "
           "a GPU"},
          {"\"checked\":\"reference\"", "\"checked\":\"twice\"",
           "c.json: row 1: \"checked\" must be one of reference, self, none"},
          {"\"checked\":\"reference\"", "\"checked\":\"none\"",
           "c.json: row 1: has a check_error but was checked against nothing"},
          {"\"measured\"", "\"guessed\"", "c.json: \"source\" must be one of roofline, measured"},
          {"\"planted\"", "\"\"", "c.json: is measured but does not name its device"},
          {"\"1.0\"", "\"\"", "c.json: is measured but does not name its driver"},
          {"\"gpu_name\"", "\"gpu\"", "c.json: environment: lacks \"gpu_name\""},
          {"800000000000000.0", "-8e14", "c.json: has a peak that is not positive"},
          {"\"tokens\":16384", "\"tokens\":-1",
           "c.json: row 1: \"tokens\" must be a whole number from 0 on"},
          {"\"expert_width\":2048", "\"expert_width\":2044",
           "c.json: row 1: the width of an expert, 2044, is not a multiple of 8"},
          {"\"top_k\":4", "\"top_k\":4000",
           "c.json: row 1: a token cannot go to 4000 of 256 experts"},
          {"\"swiglu\"", "\"tanh\"",
           "c.json: row 1: \"activation\" must be one of swiglu, gelu, relu"},
          {"\"sustained\"", "\"idle\"",
           "c.json: row 1: \"regime\" must be one of sustained, burst"},
          {"\"pass\":\"forward\"", "\"pass\":\"sideways\"",
           "c.json: row 1: \"pass\" must be one of forward, backward, both"},
          {"\"stage\":\"up_wgrad\"", "\"stage\":\"up\"",
           "c.json: row 2: has a stage \"up\" that is no part of the pass backward"},
          {"\"backend\":\"loop\"", "\"backend\":\"roofline\"",
           "c.json: row 1: is of a roofline in a table of measurements"},
          {"\"time_s\":0.002", "\"time_s\":0.0",
           "c.json: row 2: has a time_s that is not positive"},
          {"\"time_s\":0.002", "\"time_s\":null",
           "c.json: row 2: has a time_s that is not positive"},
          {"\"time_s\":0.002", "\"time_s\":0.0020001",
           "c.json: row 2: has a time_s that is not the median of its samples"},
          {"\"samples_s\":[0.00198,0.002,0.00202]", "\"samples_s\":[]",
           "c.json: row 2: is measured but has no samples"},
          {"\"samples_s\":[0.00198,0.002,0.00202]", "\"samples_s\":[-1.0,0.002,1.0]",
           "c.json: row 2: has a sample that is not a positive time"},
          {"\"samples_s\":[0.00198,", "\"samples_s\":[null,",
           "c.json: row 2: \"samples_s\" must be a list of numbers"},
          {"\"check_error\":0.001", "\"check_error\":null",
           "c.json: row 1: is measured but was not checked"},
          {"\"check_error\":0.001", "\"check_error\":0.006",
           "c.json: row 1: failed its check: check_error is above check_tolerance"},
          {"\"p10_s\":null", "\"p10_s\":-1.0",
           "c.json: row 1: has a quantile that is not a positive time"},
          {"\"low_s\":null", "\"low_s\":0.002",
           "c.json: row 1: has a time_s outside of its quantiles"},
          {"\"p90_s\":null", "\"p90_s\":0.001",
           "c.json: row 1: has a time_s outside of its quantiles"},
          {"\"graph\":true", "\"graph\":1", "c.json: row 1: \"graph\" must be true or false"},
          {"\"dw_dtype\"", "\"dw_type\"", "c.json: row 1: lacks \"dw_dtype\""},
      }) {
    CHECK(fault_of(with(text, x.from, x.to)) == x.fault);
  }
}

TEST_CASE("read_cost_table: two times of one configuration are refused", "[cost][refusal]") {
  const MoeLayer layer = layer_of({.granularity = 4});
  const CostRow first = planted_row(layer, Pass::kForward, Stage::kWhole, 0.001);
  CostRow again = first, other = first;
  again.time_s = 0.004;
  again.samples_s = {0.004};
  other.seed = first.seed + 1;
  CHECK(fault_of(cost_table_to_text(planted_table({first, other}))).empty());
  CHECK(fault_of(cost_table_to_text(planted_table({first, other, again}))) ==
        "c.json: row 3: is of the same configuration as row 1, in 4 ms and not 1; which of the two "
        "holds, the table does not say");
}

TEST_CASE("read_cost_table: a text of several lines is read as one", "[cost][format]") {
  const std::string text = with(measured_text(), "\"planted\"", "\"H200\\nFLOPs of a plan: 1\"");
  CHECK(cost_table_from_text(text, "c.json").environment.gpu_name == "H200 FLOPs of a plan: 1");
}

TEST_CASE("read_cost_table: a roofline that looks like a measurement is refused",
          "[cost][refusal]") {
  const std::string text = roofline_text();
  for (const Refusal& x : {
           Refusal{"\"gpu_name\": \"\"", "\"gpu_name\": \"H200\"",
                   "c.json: is a roofline but names a device"},
           {"\"driver\": \"\"", "\"driver\": \"580\"", "c.json: is a roofline but names a device"},
           {"\"samples_s\":[]", "\"samples_s\":[0.1]",
            "c.json: row 1: has samples, but the table is a roofline"},
           {"\"backend\":\"roofline\"", "\"backend\":\"loop\"",
            "c.json: row 1: names a backend, but the table is a roofline"},
           {"\"gemm_flops_per_s\": null", "\"gemm_flops_per_s\": 8e14",
            "c.json: is a roofline with measured peaks"},
           {"\"spec_bytes_per_s\": 4800000000000.0", "\"spec_bytes_per_s\": null",
            "c.json: is a roofline without its two peaks"},
           {"\"roofline\"", "\"measured\"", "c.json: is measured but does not name its device"},
       }) {
    CHECK(fault_of(with(text, x.from, x.to)) == x.fault);
  }
}

TEST_CASE("read_cost_table: a file that is not there is refused with its path", "[cost][refusal]") {
  CHECK_THROWS_WITH(read_cost_table("no/such.json"), "no/such.json: there is no such file");
}

TEST_CASE("MeasuredTable: a roofline cannot become a table of measurements", "[cost][refusal]") {
  CHECK_THROWS_AS(MeasuredTable(cost_table_from_text(roofline_text(), "c.json")), InvalidArgument);
}

TEST_CASE("MeasuredTable: rows are appended together or not at all", "[cost][refusal]") {
  MeasuredTable table = planted_table({});
  const CostRow good = planted_row(layer_of({}), Pass::kForward, Stage::kWhole, 1.0);
  CostRow failed = good;
  failed.check_error = 1.0;
  CHECK_THROWS_AS(table.append({good, failed}), InvalidArgument);
  CHECK(table.table().rows.empty());
  table.append({good});
  CHECK(table.table().rows.size() == 1);
}

TEST_CASE("cost table: those that ship are read by their names", "[cost][format]") {
  for (const std::string name : {"h200-modern", "h200-paper"}) {
    const CostTable by_name = read_cost_table(name);
    const CostTable by_path = read_cost_table(ISOFLOP_SOURCE_DIR "/data/costs/" + name + ".json");
    CHECK(by_name.rows.size() == by_path.rows.size());
    CHECK(by_name.rows.front().backend == by_path.rows.front().backend);
    CHECK(by_name.rows.back().time_s == by_path.rows.back().time_s);
  }
  CHECK_THROWS_AS(read_cost_table("h200-medieval"), DataError);
}

}  // namespace
}  // namespace isoflop::cost_table_file_test

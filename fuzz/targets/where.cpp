#include <array>

#include "input.hpp"
#include "isoflop/io/records.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {
namespace {

TextTable some_runs() {
  TextTable out;
  out.path = "runs.csv";
  out.header = {"params", "tokens", "loss", "run name", "config.lr", "state", ""};
  out.rows = {{"1e8", "2e9", "3.1", "a-1", "1e-3", "finished", ""},
              {"7B", "1,000", "2.1", "b", "nan", "crashed", "x"},
              {"", "3e10", "2.5", "c", "inf", "finished", "1"},
              {"2^30", "4.5T", "NaN", "", "none", "running", "\"q\""}};
  out.line = {2, 3, 4, 6};
  return out;
}

}  // namespace

/// A condition, then, on a line of its own, what stands for N.
void where(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  RecordOptions options;
  options.columns = {{"n", "params"}, {"d", "tokens"}};
  if (end < input.size()) options.columns["n"] = input.substr(end + 1);
  if (!input.empty() && end > 0) {
    if (refused([&] { options.where = {parse_condition(input.substr(0, end))}; })) return;
  }
  refused([&] { read_records(some_runs(), options, std::array{Variable::kN, Variable::kD}); });
}

}  // namespace isoflop::fuzz

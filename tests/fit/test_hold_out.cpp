#include <algorithm>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/hold_out.hpp"

namespace isoflop::testing::hold_out_test {
namespace {

using Rows = std::vector<std::size_t>;

/// Ten runs with N = 1 … 10 and D = 100, so that N, compute and loss rank them alike: the largest
/// has the lowest loss.
RunTable ten_runs() {
  RunTable runs;
  for (int i = 1; i <= 10; ++i) {
    runs.column(Variable::kN).push_back(i);
    runs.column(Variable::kD).push_back(100.0);
    runs.loss.push_back(5.0 - 0.1 * i);
  }
  runs.source = "runs.csv";
  return runs;
}

Rows held_out(const RunTable& runs, const char* rule) {
  const Split split = split_runs(runs, parse_hold_out(rule));
  CHECK(split.fitted.size() + split.held_out.size() == runs.num_runs());
  return split.held_out;
}

TEST_CASE("hold-out: the share asked for is hidden from the top", "[fit][identity]") {
  const RunTable runs = ten_runs();
  for (const char* rule : {"compute:20%", "n:20%", "loss:20%", "n:11%", "compute:1.5e1%"}) {
    CAPTURE(rule);
    CHECK(held_out(runs, rule) == Rows{8, 9});
  }
  CHECK(held_out(runs, "n:10%") == Rows{9});
  CHECK(held_out(runs, "n:1%") == Rows{9});
  CHECK(held_out(runs, "n:90%").size() == 9);
}

TEST_CASE("hold-out: lowest loss is hidden by loss even where compute is small",
          "[fit][identity]") {
  RunTable runs = ten_runs();
  runs.loss[3] = 1.0;
  CHECK(held_out(runs, "loss:10%") == Rows{3});
  CHECK(held_out(runs, "compute:10%") == Rows{9});
}

TEST_CASE("hold-out: compute counts N and D", "[fit][identity]") {
  RunTable runs = ten_runs();
  runs.column(Variable::kD)[0] = 2000.0;
  CHECK(held_out(runs, "compute:10%") == Rows{0});
  CHECK(held_out(runs, "n:10%") == Rows{9});
  CHECK(six_nd_of(runs)[0] == 12000.0);
}

TEST_CASE("hold-out: runs that tie with the last one go with it", "[fit][identity]") {
  RunTable runs = ten_runs();
  // Equal but for the rounding of a product.
  runs.column(Variable::kN)[4] = 9.0 * (1.0 + 1e-15);
  CHECK(held_out(runs, "n:20%") == Rows{4, 8, 9});
  CHECK(held_out(runs, "n:10%") == Rows{9});
}

TEST_CASE("hold-out: a group goes as a whole with its most extreme run", "[fit][identity]") {
  RunTable runs = ten_runs();
  runs.group = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "a"};
  CHECK(held_out(runs, "n:20%") == Rows{0, 9});
  CHECK(held_out(runs, "n:30%") == Rows{0, 8, 9});
}

TEST_CASE("hold-out: no rule splits a group", "[fit][identity]") {
  RunTable runs = ten_runs();
  for (std::size_t i = 0; i < 10; ++i) runs.group.push_back(std::string(1, "abcd"[(3 * i) % 4]));
  for (const char* rule : {"compute:10%", "compute:40%", "loss:20%", "n:60%", "d:30%"}) {
    CAPTURE(rule);
    Split split;
    try {
      split = split_runs(runs, parse_hold_out(rule));
    } catch (const DataError&) {
      CHECK(std::string(rule) == "d:30%");  // every D ties
      continue;
    }
    for (const std::size_t a : split.fitted) {
      for (const std::size_t b : split.held_out) CHECK(runs.group[a] != runs.group[b]);
    }
  }
}

TEST_CASE("hold-out: marked runs go with the rest of their groups", "[fit][identity]") {
  RunTable runs = ten_runs();
  std::vector<bool> marked(10, false);
  marked[2] = marked[6] = true;
  const HoldOutRule rule = parse_hold_out("column:test");
  CHECK(split_runs(runs, rule, marked).held_out == Rows{2, 6});
  runs.group.assign(10, "x");
  runs.group[2] = runs.group[5] = "y";
  marked[6] = false;
  CHECK(split_runs(runs, rule, marked).held_out == Rows{2, 5});
}

TEST_CASE("hold-out: a rule reads back from its text", "[fit][format]") {
  for (const char* text :
       {"compute:20%", "loss:7%", "n:12.5%", "d:30%", "g:1%", "column:test set"}) {
    CHECK(to_string(parse_hold_out(text)) == text);
  }
  CHECK(parse_hold_out("is_test").column == "is_test");
  CHECK(to_string(parse_hold_out("is_test")) == "column:is_test");
}

TEST_CASE("hold-out: texts that say no rule are refused with what would be right",
          "[fit][refusal]") {
  using Catch::Matchers::ContainsSubstring;
  CHECK_THROWS_WITH(parse_hold_out("compute"), ContainsSubstring("compute:20%"));
  CHECK_THROWS_WITH(parse_hold_out("tokens:20%"),
                    ContainsSubstring("no rule \"tokens\"") && ContainsSubstring("compute:20%"));
  for (const char* text :
       {"n:20", "n:0.2", "n:0%", "n:100%", "n:-5%", "n:%", "n:2O%", "n:nan%", "n:"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_hold_out(text), ContainsSubstring("below 100%"));
  }
  for (const char* text : {"", "column:"}) CHECK_THROWS_AS(parse_hold_out(text), InvalidArgument);
}

TEST_CASE("hold-out: hiding nothing or everything is refused", "[fit][refusal]") {
  const RunTable runs = ten_runs();
  CHECK_THROWS_WITH(split_runs(runs, parse_hold_out("column:test"), std::vector<bool>(10, false)),
                    "runs.csv: the hold-out column:test hides no run");
  CHECK_THROWS_WITH(split_runs(runs, parse_hold_out("d:20%")),
                    "runs.csv: the hold-out d:20% hides every run, ties and groups counted; "
                    "nothing is left to fit");
}

TEST_CASE("hold-out: where N and D are not both there compute is what stands for it",
          "[fit][identity]") {
  const Split by_nd = split_runs(ten_runs(), parse_hold_out("compute:20%"));
  RunTable only_n = ten_runs();
  only_n.column(Variable::kD).clear();
  CHECK(split_runs(only_n, parse_hold_out("compute:20%")).held_out ==
        split_runs(only_n, parse_hold_out("n:20%")).held_out);
  RunTable with_c = only_n;
  with_c.column(Variable::kC).assign(10, 1.0);
  with_c.column(Variable::kC)[3] = 5.0;
  CHECK(split_runs(with_c, parse_hold_out("compute:10%")).held_out == std::vector<std::size_t>{3});
  CHECK_FALSE(by_nd.held_out.empty());
  RunTable neither = only_n;
  neither.column(Variable::kN).clear();
  CHECK_THROWS_WITH(split_runs(neither, parse_hold_out("compute:20%")),
                    "hold-out \"compute:20%\": the runs have none of N, D and C; write loss:20%, "
                    "column:NAME or the name of a column");
  CHECK_FALSE(split_runs(neither, parse_hold_out("loss:20%")).held_out.empty());
}

TEST_CASE("hold-out: a column that the runs lack is refused", "[fit][refusal]") {
  CHECK_THROWS_WITH(split_runs(ten_runs(), parse_hold_out("g:20%")),
                    "hold-out \"g:20%\": the runs have no column G; write compute:20%, loss:20%, "
                    "n:20%, d:20%, column:NAME or the name of a column");
  CHECK_THROWS_AS(split_runs(ten_runs(), parse_hold_out("column:x"), {true}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::hold_out_test

#include <cmath>

#include "catch.hpp"
#include "isoflop/io/law_file.hpp"
#include "plan/drawn_laws.hpp"
#include "program.hpp"

namespace isoflop::testing::frontier_command_test {
namespace {

using Words = std::vector<std::string>;

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words kShort{"frontier", "krajewski2024-e64", "--from", "1e19", "--to",
                   "1e22",     "--points",          "4"};

Json json_of(const Workplace& here, const Words& words) {
  const Outcome outcome = here.isoflop(with(words, {"--json"}));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  return Json::parse(outcome.out);
}

/// law.json: a published law with made-up draws, as a bootstrap would leave them.
void write_law_with_draws(const Workplace& here) {
  LawRecord law = find_law("krajewski2024-e64");
  law.name.clear();
  law.fit_status = "converged";
  law.verdict = "certified";
  law.draws = normal_draws(law, 0.02, 40, 8);
  here.write("law.json", law_to_json(law).dump());
}

TEST_CASE("isoflop frontier: the table for people is this text", "[cli][format]") {
  const Outcome curve = Workplace().isoflop(with(kShort, {"--versus", "dense,coarse"}));
  CHECK(curve.exit_code == 0);
  CHECK(curve.err.empty());
  // This pins the layout; the tests of planner, frontier and versus vouch for the numbers.
  CHECK(curve.out ==
        R"(krajewski2024-e64 (published): fine-grained-moe, N is total_non_embedding, E = 64
FLOPs: (12 d^2 c_f + d E G c_r) D n_blocks, c_f = 6, c_r = 14, d = 64 n_blocks

FLOPs  N active  N total  D tokens  D/N active    loss   G  routing  over dense  over coarse
 1e19    198.8M   8.548B    7.015B        35.3  2.9288  16   16.3 %      16.33x        1.78x
 1e20    699.3M   30.07B    21.12B        30.2  2.5824  16   11.4 %      18.01x        1.89x
 1e21    2.482B   106.7B    61.94B        25.0  2.2872  16    7.8 %      19.47x        1.96x
 1e22    8.913B   383.3B    168.5B        18.9  2.0333  32    9.9 %      21.02x        2.04x

over dense (krajewski2024-dense): budget that it needs for the plan's loss, over the plan's own
over coarse (G = 1): budget that it needs for the plan's loss, over the plan's own

The best granularity changes:
  G = 32  from  2.8389e+21 FLOPs

1e19: beyond the runs behind this law in N, D, D/N
1e20 to 1e21: beyond the runs behind this law in N, D/N
1e22: beyond the runs behind this law in N, D, G, D/N
1e20: at least 0.1 decades of compute beyond the runs
1e21: at least 1.1 decades of compute beyond the runs
1e22: at least 2.1 decades of compute beyond the runs
)");
}

TEST_CASE("isoflop frontier: the json has the switches and the plans", "[cli][format]") {
  const Json json = json_of(Workplace(), {"frontier", "krajewski2024-e64", "--from", "1e15", "--to",
                                          "1e27", "--points", "3"});
  CHECK(keys_of(json) == Words{"format", "law", "cost", "expansion", "switches", "plans"});
  CHECK(json["format"] == "isoflop.frontier/1");
  CHECK(json["plans"].size() == 3);
  CHECK(json["plans"][1]["budget_flops"] == 1e21);
  CHECK(json["plans"][1]["granularity"] == 16.0);
  std::vector<std::pair<double, double>> switches;
  for (const Json& s : json["switches"]) {
    switches.emplace_back(s["granularity"].get<double>(), s["from_flops"].get<double>());
  }
  REQUIRE(switches.size() >= 5);
  CHECK(switches.back().first == 128.0);
  // Krajewski et al. 2024, four decimals.
  CHECK(switches.back().second == Approx(4.72e26).epsilon(0.01));
  CHECK(switches[switches.size() - 5].first == 8.0);
  CHECK(switches[switches.size() - 5].second == Approx(1.21e16).epsilon(0.01));
}

TEST_CASE("isoflop frontier: its plans are those of isoflop plan", "[cli][identity]") {
  const Workplace here;
  const Json curve = json_of(here, kShort)["plans"];
  const Json plans = json_of(here, {"plan", "krajewski2024-e64", "--flops", "1e19,1e20,1e21,1e22"});
  REQUIRE(curve.size() == plans["plans"].size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    CAPTURE(i);
    for (const char* key : {"n_active", "d_tokens", "loss"}) {
      CHECK(curve[i][key].get<double>() ==
            Approx(plans["plans"][i][key].get<double>()).epsilon(1e-12));
    }
    CHECK(curve[i]["granularity"] == plans["plans"][i]["granularity"]);
    CHECK(curve[i]["extrapolates"] == plans["plans"][i]["extrapolates"]);
  }
}

TEST_CASE("isoflop frontier: multipliers stand beside every plan", "[cli][published]") {
  const Json json =
      json_of(Workplace(), {"frontier", "krajewski2024-e64-table1", "--from", "1e20", "--to",
                            "1e25", "--points", "2", "--versus", "dense,hoffmann2022"});
  const Json first = json["plans"][0]["versus"], last = json["plans"][1]["versus"];
  CHECK(keys_of(first) == Words{"dense", "hoffmann2022"});
  CHECK(keys_of(first["dense"]) == Words{"compute_multiplier", "budget_flops", "note"});
  // What the digits of the paper give where its text says 20 and above 40.
  CHECK(first["dense"]["compute_multiplier"].get<double>() == Approx(21.28).epsilon(0.01));
  CHECK(last["dense"]["compute_multiplier"].get<double>() == Approx(32.01).epsilon(0.01));
  CHECK(first["dense"]["note"].is_null());
  // Its irreducible loss is 1.69: another tokenizer, another text.
  CHECK(last["hoffmann2022"]["compute_multiplier"].is_null());
  CHECK(last["hoffmann2022"]["note"] == "no budget reaches this loss");
}

TEST_CASE("isoflop frontier: a law that 6ND cannot price is compared under its own FLOPs",
          "[cli][format]") {
  const Outcome curve =
      Workplace().isoflop({"frontier", "krajewski2024-dense", "--from", "1e20", "--to", "1e22",
                           "--points", "2", "--versus", "krajewski2024-e64"});
  CHECK(curve.exit_code == 0);
  CHECK(curve.err.empty());
  CHECK(contains(curve.out, "over krajewski2024-e64, its FLOPs (12 d^2 c_f + d E G c_r)"));
  CHECK(contains(curve.out, "0.0"));  // a small part of what dense models need
}

TEST_CASE("isoflop frontier: dense is E = 1 of a law that has E", "[cli][identity]") {
  const Workplace here;
  const Words range{"--from", "1e20", "--to", "1e22", "--points", "2"};
  const Json experts = json_of(
      here, with({"frontier", "ludziejewski2025", "--expansion", "8", "--versus", "dense"}, range));
  const Json plan = experts["plans"][0];
  const double budget = plan["versus"]["dense"]["budget_flops"].get<double>();
  CHECK(budget > 1e20);
  Json dense = json_of(
      here, {"plan", "ludziejewski2025", "--expansion", "1", "--flops", std::to_string(budget)});
  CHECK(dense["plans"][0]["loss"].get<double>() ==
        Approx(plan["loss"].get<double>()).epsilon(1e-12));
}

TEST_CASE("isoflop frontier: the csv has one line per plan", "[cli][format]") {
  const Workplace here;
  const Outcome csv = here.isoflop(with(kShort, {"--csv", "--versus", "coarse"}));
  CHECK(csv.exit_code == 0);
  CHECK(csv.err.empty());
  CHECK(num_lines(csv.out) == 5);
  CHECK(csv.out.substr(0, csv.out.find('\n')) ==
        "budget_flops,n_total,n_active,n_law,d_tokens,tokens_per_active_parameter,granularity,loss,"
        "d_model,n_blocks,router_flops_share,compute_multiplier_coarse,status");
  here.write("curve.csv", csv.out);
  const Outcome rows = here.shell("tail -n +2 curve.csv | cut -d, -f1,7,13");
  CHECK(rows.out == "1e+19,16,optimal\n1e+20,16,optimal\n1e+21,16,optimal\n1e+22,32,optimal\n");
}

TEST_CASE("isoflop frontier: draws of a law file give intervals, alike for any threads",
          "[cli][format]") {
  const Workplace here;
  write_law_with_draws(here);
  const Words words{"frontier", "law.json", "--from", "1e19", "--to", "1e22", "--points", "4"};
  const Json one = json_of(here, with(words, {"--threads", "1"}));
  const Json two = json_of(here, with(words, {"--threads", "2"}));
  CHECK(one == two);
  for (const Json& plan : one["plans"]) {
    CHECK(plan["draws"] == 40);
    CHECK(plan["interval"]["loss"][0] <= plan["loss"]);
    CHECK(plan["interval"]["loss"][1] >= plan["loss"]);
    double sum = 0.0;
    for (const auto& share : plan["granularity_frequency"].items()) {
      sum += share.value().get<double>();
    }
    CHECK(sum == Approx(1.0).epsilon(1e-12));
  }
  const Outcome csv = here.isoflop(with(words, {"--csv"}));
  CHECK(contains(csv.out,
                 "n_active_low,n_active_high,d_tokens_low,d_tokens_high,loss_low,loss_high,"
                 "granularity_frequency"));
  CHECK(contains(here.isoflop(words).out, "95 % of the curve"));
}

TEST_CASE("isoflop frontier: words that mean nothing are refused", "[cli][refusal]") {
  const Workplace here;
  const auto refuses = [&](const Words& words, const std::string& reason) {
    const Outcome outcome = here.isoflop(words);
    CAPTURE(outcome.err, reason);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, reason));
  };
  write_law_with_draws(here);
  const Words range{"frontier", "krajewski2024-e64", "--from", "1e20", "--to"};
  refuses(with(range, {"1e19"}), "--to must be above --from");
  refuses(with(range, {"1e21", "--points", "1"}), "--points");
  refuses(with(range, {"1e21", "--csv", "--json"}), "--json");
  refuses(with(range, {"1e21", "--versus", "dense,,coarse"}), "empty place");
  refuses(with(range, {"1e21", "--versus", "dense,dense"}), "given twice");
  refuses({"frontier", "hoffmann2022", "--from", "1e20", "--to", "1e21", "--versus", "coarse"},
          "no granularity");
  refuses({"frontier", "law.json", "--from", "1e20", "--to", "1e21", "--versus", "dense"},
          "name a dense law");
  refuses(
      {"frontier", "krajewski2024-dense", "--from", "1e20", "--to", "1e21", "--versus", "dense"},
      "dense models itself");
  refuses(with(range, {"1e21", "--max-memory-gb", "80", "--versus", "dense"}), "memory");
}

TEST_CASE("isoflop frontier: budgets without a plan are said and counted", "[cli][format]") {
  const Workplace here;
  const Outcome none =
      here.isoflop({"frontier", "krajewski2024-e64", "--from", "1e3", "--to", "1e5"});
  CHECK(none.exit_code == 1);
  CHECK(contains(none.out, "budget_too_small"));
  CHECK(contains(none.out, "1K to 100K: the smallest model"));
}

}  // namespace
}  // namespace isoflop::testing::frontier_command_test

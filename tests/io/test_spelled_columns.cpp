// Numbers, names and units as people write them into a table of runs.
#include <cmath>

#include "catch.hpp"
#include "isoflop/io/number.hpp"
#include "read_text.hpp"

namespace isoflop::testing::spelled_columns_test {
namespace {

using Numbers = std::vector<double>;
using Names = std::vector<std::string>;

Numbers n_of(const Records& records) { return records.runs.column(Variable::kN); }
Numbers d_of(const Records& records) { return records.runs.column(Variable::kD); }

TEST_CASE("parse_number: every spelling with one meaning is read", "[io][format]") {
  CHECK(parse_number("2^33") == 8589934592.0);
  CHECK(parse_number("2**10") == 1024.0);
  CHECK(parse_number("10^21") == 1e21);
  CHECK(parse_number("6 * 10^23") == 6e23);
  CHECK(parse_number("3x10^9") == 3e9);
  CHECK(parse_number("3\xC3\x97"
                     "10^9") == 3e9);
  CHECK(parse_number("10^-3") == 1e-3);
  CHECK(parse_number("100_000_000") == 1e8);
  CHECK(parse_number("100 000 000") == 1e8);
  CHECK(parse_number("100\xC2\xA0"
                     "000") == 1e5);
  CHECK(parse_number("12'500") == 12500.0);
  CHECK(parse_number("2e9 tokens") == 2e9);
  CHECK(parse_number("350M params") == 3.5e8);
  CHECK(parse_number("2 billion tokens") == 2e9);
  CHECK(parse_number("1.4 bn") == 1.4e9);
  CHECK(parse_number("70 B") == 7e10);
}

TEST_CASE("parse_number: a spelling without one meaning is none", "[io][refusal]") {
  for (const char* text :
       {"2^", "^3", "2^3^4", "0^0", "-2^0.5", "2 hours", "tokens", "2e9 tokens tokens", "1,000",
        "1_00", "10 20", "2 billion billion", "5 G", "1e9 M M", "2^9999"}) {
    INFO(text);
    CHECK_FALSE(parse_number(text));
  }
}

TEST_CASE("parse_number_list: a unit word behind a number is dropped", "[io][format]") {
  CHECK(parse_number_list({"2e9", "tokens", "3e9"}) == Numbers{2e9, 3e9});
  CHECK_THROWS_AS(parse_number_list({"tokens"}), InvalidArgument);
}

TEST_CASE("read_records: a comma with one meaning is read", "[io][format]") {
  CHECK(n_of(records_of("N,D,loss\n\"100,000,000\",2e9,3.5\n")) == Numbers{1e8});
  CHECK(n_of(records_of("N,D,loss\n\"1,234.5\",2e9,3.5\n")) == Numbers{1234.5});
  CHECK(records_of("N,D,loss\n1,2,\"3,25\"\n").runs.loss == Numbers{3.25});
  CHECK(n_of(records_of("N;D;loss\n1.234,5;2e9;3,5\n")) == Numbers{1234.5});
  CHECK(n_of(records_of("N;D;loss\n100.000.000;2e9;3,5\n")) == Numbers{1e8});
}

TEST_CASE("read_records: the table decides what a lone comma means", "[io][format]") {
  // Thousands, where other numbers have a decimal point; decimal, where they have a comma.
  CHECK(n_of(records_of("N,D,loss\n\"100,000\",2e9,3.5\n")) == Numbers{1e5});
  CHECK(records_of("N,D,loss\n1,\"2,5\",\"3,456\"\n").runs.loss == Numbers{3.456});
  CHECK(n_of(records_of("N;D;loss\n100,000;2e9;3.5\n")) == Numbers{1e5});
  CHECK(records_of("N;D;loss\n5e7;1e9;3,456\n").runs.loss == Numbers{3.456});
  // Grouped by points, where the commas are decimal.
  CHECK(n_of(records_of("N;D;loss\n100.000;2e9;3,5\n")) == Numbers{1e5});
  CHECK(n_of(records_of("N;D;loss\n100.125;2e9;3.5\n")) == Numbers{100.125});
  // No model has 100.000 parameters, and no loss is 3456 nats.
  CHECK(records_of("N,D,loss\n1,2,\"3,456\"\n").runs.loss == Numbers{3.456});
  CHECK(records_of("N;D;loss;lr\n1;2;3,456;0.001\n").runs.loss == Numbers{3.456});
  CHECK(n_of(records_of("N;D;loss\n100,000;2;3,456\n")) == Numbers{1e5});
  CHECK(records_of("N;D;loss\n100,000;2;3.456\n").runs.loss == Numbers{3.456});
  CHECK(n_of(records_of("N (k),D,loss\n\"50,000\",2,3.456\n")) == Numbers{5e7});
  // One slip of the hand, and a count in units that nothing else tells of.
  CHECK(records_fault("N;D;loss\n1;2;3.53\n1;2;2,852\n") ==
        "runs.csv:3: loss \"2,852\" has a comma; write 2852 or 2.852, or leave such runs out with "
        "where 'loss!=2,852'");
  CHECK(records_fault("N (M);D;loss\n1,250;2;3\n") ==
        "runs.csv:2: N (column \"N (M)\") \"1,250\" has a comma; write 1250 or 1.250");
}

TEST_CASE("read_records: no run to leave out is named where most of a column is no number",
          "[io][refusal]") {
  CHECK(records_fault("N,D,loss\n1,2,3.5%\n1,3,3.4%\n1,4,3.3%\n") ==
        "runs.csv:2: loss \"3.5%\" is not a number (such as 1e21, 70B, 2.5T), and nor are 2 other "
        "values of this column");
  CHECK(
      records_fault("N,D,loss\n1,2,3.5%\n1,3,3.4\n1,4,3.3\n") ==
      "runs.csv:2: loss \"3.5%\" is not a number (such as 1e21, 70B, 2.5T), or leave such runs out "
      "with where 'loss!=3.5%'");
}

TEST_CASE("read_records: a point stays a decimal point where it always was", "[io][identity]") {
  // One quoted decimal comma in a column that nobody asked for changes nothing.
  CHECK(n_of(records_of("N,D,loss,lr\n1.234,2e9,3.5,\"0,5\"\n")) == Numbers{1.234});
}

TEST_CASE("read_records: fields that were not read as they stand are said", "[io][format]") {
  const Records records =
      records_of("N;D;loss\n100M params;2^33;3,5\n200M params;2^34;3,25\n2e8;1;3\n");
  CHECK(records.log.read_as ==
        Names{"fields are separated by \";\"",
              "column \"N\": unit words, \"100M params\" is 1e+08 (2 fields)",
              "column \"D\": powers, \"2^33\" is 8589934592 (2 fields)",
              "column \"loss\": decimal commas, \"3,5\" is 3.5 (2 fields)"});
  CHECK(records_of("N,D,loss\n1,2,3\n").log.read_as.empty());
}

TEST_CASE("read_records: a unit in the header is applied and said", "[io][format]") {
  for (const char* n : {"N (M)", "N [M]", "N (millions)", "N/1e6", "N / 10^6", "N (in millions)",
                        "N_millions", "N_in_millions", "N (1e6)", "N (M params)", "N, M", "N_M"}) {
    INFO(n);
    const std::string header = "\"" + std::string(n) + "\",D,loss\n";
    const Records records = records_of(header + "0.1,2,3\n7e3,2,3\n");
    CHECK(n_of(records) == Numbers{1e5, 7e9});
    CHECK(records.log.read_as.back() == "column \"" + std::string(n) + "\" is in units of 1M");
  }
  CHECK(d_of(records_of("N,tokens_B,loss\n1,2,3\n")) == Numbers{2e9});
  CHECK(d_of(records_of("N,tokens [B],loss\n1,0.1,3\n")) == Numbers{1e8});
  // By mapping as well as by name; a field with a suffix of its own keeps it.
  CHECK(n_of(records_of("size (M),D,loss\n5,2,3\n5M,2,3\n", columns({{"n", "size (M)"}}))) ==
        Numbers{5e6, 5e6});
  CHECK(d_of(records_of("N,flops (EFLOPs),loss\n1e9,6,3\n")) == Numbers{1e9});
}

TEST_CASE("read_records: a name that carries no unit has none", "[io][identity]") {
  for (const char* n : {"N_b", "N m", "N (m2)", "N-1", "N (v2)", "N/2"}) {
    INFO(n);
    CHECK(n_of(records_of(std::string(n) + ",D,loss\n5,2,3\n", columns({{"n", n}}))) == Numbers{5});
  }
}

TEST_CASE("read_records: a column is recognised by its usual names", "[io][format]") {
  for (const char* n : {"params", "n_params", "parameter_count", "Model Size", "config.n_params",
                        "model.non_embedding_params", "Num-Params", "n", "total_params"}) {
    INFO(n);
    const Records records = records_of(std::string(n) + ",D,loss\n5,2,3\n");
    CHECK(n_of(records) == Numbers{5});
    CHECK(records.log.columns.at("n") == n);
    CHECK(records.log.read_as == Names{"N is column \"" + std::string(n) + "\""});
  }
  // A ratio is no path.
  CHECK(d_of(records_of("D/N,N,loss\n20,1e8,3\n")) == Numbers{2e9});
  CHECK(d_of(records_of("tokens/param,N,loss\n20,1e8,3\n")) == Numbers{2e9});
  CHECK_FALSE(records_fault("flops/params,D,loss\n2,8,3\n").empty());
  for (const char* d : {"tokens", "total_tokens", "tokens_seen", "optim/n_tokens"}) {
    CHECK(d_of(records_of("N," + std::string(d) + ",loss\n5,2,3\n")) == Numbers{2});
  }
  for (const char* loss :
       {"final_loss", "eval_loss", "val_loss", "train/loss", "Loss", "loss (nats)"}) {
    CHECK(records_of("N,D," + std::string(loss) + "\n5,2,3\n").runs.loss == Numbers{3});
  }
}

TEST_CASE("read_records: the column of the symbol wins over other names", "[io][identity]") {
  const Records records = records_of("N,params,D,tokens,loss,val_loss\n1,2,3,4,5,6\n");
  CHECK(n_of(records) == Numbers{1});
  CHECK(records.runs.loss == Numbers{5});
  CHECK(records.log.read_as.empty());
}

TEST_CASE("read_records: two candidates are a refusal that lists them", "[io][refusal]") {
  CHECK(records_fault("N,D,train/loss,val/loss\n1,2,3,4\n") ==
        "runs.csv:1: no column \"loss\" in the header, and 2 that may be meant: \"train/loss\", "
        "\"val/loss\"; add column loss=train/loss or another of them");
  CHECK_THAT(records_fault("total_params,active_params,D,loss\n1,2,3,4\n"),
             Catch::Matchers::ContainsSubstring("\"total_params\", \"active_params\""));
}

TEST_CASE("read_records: advice never offers a column of another meaning", "[io][refusal]") {
  for (const char* header :
       {"N,D,flops,lr\n1,2,3,4\n", "N,D,loss_scale,x\n1,2,3,4\n", "N,D,val_accuracy,y\n1,2,3,4\n",
        "N,tokens_per_second,loss,z\n1,2,3,4\n", "N,tokens_per_batch,loss,z\n1,2,3,4\n",
        "learning_rate,D,loss,params_ratio\n1,2,3,4\n", "N,steps,loss,z\n1,2,3,4\n"}) {
    INFO(header);
    CHECK_THAT(records_fault(header), Catch::Matchers::EndsWith("=NAME"));
  }
}

TEST_CASE("read_records: a name of another thing or an unknown unit is none", "[io][refusal]") {
  for (const char* loss : {"aux/loss", "router/loss", "loss (bits)", "loss (%)", "loss (foo)"}) {
    INFO(loss);
    CHECK_THAT(records_fault("N,D," + std::string(loss) + "\n1,2,3\n"),
               Catch::Matchers::EndsWith("loss=NAME"));
  }
  for (const char* d : {"D (%)", "perf/tokens", "tokens ($10^9$)", "tokens (e9)"}) {
    INFO(d);
    CHECK_THAT(records_fault("N," + std::string(d) + ",loss\n1,2,3\n"),
               Catch::Matchers::EndsWith("d=NAME"));
  }
}

TEST_CASE("read_records: a unit is applied or said not to be", "[io][format]") {
  CHECK(n_of(records_of("params_m,D,loss\n5,2,3\n")) == Numbers{5e6});
  CHECK(d_of(records_of("N,tokens_in_B,loss\n5,2,3\n")) == Numbers{2e9});
  const Records in_expression =
      records_of("params_M,C,loss\n5,6,3\n", columns({{"d", "C/(6*params_M)"}}));
  CHECK(in_expression.log.read_as.back() ==
        "in C/(6*params_M) column \"params_M\" counts as it stands, without its unit");
  RecordOptions options;
  options.where.push_back(parse_condition("params_M<=7"));
  CHECK(records_of("params_M,D,loss\n5,6,3\n", options).log.read_as.back() ==
        field("where") + " 'params_M<=7' compares the fields as they stand, without their unit");
}

TEST_CASE("read_records: any two of N, D and C are enough", "[io][format]") {
  const Records d = records_of("C,N,loss\n6e17,1e8,3\n");
  CHECK(d_of(d) == Numbers{1e9});
  CHECK(d.log.read_as == Names{"D = C/(6*N)"});
  CHECK(n_of(records_of("C,D,loss\n6e17,1e9,3\n")) == Numbers{1e8});
  CHECK(d_of(records_of("train_flops,params,loss\n6e17,1e8,3\n")) == Numbers{1e9});
  CHECK(d_of(records_of("budget,N,loss\n6e17,1e8,3\n", columns({{"c", "budget"}}))) ==
        Numbers{1e9});
  CHECK(d_of(records_of("N,tokens_per_param,loss\n1e8,20,3\n")) == Numbers{2e9});
  CHECK(n_of(records_of("D,tokens_per_param,loss\n2e9,20,3\n")) == Numbers{1e8});
  // 6 N D is not the compute where N may count experts that a token does not use.
  CHECK_FALSE(records_fault("C,N,G,loss\n6e17,1e8,1,3\n", {}, kNdg).empty());
}

TEST_CASE("read_records: a column may be an expression of columns", "[io][format]") {
  const std::string csv = "C,width_m,ppl,tokens_per_param,train/loss,a b\n6e17,100,20,10,3,2\n";
  const Records records =
      records_of(csv, columns({{"n", "width_m*1e6"}, {"d", "C/(6*N)"}, {"loss", "ln(ppl)"}}));
  CHECK(n_of(records) == Numbers{1e8});
  CHECK(d_of(records) == Numbers{1e9});
  CHECK(records.runs.loss == Numbers{std::log(20.0)});
  CHECK(records.log.columns.at("d") == "C/(6*N)");
  CHECK(d_of(records_of(csv, columns({{"n", "width_m*1e6"},
                                      {"d", "tokens_per_param*N"},
                                      {"loss", "train/loss"}}))) == Numbers{1e9});
  CHECK(records_of(csv, columns({{"n", "width_m*1e6"}, {"loss", "train/loss - 1"}})).runs.loss ==
        Numbers{2});
  CHECK(records_of(csv, columns({{"n", "width_m*1e6"}, {"loss", "train/loss-1"}})).runs.loss ==
        Numbers{2});
  CHECK(records_of(csv, columns({{"n", "width_m*1e6"}, {"loss", "`a b`^2"}})).runs.loss ==
        Numbers{4});
}

TEST_CASE("read_records: an expression in a table with a column of no name", "[io][format]") {
  const RecordOptions twice = columns({{"n", "2*params"}});
  const TextTable lines = table_of("runs.jsonl", R"({"params": 5e7, "": 1, "D": 1e9, "loss": 3})");
  CHECK(n_of(read_records(lines, twice, kNd)) == Numbers{1e8});
  CHECK(n_of(records_of("params,,D,loss\n5e7,1,1e9,3\n", twice)) == Numbers{1e8});
  CHECK(n_of(read_records(lines, columns({{"n", "2*``"}}), kNd)) == Numbers{2});
}

TEST_CASE("read_records: an expression that is none is refused", "[io][refusal]") {
  const auto fault = [](const char* text) {
    try {
      records_of("N,D,loss,x\n1,2,3,-1\n", columns({{"d", text}}));
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(fault("C/(6*M)") == "column C/(6*M): there is no column \"M\"");
  CHECK_THAT(fault("x*("), Catch::Matchers::StartsWith("column x*(: "));
  CHECK(fault("2*3") == "column 2*3: names no column");
  CHECK(fault("`q`*2") == "column `q`*2: there is no column `q`");
  // A stranger's formula may say it: neither length nor names are looked through without end.
  std::string names = "N";
  for (int i = 0; i < 3000; ++i) names += "+" + std::string(i % 2 == 0 ? "D" : "x");
  CHECK_THAT(fault((names + "+N+N+N+N+N").c_str()), Catch::Matchers::EndsWith("operations"));
  CHECK(fault(("2*" + std::string(9'999, 'N')).c_str()) ==
        "column 2*" + std::string(78, 'N') + "...: longer than 10000 bytes");
  CHECK_THAT(fault("2*d"), Catch::Matchers::EndsWith("is computed from itself"));
  CHECK(records_fault("N,D,loss,x\n1,2,3,-1\n", columns({{"d", "x*1"}})) ==
        "runs.csv:2: D (x*1) is not > 0");
  CHECK(records_fault("N,D,loss,x\n1,2,3,-1\n", columns({{"d", "ln(x)"}})) ==
        "runs.csv:2: D (ln(x)) is no finite number in this row");
}

TEST_CASE("read_records: the loss may be a perplexity", "[io][format]") {
  RecordOptions options = columns({{"loss", "p"}});
  options.is_perplexity = true;
  CHECK(records_of("N,D,p\n1,2,20\n", options).runs.loss == Numbers{std::log(20.0)});
  const Records by_name = records_of("N,D,ppl\n1,2,20\n");
  CHECK(by_name.runs.loss == Numbers{std::log(20.0)});
  CHECK(by_name.log.read_as == Names{"loss is the logarithm of column \"ppl\""});
}

TEST_CASE("read_records: strict turns every guess into a refusal", "[io][refusal]") {
  RecordOptions options;
  options.strict = true;
  CHECK(records_fault("params,D,loss\n1,2,3\n", options) ==
        "runs.csv:1: strict: N is column \"params\"; add column n=params");
  for (const char* csv :
       {"N;D;loss\n100,000;2;3\n", "N,C,loss\n1,2,3\n", "N;D;loss\n1;2;3,5\n",
        "N,D,loss\n1,2,3\n1,2,\n", "N,D,loss,state\n1,2,3,finished\n1,2,3,crashed\n",
        "N,D,loss,run\n1,2,3,a\n1,3,3,a\n", "N,D,ppl\n1,2,3\n"}) {
    INFO(csv);
    CHECK_THAT(records_fault(csv, options), Catch::Matchers::ContainsSubstring(": strict: "));
  }
  CHECK(records_fault("N;D;loss\n1;2^3;3.5\n", options).empty());
  options.columns["n"] = "`N (M)`*1e6";  // what the refusal of the unit says
  CHECK(n_of(records_of("N (M),D,loss\n1,2,3\n", options)) == Numbers{1e6});
}

TEST_CASE(
    "read_records: a unit in the header may be a number with a suffix, or billions of something",
    "[io][format]") {
  for (const char* header : {"tokens/1B", "D (billions of tokens)", "tokens [billion tokens]"}) {
    CAPTURE(header);
    const Records records = records_of("N (millions)," + std::string(header) + ",loss\n100,2,3\n");
    CHECK(records.runs.column(Variable::kN) == Numbers{1e8});
    CHECK(records.runs.column(Variable::kD) == Numbers{2e9});
  }
}

TEST_CASE("read_records: logarithms are not offered as counts", "[io][refusal]") {
  const std::string fault = records_fault("N,log tokens,loss\n100,21.4,3\n");
  CHECK(fault.find("d=NAME") != std::string::npos);
}

}  // namespace
}  // namespace isoflop::testing::spelled_columns_test

// isoflop-bench compare: the same layers in two cost tables; needs no GPU.
#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/isoflop-bench/text/environment.hpp"
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/experts.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  std::string first, second;
  bool stages = false, json = false;
};

struct Pair {
  const CostRow *a, *b;

  double ratio() const { return b->time_s / a->time_s; }
  /// Both intervals at their ends; the time itself where a table has none.
  double low() const { return known(b->low_s, b->time_s) / known(a->high_s, a->time_s); }
  double high() const { return known(b->high_s, b->time_s) / known(a->low_s, a->time_s); }
  const char* verdict() const {
    return low() > 1.0 ? "slower" : high() < 1.0 ? "faster" : "no difference";
  }

 private:
  static double known(double bound_s, double time_s) {
    return std::isfinite(bound_s) ? bound_s : time_s;
  }
};

/// A roofline has no backend of its own: it is compared with whatever was measured.
bool same_backend(const CostRow& a, const CostRow& b) {
  return a.backend == b.backend || a.backend == kRooflineBackend || b.backend == kRooflineBackend;
}

bool is_same_case(const CostRow& a, const CostRow& b) {
  const bool either_is_model = a.backend == kRooflineBackend || b.backend == kRooflineBackend;
  return a.layer == b.layer && same_backend(a, b) && a.pass == b.pass && a.stage == b.stage &&
         a.graph == b.graph && a.regime == b.regime && a.capacity_factor == b.capacity_factor &&
         (either_is_model || a.routing == b.routing);
}

std::vector<Pair> pairs_of(const CostTable& a, const CostTable& b, bool stages) {
  std::vector<Pair> out;
  for (const CostRow& x : a.rows) {
    if (!stages && x.stage != Stage::kWhole) continue;
    for (const CostRow& y : b.rows) {
      if (is_same_case(x, y)) out.push_back({&x, &y});
    }
  }
  return out;
}

std::string title_of(const CostTable& table, const std::string& path) {
  const CostEnvironment& e = table.environment;
  if (table.source == CostSource::kRoofline) return path + ": roofline, nothing was measured";
  return path + ": " + e.gpu_name + ", driver " + e.driver + ", CUDA " + e.cuda + ", cuBLAS " +
         e.cublas + ", isoflop " + e.git_revision + ", " + e.date;
}

std::string describe(const std::vector<Pair>& pairs) {
  TextGrid grid({0, 8});
  grid.add({"backend", "d_model", "T", "experts", "width", "top-k", "A", "B", "B / A", ""});
  std::vector<double> ratios;
  for (const Pair& x : pairs) {
    const MoeLayer& layer = x.a->layer;
    std::string backend = x.a->backend;
    if (x.b->backend != backend) backend += " / " + x.b->backend;
    backend += ", " + std::string(to_string(x.a->pass));
    if (x.a->stage != Stage::kWhole) backend += ", " + std::string(to_string(x.a->stage));
    if (x.a->regime == Regime::kBurst) backend += ", burst";
    if (!x.a->graph) backend += ", eager";
    std::string ratio = digits_text(x.ratio());
    if (x.low() < x.high()) {
      ratio += " (" + digits_text(x.low()) + " to " + digits_text(x.high()) + ")";
    }
    grid.add({backend, std::to_string(layer.d_model), std::to_string(layer.tokens),
              std::to_string(layer.experts.num_experts), std::to_string(layer.experts.expert_width),
              std::to_string(layer.experts.top_k), time_text(x.a->time_s), time_text(x.b->time_s),
              ratio, x.verdict()});
    ratios.push_back(x.ratio());
  }
  std::sort(ratios.begin(), ratios.end());
  return grid.text("  ") + std::to_string(pairs.size()) + " rows in both; B / A: median " +
         digits_text(ratios[ratios.size() / 2]) + ", from " + digits_text(ratios.front()) + " to " +
         digits_text(ratios.back()) + "\n";
}

Json to_json(const std::vector<Pair>& pairs) {
  Json rows = Json::array();
  for (const Pair& x : pairs) {
    rows.push_back({{"backend_a", x.a->backend},
                    {"backend_b", x.b->backend},
                    {"tokens", x.a->layer.tokens},
                    {"d_model", x.a->layer.d_model},
                    {"experts", experts_to_json(x.a->layer.experts)},
                    {"pass", to_string(x.a->pass)},
                    {"stage", to_string(x.a->stage)},
                    {"regime", to_string(x.a->regime)},
                    {"graph", x.a->graph},
                    {"a_s", x.a->time_s},
                    {"b_s", x.b->time_s},
                    {"ratio", x.ratio()},
                    {"interval", {x.low(), x.high()}},
                    {"verdict", x.verdict()}});
  }
  return {{"format", "isoflop.compare/1"}, {"rows", rows}};
}

int run(const Arguments& arguments) {
  const CostTable a = read_cost_table(arguments.first), b = read_cost_table(arguments.second);
  const std::vector<Pair> pairs = pairs_of(a, b, arguments.stages);
  if (pairs.empty()) {
    throw Error("the two tables have no layer, backend, routing, regime and pass in common");
  }
  if (arguments.json) {
    print(json_text(to_json(pairs)));
    return 0;
  }
  print("A  " + title_of(a, arguments.first) + "\nB  " + title_of(b, arguments.second) + "\n\n" +
        describe(pairs));
  return 0;
}

}  // namespace

void add_bench_compare(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("compare", "The same layers in two cost tables; needs no GPU");
  command->add_option("A", arguments->first, "cost table")->type_name("FILE")->required();
  command->add_option("B", arguments->second, "cost table")->type_name("FILE")->required();
  command->add_flag("--stages", arguments->stages, "every stage as well");
  command->add_flag("--json", arguments->json, "print JSON (isoflop.compare/1) and nothing else");
  command->footer(
      "Example:\n"
      "  isoflop-bench model --gpu h100-sxm --tokens 16384 --d-model 2048 --d-ff 8192 "
      "--expansion 64 --granularity 1,8 -o h100.json\n"
      "  isoflop-bench model --gpu h200 --tokens 16384 --d-model 2048 --d-ff 8192 "
      "--expansion 64 --granularity 1,8 -o h200.json\n"
      "  isoflop-bench compare h100.json h200.json");
  command->callback([arguments, &job] { job = [arguments] { return run(*arguments); }; });
}

}  // namespace isoflop::app

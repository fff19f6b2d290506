// demo_plans FIT.json TRUE_LAW TABLE.csv: the plans of a fit and of the law behind its simulated
// runs, beside a published table of plans (columns n_active, D, G, flops, loss), budget by budget.
#include <fmt/format.h>

#include <exception>
#include <iostream>
#include <vector>

#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"
#include "isoflop/plan/plan_law.hpp"
#include "isoflop/text/grid.hpp"

namespace {

using namespace isoflop;

std::vector<Plan> plans_of(const std::string& name, const std::vector<double>& budgets) {
  PlanProblem request;
  request.law = find_law(name);
  request.accounting = FlopAccounting::kPaper;
  return plan_law(request, budgets);
}

std::vector<std::string> cells(double n_active, double d_tokens, double g, double loss) {
  return {human_number(n_active), human_number(d_tokens), fmt::format("{:.4g}", g),
          fmt::format("{:.3f}", loss)};
}

int run(const std::string& fit, const std::string& truth, const std::string& table_path) {
  const TextTable table = read_text_table(table_path);
  std::vector<std::vector<double>> paper;
  std::vector<double> budgets;
  for (const auto& row : table.rows) {
    auto& numbers = paper.emplace_back();
    for (std::size_t c = 0; c < 5; ++c) numbers.push_back(parse_number(row[c]).value());
    budgets.push_back(numbers[3]);
  }
  const auto fitted = plans_of(fit, budgets), known = plans_of(truth, budgets);
  app::TextGrid grid;
  grid.add(
      {"", "|", "paper,", "Table 2", "", "", "|", "true", "law", "", "", "|", "fit", "", "", ""});
  const std::vector<std::string> names{"|", "N active", "D", "G", "loss"};
  std::vector<std::string> head{"FLOPs"};
  for (int i = 0; i < 3; ++i) head.insert(head.end(), names.begin(), names.end());
  grid.add(head);
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    std::vector<std::string> row{human_number(budgets[i])};
    auto add = [&](const std::vector<std::string>& more) {
      row.push_back("|");
      row.insert(row.end(), more.begin(), more.end());
    };
    add(cells(paper[i][0], paper[i][1], paper[i][2], paper[i][4]));
    for (const Plan* p : {&known[i], &fitted[i]}) {
      add(cells(p->n_active, p->d_tokens, p->granularity, p->loss));
    }
    grid.add(row);
  }
  fmt::print("{}", grid.text("  "));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 4) return run(argv[1], argv[2], argv[3]);
    std::cerr << "usage: demo_plans FIT.json TRUE_LAW TABLE.csv\n";
    return 2;
  } catch (const std::exception& fault) {
    std::cerr << "demo_plans: " << fault.what() << '\n';
    return 1;
  }
}

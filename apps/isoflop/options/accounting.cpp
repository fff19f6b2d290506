#include "apps/isoflop/options/accounting.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/convention/flops.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {

void CostArguments::add(CLI::App& command) {
  command
      .add_option("--cost", cost,
                  "how FLOPs are counted: 6nd = 6 N_active D, or paper = (12 d^2 c_f + d E G c_r) "
                  "D n_blocks; default paper where the law has a granularity")
      ->type_name("6nd|paper");
  command
      .add_option("--granularity", granularity,
                  "G over powers of two (default), continuous, or fixed")
      ->type_name("pow2|continuous|X");
}

PlanProblem CostArguments::request(const LawRecord& law, double embedding_rows) const {
  PlanProblem out;
  out.embedding_rows = embedding_rows;
  out.law = law;
  out.shape = law.family.value_or(ModelShapeRule{});
  const bool with_g = has_granularity(law);
  if (!with_g && granularity != "pow2") {
    throw UsageError(fmt::format("--granularity: the law {} has no granularity", law.law.name()));
  }
  if (granularity == "continuous") {
    out.search.search = GranularitySearch::kContinuous;
  } else if (granularity != "pow2") {
    out.search.search = GranularitySearch::kFixed;
    if (!parse_number(granularity)) {
      throw UsageError(fmt::format(
          "--granularity: \"{}\" is neither pow2 nor continuous nor a number", granularity));
    }
    out.search.granularity = number_argument("--granularity", granularity);
    if (out.search.granularity < 1.0) throw UsageError("--granularity must be at least 1");
  }
  if (!cost.empty() && cost != "6nd" && cost != "paper") {
    throw UsageError(fmt::format("--cost: \"{}\" is neither 6nd nor paper", cost));
  }
  out.accounting = own_accounting(law);
  if (!cost.empty()) {
    out.accounting = cost == "paper" ? FlopAccounting::kPaper : FlopAccounting::kSixNd;
  }
  if (with_g && out.accounting == FlopAccounting::kSixNd &&
      out.search.search != GranularitySearch::kFixed) {
    throw UsageError(
        "6ND puts no price on granularity, so the finest would always win: add --granularity X, or "
        "use --cost paper");
  }
  n_law_per_active(out);  // throws where nobody said enough
  return out;
}

std::string describe_cost(const PlanProblem& request) {
  if (request.accounting == FlopAccounting::kSixNd) return "6 N_active D";
  return fmt::format("(12 d^2 c_f + d E G c_r) D n_blocks, c_f = {}, c_r = {}, d = {} n_blocks",
                     format_number(request.flops_per_active), format_number(request.router_cost),
                     format_number(request.shape.width_per_block));
}

nlohmann::ordered_json cost_json(const PlanProblem& request) {
  if (request.accounting == FlopAccounting::kSixNd) return {{"accounting", "6nd"}};
  return {{"accounting", "paper"},
          {"active_cost", request.flops_per_active},
          {"router_cost", request.router_cost},
          {"width_per_block", request.shape.width_per_block}};
}

}  // namespace isoflop::app

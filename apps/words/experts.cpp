#include "apps/words/experts.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {

void ExpertArguments::add(CLI::App& command) {
  auto option = [&](const char* flag, std::string& value, const char* meaning) {
    command.add_option(flag, value, meaning)->type_name("X");
  };
  option("--expansion", expansion,
         "E: weights of all experts over those of the dense feed-forward layer");
  option("--granularity", granularity, "G: dense width d_ff over the width n of one expert");
  option("--k0", k0, "experts per token before splitting, K = k0 G (default 1)");
  option("--num-experts", num_experts, "E' = E G: actual number of experts per block");
  option("--expert-width", expert_width, "n: hidden width of one expert");
  option("--top-k", top_k, "K: experts that each token goes to");
}

bool ExpertArguments::any_given() const {
  const ExpertWords given = words();
  return given.has_rates() || given.has_counts();
}

ExpertWords ExpertArguments::words() const {
  ExpertWords out;
  auto rate = [](const char* flag, const std::string& text, std::optional<double>& value) {
    if (!text.empty()) value = positive_argument(flag, text);
  };
  auto count = [](const char* flag, const std::string& text, std::optional<std::uint64_t>& value) {
    if (!text.empty()) value = count_argument(flag, text, 1);
  };
  rate("--expansion", expansion, out.expansion);
  rate("--granularity", granularity, out.granularity);
  rate("--k0", k0, out.k0);
  count("--num-experts", num_experts, out.num_experts);
  count("--expert-width", expert_width, out.expert_width);
  count("--top-k", top_k, out.top_k);
  return out;
}

ExpertLayer ExpertArguments::resolve(const std::optional<std::uint64_t>& d_ff,
                                     const std::optional<ExpertLayer>& base) const {
  ExpertWords all = words();
  all.d_ff = d_ff;
  if (base) {
    if (!all.d_ff) all.d_ff = base->d_ff;
    if (!all.has_counts()) {
      if (!all.expansion) all.expansion = base->expansion();
      if (!all.granularity) all.granularity = base->granularity();
      if (!all.k0) all.k0 = base->k0();
    } else if (!all.has_rates()) {
      if (!all.num_experts) all.num_experts = base->num_experts;
      if (!all.expert_width) all.expert_width = base->expert_width;
      if (!all.top_k) all.top_k = base->top_k;
    }
  }
  try {
    return resolve_experts(all);
  } catch (const InvalidArgument& fault) {
    throw UsageError(fault.what());
  }
}

std::string describe_experts(const ExpertLayer& experts) {
  return "E = " + human_number(experts.expansion()) +
         ", G = " + human_number(experts.granularity()) + ", k0 = " + human_number(experts.k0()) +
         ": E' = E G = " + std::to_string(experts.num_experts) +
         " experts of width n = " + std::to_string(experts.expert_width) +
         ", K = " + std::to_string(experts.top_k) +
         " per token (d_ff = " + std::to_string(experts.d_ff) + ")";
}

nlohmann::ordered_json experts_to_json(const ExpertLayer& experts) {
  return {{"E", experts.expansion()},
          {"G", experts.granularity()},
          {"k0", experts.k0()},
          {"num_experts", experts.num_experts},
          {"expert_width", experts.expert_width},
          {"top_k", experts.top_k},
          {"d_ff", experts.d_ff}};
}

}  // namespace isoflop::app

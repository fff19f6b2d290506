#include "apps/words/experts.hpp"

#include <CLI/CLI.hpp>

#include "apps/words/words.hpp"

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

bool ExpertArguments::any_given() const { return words().any(); }

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
  return resolve_experts(base ? filled_in(all, *base) : all);
}

}  // namespace isoflop::app

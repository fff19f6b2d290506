#include "apps/isoflop/options/experts.hpp"

namespace isoflop::app {

void expert_options(Form& form) {
  form.word(
      {"--expansion", "E: weights of all experts over those of the dense feed-forward layer", "X"});
  form.word({"--granularity", "G: dense width d_ff over the width n of one expert", "X"});
  form.word({"--k0", "experts per token before splitting, K = k0 G (default 1)", "X"});
  form.word({"--num-experts", "E' = E G: actual number of experts per block", "X"});
  form.word({"--expert-width", "n: hidden width of one expert", "X"});
  form.word({"--top-k", "K: experts that each token goes to", "X"});
}

}  // namespace isoflop::app

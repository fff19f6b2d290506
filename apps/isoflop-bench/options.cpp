#include "apps/isoflop-bench/options.hpp"

#include "cuda/device/backend_name.hpp"

namespace isoflop::app {

void layer_options(Form& form, const std::string& default_tokens) {
  form.required_word({"--d-model", "d: width of the model", "X"});
  form.word({"--d-ff", "width of the dense feed-forward layer that E and G refer to", "X"});
  form.word(
      {"--expansion", "E: weights of all experts over those of the dense feed-forward layer", "X"});
  form.word({"--granularity",
             "G: dense width d_ff over the width n of one expert; several give a layer each",
             "X,..."});
  form.word({"--k0", "experts per token before splitting, K = k0 G (default 1)", "X"});
  form.word({"--num-experts", "E' = E G: actual number of experts per block", "X"});
  form.word({"--expert-width", "n: hidden width of one expert", "X"});
  form.word({"--top-k", "K: experts that each token goes to", "X"});
  const std::string tokens = "T: tokens of the micro-batch";
  if (default_tokens.empty()) {
    form.required_word({"--tokens", tokens, "X"});
  } else {
    form.word({"--tokens", tokens + " (default " + default_tokens + ")", "X"});
  }
  form.word({"--activation", "of the experts (default swiglu)", "swiglu|gelu|relu"});
  form.flag({"--renormalize", "scale the K weights of a token to sum to 1"});
}

void backend_options(Form& form) {
  std::string known;
  for (const bench::BackendTraits& backend : bench::backend_traits()) {
    known += (known.empty() ? "" : ", ") + std::string(backend.name);
  }
  form.word({"--backend",
             "who multiplies: all (default), or some of " + known +
                 "; wgmma:gather fuses that alone, wgmma:plain nothing",
             "NAME,..."});
  form.word(
      {"--fuse",
       "what wgmma fuses into its products: all (default), none, or parts joined by + (gather, "
       "activation, combination); several choices by commas; each: nothing, then one part "
       "more at a time",
       "PARTS,..."});
}

void run_options(Form& form) {
  form.word({"--routing",
             "which experts tokens go to: router, balanced, multinomial (default), zipf:S or "
             "file:PATH",
             "NAME"});
  backend_options(form);
  form.word({"--capacity-factor",
             "batched: rows per expert over the mean, what is beyond them is dropped", "X"});
  form.word({"--seed", "of inputs, weights and routing (default 1)", "X"});
}

}  // namespace isoflop::app

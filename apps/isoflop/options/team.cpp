#include "apps/isoflop/options/team.hpp"

namespace isoflop::app {

// Conventions of its runs, what its GPUs do and what they cost. No field that asks for a result,
// and none that is refused where another one is missing which a file like this does not hold.
void team_options(Form& form) {
  form.settings({"expansion", "k0", "n_means", "cost", "router_cost", "active_cost",
                 "width_per_block", "gpu", "peak_flops", "mfu", "price_per_gpu_hour", "loss_unit",
                 "bytes_per_token", "vocab", "tied"});
}

}  // namespace isoflop::app

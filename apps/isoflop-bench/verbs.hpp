// The commands of isoflop-bench: what a form holds, and what is printed of what was found.
#pragma once

#include <string>
#include <vector>

#include "apps/words/form.hpp"
#include "apps/words/verb.hpp"
#include "cuda/campaign/world.hpp"

namespace isoflop::app {

/// The real one.
bench::World real_world(std::vector<std::string> command_line);

/// In the order of the help.
std::vector<Verb> bench_verbs(const bench::World& world);

/// "CUDA: built for sm_80 sm_90, run: no device (why)" or "CUDA: not built (no nvcc)".
std::string describe_cuda();

// One file each.
Verb peaks_verb(const bench::World& world);
Verb verify_verb(const bench::World& world);
Verb moe_verb(const bench::World& world);
Verb sweep_verb(const bench::World& world);
Verb model_verb(const bench::World& world);
Verb show_verb();
Verb compare_verb();

}  // namespace isoflop::app

#include "apps/isoflop-bench/verbs.hpp"

#include <chrono>
#include <ctime>

#include "isoflop/git_revision.hpp"

namespace isoflop::app {

bench::World real_world(std::vector<std::string> command_line) {
  bench::World out;
  out.open_device = [] { return bench::open_device(); };
  out.backends = bench::backends_here;
  out.clock_s = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  out.now = [] {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc));
  };
  out.command_line = std::move(command_line);
  out.git_revision = kGitRevision;
  return out;
}

std::vector<Verb> bench_verbs(const bench::World& world) {
  return {peaks_verb(world), verify_verb(world), moe_verb(world), sweep_verb(world),
          model_verb(world), show_verb(),        compare_verb()};
}

std::string describe_cuda() {
  const std::string built = bench::built_for();
  if (built.empty()) return "CUDA: not built (no nvcc)";
  const std::string fault = bench::why_no_device();
  return "CUDA: built for " + built +
         (fault.empty() ? ", run: on a device" : ", run: no device (" + fault + ")");
}

}  // namespace isoflop::app

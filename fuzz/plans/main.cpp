// isoflop_plan_properties CASES [SEED]: random laws, budgets and limits through plans. Case i is
// that of seed SEED + i, so that one which breaks a promise is repeated by CASES = 1.
#include <cstdint>
#include <iostream>
#include <string>

#include "plans/broken_promise.hpp"

int main(int argc, char** argv) {
  using namespace isoflop;
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: isoflop_plan_properties CASES [SEED]\n";
    return 2;
  }
  const std::uint64_t cases = std::stoull(argv[1]), seed = argc > 2 ? std::stoull(argv[2]) : 1;
  fuzz::PlanChecks checks;
  std::uint64_t broken = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    const std::string fault = fuzz::broken_promise(fuzz::RandomPlan(seed + i), checks);
    if (fault.empty()) continue;
    ++broken;
    std::cout << "seed " << seed + i << ": " << fault << std::endl;
  }
  std::cout << cases << " cases, " << checks.refused << " refused, " << checks.plans << " plans, "
            << checks.compared << " comparisons, " << broken << " broken\n";
  return broken == 0 ? 0 : 1;
}

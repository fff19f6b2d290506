/// What is fuzzed: one function per reader of text from strangers, and one for the door of all
/// verbs. Each takes any bytes. An isoflop::Error is an answer; any other exception, a broken
/// promise of the reader (require()), a crash, a hang or a large allocation is a find. A target is
/// one file, named as its function, and one line here.
#pragma once

#include <array>
#include <string_view>

#define ISOFLOP_FUZZ_TARGETS(TARGET) \
  TARGET(csv)                        \
  TARGET(tsv)                        \
  TARGET(jsonl)                      \
  TARGET(json)                       \
  TARGET(markdown)                   \
  TARGET(numbers)                    \
  TARGET(where)                      \
  TARGET(formula)                    \
  TARGET(formula_file)               \
  TARGET(law_file)                   \
  TARGET(hyperparameters)            \
  TARGET(cost_table)                 \
  TARGET(model_config)               \
  TARGET(launch)                     \
  TARGET(routing)                    \
  TARGET(figure)                     \
  TARGET(picture)                    \
  TARGET(request)                    \
  TARGET(door)

namespace isoflop::fuzz {

#define ISOFLOP_FUZZ_DECLARE(name) void name(std::string_view input);
ISOFLOP_FUZZ_TARGETS(ISOFLOP_FUZZ_DECLARE)
#undef ISOFLOP_FUZZ_DECLARE

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
};

#define ISOFLOP_FUZZ_LIST(name) Target{#name, name},
inline constexpr std::array kTargets{ISOFLOP_FUZZ_TARGETS(ISOFLOP_FUZZ_LIST)};
#undef ISOFLOP_FUZZ_LIST

}  // namespace isoflop::fuzz

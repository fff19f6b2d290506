#include "input.hpp"
#include "isoflop/io/launch_config.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void launch(std::string_view input) {
  for (const LaunchFormat format :
       {LaunchFormat::kMegatron, LaunchFormat::kHuggingFace, LaunchFormat::kTorchtitan}) {
    refused([&] {
      const LaunchConfig config = read_launch(format, input, "input");
      std::string text;
      if (refused([&] { text = write_launch(format, config); })) return;
      require(read_launch(format, text, "again") == config, "a launch that is written reads back");
    });
  }
}

}  // namespace isoflop::fuzz

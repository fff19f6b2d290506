// isoflop-bench on a card that is none: everything of the program but the device, whose runs take
// PACED_MS milliseconds each and leave a line in the file PACED_JOURNAL once they are over. What a
// test ends at any moment.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/program.hpp"
#include "apps/words/terminal.hpp"
#include "cuda/campaign/fake_device.hpp"

namespace {

std::string said(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class PacedDevice : public isoflop_test::FakeDevice {
 public:
  using FakeDevice::FakeDevice;
  std::vector<isoflop::CostRow> time(const isoflop::bench::Configuration& x,
                                     const isoflop::bench::TimingOptions& options,
                                     const isoflop::bench::CheckReport& report) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(said("PACED_MS").c_str())));
    auto out = FakeDevice::time(x, options, report);
    std::ofstream(said("PACED_JOURNAL"), std::ios::app) << "run\n" << std::flush;
    return out;
  }
};

}  // namespace

int main(int argc, char** argv) {
  using namespace isoflop;
  app::set_program_name("isoflop-bench");
  isoflop_test::FakeCard card;
  bench::World world = app::real_world({argv, argv + argc});
  world.open_device = [&card] { return std::make_unique<PacedDevice>(card); };
  const app::Program program{"isoflop-bench", "isoflop-bench on a card that is none", "",
                             [] { return std::string("paced"); }, app::bench_verbs(world)};
  return app::run_program(program, argc, argv);
}

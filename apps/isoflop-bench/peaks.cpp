// isoflop-bench peaks: the rates that times are compared with, measured on this GPU.
#include "apps/isoflop-bench/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/text/environment.hpp"

namespace isoflop::app {
namespace peaks_command {

void options(Form& form) {
  form.output({"-o,--output",
               "write them as JSON (isoflop.cost/1 without rows); - prints that alone", "FILE"});
  form.own_flag({"--json", "print JSON (isoflop.cost/1) and nothing else"});
  form.footer("Example:\n  isoflop-bench peaks -o peaks.json");
}

int run(Form& form, const bench::World& world) {
  const std::string output = form.own("output");
  require_output(output);
  const MeasuredTable peaks = bench::measured_peaks(*world.open_device(), world);
  const std::string json = cost_table_to_text(peaks);
  if (is_file(output)) write_file(output, json);
  print(form.has_own("json") || is_stdout(output)
            ? json
            : text::describe_environment(peaks.table().environment) +
                  text::describe_peaks(peaks.table().peaks));
  return 0;
}

}  // namespace peaks_command

Verb peaks_verb(const bench::World& world) {
  return {"peaks", "Dense GEMM, copy and row gather: the best this GPU does",
          peaks_command::options, [world](Form& form) { return peaks_command::run(form, world); }};
}

}  // namespace isoflop::app

#include "apps/isoflop-bench/runs.hpp"

#include <cmath>
#include <memory>

#include "apps/words/terminal.hpp"

namespace isoflop::app {
namespace {

std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string describe_ahead(const bench::Ahead& ahead, const bench::MeasureRequest& request) {
  std::string out = std::to_string(ahead.num_runs) + (ahead.num_runs == 1 ? " run" : " runs") +
                    " planned, about " + duration_text(ahead.seconds);
  if (std::isfinite(request.limit_s)) out += "; limit " + duration_text(request.limit_s);
  if (ahead.num_resumed > 0) {
    out += "; " + std::to_string(ahead.num_resumed) + " are in " + request.output + " already";
  }
  return out + "\n";
}

}  // namespace

bench::MeasureObserver run_observer(const bench::MeasureRequest& request, bool is_quiet) {
  auto shown = std::make_shared<std::unique_ptr<Progress>>();
  bench::MeasureObserver out;
  out.begins = [request, is_quiet, shown](const bench::Ahead& ahead) {
    if (!is_quiet) print(describe_ahead(ahead, request));
    *shown = std::make_unique<Progress>("run");
  };
  out.progress = [shown](std::size_t done, std::size_t all) { (*shown)->update(done, all); };
  return out;
}

void require_resumable(const bench::MeasureRequest& request) {
  if (!is_stdout(request.output)) return;
  throw InvalidArgument("output", field("output") +
                                      " - prints nothing here: the table is written anew after "
                                      "every run; name a file, or print with --json");
}

std::vector<std::string> describe_by_reason(const std::vector<bench::MissedRun>& runs) {
  std::vector<std::string> out;
  std::vector<bool> is_said(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (is_said[i]) continue;
    std::size_t num_alike = 0;
    for (std::size_t j = i; j < runs.size(); ++j) {
      if (runs[j].reason != runs[i].reason) continue;
      is_said[j] = true;
      ++num_alike;
    }
    out.push_back((num_alike > 1 ? std::to_string(num_alike) + " runs, the first " : "") +
                  describe_run(runs[i].run) + ": " + runs[i].reason);
  }
  return out;
}

std::string describe_missed(const bench::MeasureResult& result) {
  std::string out;
  auto add = [&](const std::string& head, const std::vector<bench::MissedRun>& runs) {
    if (runs.empty()) return;
    out += "\n" + head + "\n";
    for (const std::string& line : describe_by_reason(runs)) out += "  " + line + "\n";
  };
  add("not timed, for the results are wrong:", result.failed);
  add("not run:", result.skipped);
  if (!result.left.empty()) {
    out += "\nleft for --resume, the time limit came first:\n";
    for (const bench::PlannedRun& run : result.left) out += "  " + describe_run(run) + "\n";
  }
  return out;
}

}  // namespace isoflop::app

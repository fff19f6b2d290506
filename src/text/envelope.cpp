#include "isoflop/text/envelope.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/core/ranges.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/read_as.hpp"

namespace isoflop::text {
namespace {

using api::EnvelopeOutcome;
using app::TextGrid;
using Q = SweepQuantity;

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string head_of_envelope(const EnvelopeOutcome& outcome) {
  const std::string& cost = outcome.request.cost;
  return read_as(outcome.records) + fmt::format("{} of {} in {}, FLOPs by {}\n",
                                                counted(outcome.num_checkpoints, "checkpoint"),
                                                counted(outcome.curves.size(), "run"),
                                                outcome.records.path,
                                                cost == "6nd"     ? "6 N D"
                                                : cost == "paper" ? "those of Krajewski et al. 2024"
                                                                  : cost);
}

std::string schedule_text(const EnvelopeOutcome& outcome) {
  std::string out =
      "warning: only checkpoints at a constant learning rate, or ends of branches that were "
      "decayed, compare; those on the way of a decaying schedule lie too high\n";
  if (outcome.schedules.empty()) {
    return out + "no column says which schedule these are of; " + field("schedule") +
           " COL names one\n";
  }
  out += "schedules (column " + outcome.request.schedule + "): ";
  for (std::size_t i = 0; i < outcome.schedules.size(); ++i) {
    const auto& [name, count] = outcome.schedules[i];
    out += fmt::format("{}{}: {}", i == 0 ? "" : ", ", name.empty() ? "(empty)" : name,
                       counted(count, "checkpoint"));
  }
  out += "\n";
  if (outcome.schedules.size() > 1) {
    out += "warning: checkpoints of several schedules are compared with each other\n";
  }
  return out;
}

std::string table_of_stretches(const EnvelopeOutcome& outcome) {
  TextGrid grid({0, 6});
  grid.add({"run", "N", "FLOPs from", "to", "D there", "loss there", ""});
  for (const api::EnvelopeStretch& s : outcome.stretches) {
    const EnvelopePoint &a = outcome.envelope.points[s.first], &b = outcome.envelope.points[s.last];
    const std::string& run = outcome.curves[a.curve].run;
    grid.add({run.empty() ? "-" : run, human_number(std::exp(a.log_n)),
              human_number(std::exp(a.log_c)), human_number(std::exp(b.log_c)),
              human_number(std::exp(b.log_d)), fmt::format("{:.4f}", std::exp(b.log_loss)),
              a.at_edge ? " edge: nothing beyond it was trained" : ""});
  }
  return fmt::format("\nLowest loss, at {} budgets:\n{}", outcome.envelope.points.size(),
                     grid.text());
}

std::string envelope_laws_text(const EnvelopeOutcome& outcome) {
  const Envelope& e = outcome.envelope;
  if (std::isnan(e.laws[index_of(Q::kN)].exponent)) {
    return "\nNo power law: it needs two sizes that win in between the smallest and the largest.\n";
  }
  TextGrid grid({0});
  grid.add({"exponent of", "through the envelope", "without one size"});
  for (const auto& [name, q] :
       {std::pair{"N*", Q::kN}, std::pair{"D*", Q::kD}, std::pair{"L*", Q::kLoss}}) {
    Range span;
    for (const PowerLaws& laws : e.without_one) {
      if (!std::isnan(laws[index_of(q)].exponent)) span.include(laws[index_of(q)].exponent);
    }
    grid.add({name, fmt::format("{:.4f}", e.laws[index_of(q)].exponent),
              span.low <= span.high ? fmt::format("{:.4f} to {:.4f}", span.low, span.high) : "-"});
  }
  const std::size_t used = e.points.size() - (outcome.request.keep_edges ? 0 : e.num_edges);
  return fmt::format("\nPower laws in C of {} points of {}{}:\n{}", used,
                     counted(e.num_sizes, "size"),
                     outcome.request.keep_edges ? "" : " (edges left out)", grid.text());
}

std::string beyond_envelope_text(const EnvelopeOutcome& outcome) {
  if (outcome.at.empty()) return "";
  TextGrid grid;
  grid.add({"FLOPs", "N*", "D*", "D/N", "loss"});
  for (std::size_t i = 0; i < outcome.at.size(); ++i) {
    const SweepAnswer& a = outcome.at[i];
    const double n = std::exp(a[index_of(Q::kN)]), d = std::exp(a[index_of(Q::kD)]);
    grid.add({human_number(outcome.request.flops[i]), human_number(n), human_number(d),
              fmt::format("{:.1f}", d / n),
              fmt::format("{:.4f}", std::exp(a[index_of(Q::kLoss)]))});
  }
  return "\nFor the budgets asked for (the power law of the loss knows no irreducible loss):\n" +
         grid.text();
}

}  // namespace

std::string envelope(const EnvelopeOutcome& outcome) {
  return head_of_envelope(outcome) + schedule_text(outcome) + table_of_stretches(outcome) +
         envelope_laws_text(outcome) + beyond_envelope_text(outcome);
}

std::string envelope_csv(const EnvelopeOutcome& outcome) {
  std::string out = "flops,n,d,loss,run,at_edge\n";
  for (const EnvelopePoint& p : outcome.envelope.points) {
    std::string run = outcome.curves[p.curve].run;
    if (run.find_first_of(",\"\n") != std::string::npos) {
      std::string escaped = "\"";
      for (const char c : run) escaped += c == '"' ? "\"\"" : std::string(1, c);
      run = escaped + "\"";
    }
    out += fmt::format("{},{},{},{},{},{}\n", format_number(std::exp(p.log_c)),
                       format_number(std::exp(p.log_n)), format_number(std::exp(p.log_d)),
                       format_number(std::exp(p.log_loss)), run, p.at_edge ? 1 : 0);
  }
  return out;
}

}  // namespace isoflop::text

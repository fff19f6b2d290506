#include "isoflop/text/profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/read_as.hpp"

namespace isoflop::text {
namespace {

using api::ProfilesOutcome;
using app::TextGrid;
using Q = SweepQuantity;

double value_of(const SweepAnswer& answer, Q q) { return std::exp(answer[index_of(q)]); }

std::string number_text(double x) { return std::isfinite(x) ? human_number(x) : "-"; }

std::string profile_loss_text(double x) {
  return std::isfinite(x) ? fmt::format("{:.4f}", x) : "-";
}

/// Of a quantity whose logarithm has this interval.
std::string size_interval_text(const Interval& log_interval) {
  if (std::isnan(log_interval.low)) return "-";
  if (std::isinf(log_interval.low)) return "any";
  return human_number(std::exp(log_interval.low)) + " to " +
         human_number(std::exp(log_interval.high));
}

std::string loss_interval_text(const Interval& i) {
  if (std::isnan(i.low)) return "-";
  return fmt::format("{:.4f} to {:.4f}", std::exp(i.low), std::exp(i.high));
}

/// A share that may be rounding alone.
std::string share_text(double share) {
  return share < 1e-4 ? "0.01 %" : fmt::format("{:.3g} %", 100.0 * share);
}

std::string accounting_text(const std::string& cost) {
  if (cost == "6nd") return "6 N D";
  return cost == "paper" ? "the FLOPs of Krajewski et al. 2024" : cost;
}

std::string head_of_profiles(const ProfilesOutcome& outcome) {
  const auto& request = outcome.request;
  const std::size_t num = outcome.report.budgets.size();
  std::string out = read_as(outcome.records);
  out += fmt::format("{} of {} in {} {} ",
                     outcome.num_runs == 1 ? "1 run" : fmt::format("{} runs", outcome.num_runs),
                     outcome.records.path, num, num == 1 ? "budget" : "budgets");
  if (request.budget.empty()) {
    out += fmt::format("by {}: runs of a budget lie within {} of it (tolerance {:.3g} %)\n",
                       accounting_text(request.cost), share_text(outcome.farthest),
                       100.0 * request.tolerance);
  } else if (std::isfinite(outcome.farthest)) {
    out += fmt::format("of column {}: within {} of {} (tolerance {:.3g} %)\n", request.budget,
                       share_text(outcome.farthest), accounting_text(request.cost),
                       100.0 * request.tolerance);
  } else {
    out += fmt::format("of column {}\n", request.budget);
  }
  out += std::isfinite(request.huber_delta)
             ? fmt::format("parabolas of the loss against ln {}, Huber delta {}\n\n", outcome.axis,
                           format_number(request.huber_delta))
             : fmt::format("parabolas of the loss against ln {}, least squares\n\n", outcome.axis);
  return out;
}

std::string flags_of(const ProfilesOutcome& outcome, const Profile& p) {
  std::vector<std::string> flags;
  if (p.status == ProfileStatus::kFewRuns) flags.push_back("fewer than three sizes: no vertex");
  if (p.status == ProfileStatus::kNotConvex) flags.push_back("not convex: no minimum");
  if (p.outside) {
    flags.push_back("vertex outside the grid: an extrapolation");
  } else if (p.off_centre) {
    flags.push_back("off-centre");
  }
  if (p.bent_by) {
    flags.push_back(fmt::format("line {} alone bends the parabola", outcome.lines[*p.bent_by]));
  }
  return fmt::format("{}", fmt::join(flags, "; "));
}

/// The sizes beside the axis that the table gives.
std::vector<Q> other_sizes(const ProfilesOutcome& outcome) {
  std::vector<Q> out;
  auto known = [&](Q q) {
    return std::any_of(
        outcome.report.budgets.begin(), outcome.report.budgets.end(), [&](const auto& b) {
          return std::any_of(b.profiles.begin(), b.profiles.end(), [&](const Profile& p) {
            return std::isfinite(p.answer[index_of(q)]);
          });
        });
  };
  if (outcome.axis != "N" && known(Q::kN)) out.push_back(Q::kN);
  if (outcome.axis != "D" && known(Q::kD)) out.push_back(Q::kD);
  return out;
}

std::string name_of(const ProfilesOutcome& outcome, Q q) {
  switch (q) {
    case Q::kBy:
      return outcome.by;
    case Q::kSize:
      return outcome.axis;
    case Q::kN:
      return "N";
    case Q::kD:
      return "D";
    case Q::kLoss:
      break;
  }
  return "L";
}

std::string table_of_profiles(const ProfilesOutcome& outcome) {
  const bool with_by = !outcome.by.empty();
  const std::vector<Q> others = other_sizes(outcome);
  std::vector<std::string> names{"FLOPs"};
  if (with_by) names.push_back(outcome.by);
  for (const std::string& name :
       {std::string("runs"), "grid about " + outcome.axis, std::string("octaves"),
        outcome.axis + "*", std::string("95 % interval")}) {
    names.push_back(name);
  }
  for (const Q q : others) names.push_back(name_of(outcome, q) + "*");
  names.insert(names.end(), {"loss", "curvature", ""});
  TextGrid grid({names.size() - 1});
  grid.add(names);
  for (const BudgetProfiles& b : outcome.report.budgets) {
    for (const Profile& p : b.profiles) {
      std::vector<std::string> row{human_number(b.budget_flops)};
      if (with_by) row.push_back(format_number(*p.by));
      row.insert(row.end(),
                 {std::to_string(p.rows.size()), human_number(std::exp(p.log_centre)),
                  fmt::format("{:.1f}", p.octaves), number_text(value_of(p.answer, Q::kSize)),
                  p.usable() ? size_interval_text(p.log_size) : "-"});
      for (const Q q : others) row.push_back(number_text(value_of(p.answer, q)));
      row.push_back(profile_loss_text(value_of(p.answer, Q::kLoss)));
      row.push_back(p.fit ? fmt::format("{:.4f}", 2.0 * p.fit->parabola.p) : "-");
      const std::string flags = flags_of(outcome, p);
      row.push_back(flags.empty() ? "" : " " + flags);
      grid.add(row);
    }
  }
  return grid.text();
}

/// The best of the further size at every budget.
std::string table_of_best(const ProfilesOutcome& outcome) {
  if (outcome.by.empty()) return "";
  const std::vector<Q> others = other_sizes(outcome);
  const bool beside = !outcome.fine_grained.empty();
  std::vector<std::string> names{"FLOPs", outcome.by + "*", outcome.axis + "*"};
  for (const Q q : others) names.push_back(name_of(outcome, q) + "*");
  names.push_back("loss");
  if (beside) {
    names.insert(names.end(), {"G of the law", "N active", "D", "loss"});
  }
  names.push_back("");
  TextGrid grid({names.size() - 1});
  grid.add(names);
  for (std::size_t k = 0; k < outcome.report.budgets.size(); ++k) {
    const BudgetProfiles& b = outcome.report.budgets[k];
    std::vector<std::string> row{human_number(b.budget_flops),
                                 number_text(value_of(b.answer, Q::kBy)),
                                 number_text(value_of(b.answer, Q::kSize))};
    for (const Q q : others) row.push_back(number_text(value_of(b.answer, q)));
    row.push_back(profile_loss_text(value_of(b.answer, Q::kLoss)));
    if (beside) {
      const Plan& plan = outcome.fine_grained[k];
      row.insert(row.end(), {number_text(plan.granularity), number_text(plan.n_active),
                             number_text(plan.d_tokens), profile_loss_text(plan.loss)});
    }
    row.push_back(!std::isfinite(b.answer[index_of(Q::kBy)]) ? " no minimum over " + outcome.by
                  : b.by_outside ? " beyond the " + outcome.by + " that was trained"
                                 : "");
    grid.add(row);
  }
  std::string out = fmt::format(
      "\nThe best {}, by the parabola of these losses against ln {}{}:\n{}", outcome.by, outcome.by,
      beside ? ", beside fine-grained-moe fitted to the same runs" : "", grid.text());
  if (!outcome.no_fine_grained.empty()) {
    out += "no plans of fine-grained-moe beside it: " + outcome.no_fine_grained + "\n";
  }
  return out;
}

/// Which quantities have a power law, each once.
std::vector<Q> quantities(const ProfilesOutcome& outcome) {
  std::vector<Q> out;
  if (!outcome.by.empty()) out.push_back(Q::kBy);
  out.push_back(Q::kSize);
  for (const Q q : other_sizes(outcome)) out.push_back(q);
  out.push_back(Q::kLoss);
  return out;
}

std::string exponent_text(const PowerLaw& law, const Interval& interval) {
  if (!std::isfinite(law.exponent)) return "-";
  if (std::isnan(interval.low)) return fmt::format("{:.4f}", law.exponent);
  return fmt::format("{:.4f} ({:.4f} to {:.4f})", law.exponent, interval.low, interval.high);
}

std::string power_laws_text(const ProfilesOutcome& outcome) {
  const std::size_t num_answers = outcome.report.num_answers();
  if (num_answers < 2) {
    return fmt::format("\nNo power law: it needs vertices at two budgets or more, and there {}.\n",
                       num_answers == 1 ? "is one" : "is none");
  }
  const api::ApproachThree* three = outcome.approach_3 ? &*outcome.approach_3 : nullptr;
  TextGrid grid({0});
  std::vector<std::string> names{"exponent of", "through the vertices"};
  if (three != nullptr) names.insert(names.end(), {"corrected", "Approach 3"});
  grid.add(names);
  for (const Q q : quantities(outcome)) {
    auto text = [&](const PowerLaws& laws, const std::vector<PowerLaws>& draws) {
      return exponent_text(laws[index_of(q)], exponent_interval(draws, q));
    };
    std::vector<std::string> row{name_of(outcome, q) + "*",
                                 text(outcome.report.laws, outcome.report.draws)};
    if (three != nullptr) {
      const ApproachComparison& c = three->comparison;
      row.push_back(text(c.corrected_laws, c.corrected_draws));
      row.push_back(text(c.optimal_laws, c.optimal_draws));
    }
    grid.add(row);
  }
  const std::string how =
      outcome.report.draws.empty()
          ? "no intervals: no run is left over to tell how far they scatter"
          : fmt::format("95 % intervals from {} resamples", outcome.report.draws.size());
  return fmt::format("\nPower laws in C of {} budgets ({}):\n{}", num_answers, how, grid.text());
}

std::string corrections_text(const ProfilesOutcome& outcome) {
  if (!outcome.approach_3) {
    return outcome.request.approach_3 == "no"
               ? ""
               : "\nNo Approach 3, and so no correction: " + outcome.no_approach_3 + "\n";
  }
  const api::ApproachThree& a = *outcome.approach_3;
  const std::string& axis = outcome.axis;
  TextGrid grid;
  grid.add({"FLOPs", axis + "* measured", "shift of ln " + axis + "*", axis + "* corrected",
            "95 % interval", axis + "* of Approach 3"});
  for (std::size_t k = 0; k < outcome.report.budgets.size(); ++k) {
    const BudgetProfiles& b = outcome.report.budgets[k];
    const double shift = a.comparison.shifts[k][index_of(Q::kSize)];
    grid.add({human_number(b.budget_flops), number_text(value_of(b.answer, Q::kSize)),
              std::isfinite(shift) ? fmt::format("{:+.4f}", shift) : "-",
              number_text(value_of(a.comparison.corrected[k], Q::kSize)),
              std::isfinite(shift) ? size_interval_text(a.comparison.log_size[k]) : "-",
              number_text(value_of(a.comparison.optima[k], Q::kSize))});
  }
  const std::vector<double>& c = a.fit.coefficients;
  std::string out = fmt::format(
      "\nWhat the parabola itself does, by Approach 3 on the same runs (chinchilla, {}; alpha "
      "{:.4f}, "
      "beta {:.4f}):\n{}",
      to_string(a.fit.status), c[2], c[4], grid.text());
  const std::string at = human_number(a.compared_at);
  if (std::isnan(a.log_size.low) || std::isnan(a.log_law.low)) {
    out += fmt::format(
        "Whether the approaches disagree at {} FLOPs cannot be told: one has no "
        "interval.\n",
        at);
  } else {
    out +=
        fmt::format("At {} FLOPs the approaches {}: {}* {} by parabolas, {} by Approach 3.\n", at,
                    a.disagree ? "disagree beyond their intervals" : "agree within their intervals",
                    axis, size_interval_text(a.log_size), size_interval_text(a.log_law));
  }
  return out;
}

std::string asked_budgets_text(const ProfilesOutcome& outcome) {
  if (outcome.at.empty()) return "";
  const std::vector<Q> wanted = quantities(outcome);
  std::vector<std::string> names{"FLOPs", ""};
  for (const Q q : wanted) {
    names.push_back(q == Q::kLoss ? "loss" : name_of(outcome, q) + "*");
    names.push_back("95 % interval");
  }
  const bool with_ratio = std::isfinite(outcome.report.laws[index_of(Q::kN)].exponent) &&
                          std::isfinite(outcome.report.laws[index_of(Q::kD)].exponent);
  if (with_ratio) names.push_back("D/N");
  TextGrid grid({1});
  grid.add(names);
  auto add = [&](const api::ProfilesAt& at, const char* how, const SweepAnswer& answer,
                 const std::vector<PowerLaws>& draws, bool loss_is_law) {
    std::vector<std::string> row{human_number(at.flops), how};
    for (const Q q : wanted) {
      const Interval i = log_interval_at(draws, q, std::log(at.flops));
      if (q == Q::kLoss) {
        row.push_back(profile_loss_text(value_of(answer, q)));
        row.push_back(loss_is_law ? loss_interval_text(i) : "");
      } else {
        row.push_back(number_text(value_of(answer, q)));
        row.push_back(size_interval_text(i));
      }
    }
    if (with_ratio) {
      row.push_back(fmt::format("{:.1f}", value_of(answer, Q::kD) / value_of(answer, Q::kN)));
    }
    grid.add(row);
  };
  for (const api::ProfilesAt& at : outcome.at) {
    add(at, "measured", at.measured, outcome.report.draws, true);
    if (!outcome.approach_3) continue;
    const ApproachComparison& c = outcome.approach_3->comparison;
    add(at, "corrected", at.corrected, c.corrected_draws, true);
    add(at, "Approach 3", at.law, c.optimal_draws, false);
  }
  return "\nFor the budgets asked for (losses of power laws know no irreducible loss):\n" +
         grid.text();
}

}  // namespace

std::string profiles(const ProfilesOutcome& outcome) {
  return head_of_profiles(outcome) + table_of_profiles(outcome) + table_of_best(outcome) +
         power_laws_text(outcome) + corrections_text(outcome) + asked_budgets_text(outcome);
}

}  // namespace isoflop::text

// isoflop backtest: how well laws forecast runs that they were not fitted to.
#include "isoflop/fit/backtest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/isoflop/options/embeddings.hpp"
#include "apps/isoflop/options/expert_counts.hpp"
#include "apps/isoflop/options/records_and_fit.hpp"
#include "apps/isoflop/verbs.hpp"
#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/lost_flops.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/plan/plannable.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kBacktestFormat = "isoflop.backtest/1";

struct Arguments {
  RecordArguments records;
  FitArguments fit;
  ConventionArguments conventions;
  ExpertCountArguments counts;
  EmbeddingArguments embeddings;
  std::string laws, hold_out = "compute:20%";
  bool json = false;
};

/// A formula to fit, or a law with coefficients that is scored as it is.
struct Asked {
  std::string name, law;
  std::optional<LawRecord> fixed;
};

/// One law's forecast, and what planning with it would have lost.
struct Scored {
  std::string name;
  bool fitted = true;
  std::vector<std::string> conversions;  ///< of the table's numbers into the law's
  BacktestReport report;
  double plan_budget_flops = Plan::kNone, plan_error_flops = Plan::kNone;
  std::optional<double> plan_granularity;  ///< held in both plans; empty: the law has none
};

/// A published law, or a file that holds coefficients.
bool has_coefficients(const std::string& name) {
  if (is_law_name(name)) return false;
  const std::vector<LawRecord>& presets = preset_laws();
  if (std::any_of(presets.begin(), presets.end(),
                  [&](const LawRecord& law) { return law.name == name; })) {
    return true;
  }
  return is_law_file(name);
}

std::vector<Asked> law_list(const std::string& text) {
  std::vector<Asked> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, comma - begin);
    if (name.empty()) throw UsageError("--law: a name is missing beside a comma");
    Asked asked{name, law_of(name), std::nullopt};
    if (has_coefficients(name)) asked.fixed = find_law(name);
    for (const Asked& other : out) {
      const bool same = asked.fixed ? other.name == name : !other.fixed && other.law == asked.law;
      if (same) throw UsageError(fmt::format("--law: {} is given twice", name));
    }
    out.push_back(std::move(asked));
    begin = comma + 1;
  }
  return out;
}

/// Which runs the column marks: "", 0, false and no do not; other numbers, true and yes do.
std::vector<bool> marks_of(const std::string& column, const std::vector<std::string>& fields,
                           const RunTable& runs) {
  std::vector<bool> out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string word = fields[i];
    std::transform(word.begin(), word.end(), word.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto number = parse_number(word);
    const bool yes = word == "true" || word == "yes",
               no = word.empty() || word == "false" || word == "no";
    if (!number && !yes && !no) {
      throw DataError(runs.source, runs.line[i],
                      fmt::format("column \"{}\" holds \"{}\"; a run is held out where it is true, "
                                  "yes or a number other than 0, and fitted where it is false, no, "
                                  "0 or empty",
                                  column, fields[i]));
    }
    out.push_back(yes || (number && *number != 0.0));
  }
  return out;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// 6 N D with N as the table counts it, so that no convention is needed; where the law has a
/// granularity it is held at the median of the runs, because 6 N D puts no price on it.
PlanProblem six_nd_request(const std::string& law, const std::vector<double>& coefficients,
                           const RunTable& runs) {
  PlanProblem out;
  out.law.law = law;
  out.law.coefficients = coefficients;
  out.law.n_means = NMeaning::kActiveNonEmbedding;
  out.law.expansion = 1.0;
  if (has_granularity(out.law)) {
    out.search.search = GranularitySearch::kFixed;
    out.search.granularity = std::max(1.0, median(runs.column(Variable::kG)));
  }
  return out;
}

/// The law fitted to all runs stands for the truth: it is the best that these runs know.
void judge_plan(const std::string& law, const RunTable& runs, const Split& split,
                const FitOptions& options, Scored& scored) {
  const FitReport all = fit(law, runs, options);
  if (all.status == FitStatus::kFailed) return;
  const std::vector<double> compute = six_nd_of(runs);
  double budget = 0.0;
  for (const std::size_t row : split.held_out) budget = std::max(budget, compute[row]);
  scored.plan_budget_flops = budget;
  // With a budget alone nothing can be planned from a law without N and D, or with more variables.
  const bool plannable = visit_law(law, []<Law L>() {
    return can_plan<L>() && std::all_of(L::kVariables.begin(), L::kVariables.end(), [](Variable v) {
             return v == Variable::kN || v == Variable::kD || v == Variable::kG;
           });
  });
  if (!plannable) return;
  const PlanProblem truth = six_nd_request(law, all.coefficients, runs);
  if (has_granularity(truth.law)) scored.plan_granularity = truth.search.granularity;
  scored.plan_error_flops =
      lost_flops(truth, six_nd_request(law, scored.report.fit.coefficients, runs), budget);
}

/// The runs as the law counts them, and how that was done. Throws UsageError where the words do not
/// settle it.
RunTable runs_of_law(const Asked& asked, const LawRecord& table,
                     const EmbeddingArguments& embeddings, const RunTable& runs,
                     std::vector<std::string>& conversions) {
  const LawRecord& law = *asked.fixed;
  RunTable out = runs;
  if (table.expansion && law.expansion && *table.expansion != *law.expansion) {
    throw UsageError(fmt::format("--expansion {} contradicts {}, which holds for E = {}",
                                 format_number(*table.expansion), asked.name,
                                 format_number(*law.expansion)));
  }
  if (law_has_variable(law, Variable::kN)) {
    if (table.n_means == NMeaning::kUnspecified) {
      throw UsageError(
          fmt::format("{} counts N as {}: say what N of the runs counts, with --n-means",
                      asked.name, to_string(law.n_means)));
    }
    if (law.n_means == NMeaning::kUnspecified) {
      throw UsageError(
          fmt::format("{} does not say what its N counts, so it cannot be asked about "
                      "runs",
                      asked.name));
    }
    SizeConvention known;
    known.expansion = table.expansion ? table.expansion : law.expansion;
    known.embedding_rows = embeddings.rows();
    known.shape = embeddings.family();
    std::vector<double>& n = out.column(Variable::kN);
    try {
      for (double& x : n) x = convert_n(x, table.n_means, law.n_means, known);
    } catch (const InvalidArgument& fault) {
      throw UsageError(fmt::format("{}: {}", asked.name, fault.what()));
    }
    if (table.n_means != law.n_means) {
      const std::string with = embeddings.describe();
      conversions.push_back(fmt::format(
          "N of the runs ({}) as {}{}{}", to_string(table.n_means), to_string(law.n_means),
          known.expansion ? ", E = " + format_number(*known.expansion) : "",
          with.empty() ? "" : ", " + with));
    }
  }
  if (has_granularity(law) && law.g_means != GMeaning::kDffOverDexpert) {
    std::vector<double>& g = out.column(Variable::kG);
    for (double& x : g) x = granularity_of_law(law, x).value;
    conversions.push_back(
        fmt::format("G of the runs (dff_over_dexpert) as {}", to_string(law.g_means)));
  }
  return out;
}

Json number_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json json_of(const LawRecord& table, const std::string& hold_out, const RunTable& runs,
             const Split& split, const std::vector<Scored>& laws) {
  Json out;
  out["format"] = kBacktestFormat;
  out["n_means"] = to_string(table.n_means);
  out["expansion"] = table.expansion ? Json(*table.expansion) : Json(nullptr);
  out["experts"] = table.expansion && *table.expansion > 1.0
                       ? rates_to_json({.expansion = table.expansion})
                       : Json(nullptr);
  out["hold_out"] = hold_out;
  out["runs_fit"] = split.fitted.size();
  out["runs_held_out"] = split.held_out.size();
  out["laws"] = Json::array();
  for (const Scored& scored : laws) {
    const BacktestReport& r = scored.report;
    Json law;
    law["law"] = scored.name;
    law["fitted"] = scored.fitted;
    law["conversions"] = scored.conversions;
    law["num_parameters"] = r.fit.num_free;
    law["verdict"] = scored.fitted ? Json(to_string(r.fit.verdict)) : Json(nullptr);
    law["rmse_log_fit"] = number_or_null(r.fit.rmse_log);
    law["rmse_log_held_out"] = number_or_null(r.rmse_log);
    law["rmse_nats_held_out"] = number_or_null(r.rmse_nats);
    law["rmse_per_cent_held_out"] = number_or_null(r.rmse_per_cent);
    law["mean_error_per_cent"] = number_or_null(r.mean_error_per_cent);
    law["coverage_95"] = number_or_null(r.coverage_95);
    law["draws"] = r.num_draws;
    law["plan_budget_flops"] = number_or_null(scored.plan_budget_flops);
    law["plan_granularity"] =
        scored.plan_granularity ? Json(*scored.plan_granularity) : Json(nullptr);
    law["plan_error_flops"] = number_or_null(scored.plan_error_flops);
    law["forecasts"] = Json::array();
    for (const Forecast& f : r.forecasts) {
      Json forecast;
      forecast["line"] = runs.line.empty() ? Json(nullptr) : Json(runs.line[f.run]);
      forecast["observed"] = f.observed;
      forecast["predicted"] = number_or_null(f.predicted);
      forecast["interval"] =
          Json::array({number_or_null(f.interval.low), number_or_null(f.interval.high)});
      law["forecasts"].push_back(forecast);
    }
    out["laws"].push_back(law);
  }
  return out;
}

/// The sentence below the table. Laws whose refit did not converge cannot win.
std::string conclusion(const std::vector<Scored>& laws) {
  const Scored* best = nullptr;
  for (const Scored& scored : laws) {
    if (scored.report.fit.status != FitStatus::kConverged) continue;
    if (best == nullptr || scored.report.rmse_log < best->report.rmse_log) best = &scored;
  }
  if (best == nullptr) return "No law converged on the runs that were left, so no forecast counts.";
  const std::string what = fmt::format("with an rms error of {:.2f} %", best->report.rmse_per_cent);
  return (laws.size() > 1 ? fmt::format("{} forecast best, {}.", best->name, what)
                          : fmt::format("{} forecast {}.", best->name, what)) +
         "\nNo run that was held out took part in choosing a start, a delta or a law.";
}

/// What "plan error" means here.
std::string plan_note(const std::vector<Scored>& laws) {
  std::string held;
  double budget = Plan::kNone;
  for (const Scored& scored : laws) {
    if (!std::isfinite(scored.plan_budget_flops)) continue;
    budget = scored.plan_budget_flops;
    if (scored.plan_granularity) held = ", G = " + human_number(*scored.plan_granularity);
  }
  if (!std::isfinite(budget)) return "";
  return fmt::format(
      "Plan error: FLOPs wasted by planning {} FLOPs (6ND as the table counts N{}) with the\n"
      "forecast, if the same law fitted to all runs holds.\n",
      human_number(budget), held);
}

std::string text_of(const LawRecord& table, const std::string& hold_out, const RunTable& runs,
                    const Split& split, const std::vector<Scored>& laws) {
  std::string out = fmt::format("{}: {} runs fitted, {} held out ({})\n", runs.source,
                                split.fitted.size(), split.held_out.size(), hold_out);
  if (table.n_means != NMeaning::kUnspecified) {
    out += fmt::format("N of the runs is {}\n", to_string(table.n_means));
  }
  if (table.expansion && *table.expansion > 1.0) {
    out += "Experts: " + describe_rates({.expansion = table.expansion}) + "\n";
  }
  for (const Scored& scored : laws) {
    for (const std::string& how : scored.conversions) {
      out += fmt::format("{} takes {}\n", scored.name, how);
    }
  }
  out += "\n";
  auto number = [](const char* format, double x) {
    return std::isfinite(x) ? fmt::format(fmt::runtime(format), x) : std::string("-");
  };
  TextGrid grid({0});
  auto row = [&](const std::string& name, auto&& value) {
    std::vector<std::string> cells{name};
    for (const Scored& scored : laws) cells.push_back(value(scored));
    grid.add(std::move(cells));
  };
  row("", [](const Scored& s) { return s.name; });
  row("free coefficients", [](const Scored& s) { return std::to_string(s.report.fit.num_free); });
  row("verdict", [](const Scored& s) {
    return s.fitted ? std::string(to_string(s.report.fit.verdict)) : "not fitted";
  });
  row("fitted: rms error, ln L",
      [&](const Scored& s) { return number("{:.5f}", s.report.fit.rmse_log); });
  row("held out: rms error, ln L",
      [&](const Scored& s) { return number("{:.5f}", s.report.rmse_log); });
  row("  in nats", [&](const Scored& s) { return number("{:.5f}", s.report.rmse_nats); });
  row("  in per cent", [&](const Scored& s) { return number("{:.2f} %", s.report.rmse_per_cent); });
  row("  mean error",
      [&](const Scored& s) { return number("{:+.2f} %", s.report.mean_error_per_cent); });
  row("  inside the 95 % interval",
      [&](const Scored& s) { return number("{:.0f} %", 100.0 * s.report.coverage_95); });
  row("plan error, FLOPs", [&](const Scored& s) {
    return std::isfinite(s.plan_error_flops) ? human_number(s.plan_error_flops) : "-";
  });
  row("  of the budget", [&](const Scored& s) {
    return number("{:.2f} %", 100.0 * s.plan_error_flops / s.plan_budget_flops);
  });
  out += grid.text() + "\n" + conclusion(laws) + "\n";
  out += plan_note(laws);
  for (const Scored& scored : laws) {
    const FitReport& fit = scored.report.fit;
    for (const std::vector<std::string>* texts : {&fit.reasons, &fit.warnings}) {
      for (const std::string& text : *texts) out += fmt::format("{}: {}\n", scored.name, text);
    }
  }
  return out;
}

int run(const Arguments& arguments) {
  const std::vector<Asked> laws = law_list(arguments.laws);
  std::vector<std::string> formulas;
  for (const Asked& asked : laws) formulas.push_back(asked.law);
  ConventionArguments conventions = arguments.conventions;
  arguments.counts.settle_runs(conventions.expansion);
  const LawRecord table = conventions.record(formulas.front());
  const HoldOutRule rule = parse_hold_out(arguments.hold_out);
  BacktestOptions options;
  options.fit = arguments.fit.options();
  options.fit.profile = false;
  options.draw = [](std::string_view law, const RunTable& left, const FitOptions& how,
                    const FitReport& refit) {
    constexpr std::size_t kResamples = 1000;
    return bootstrap(law, left, how, refit,
                     {.resamples = kResamples, .seed = how.seed, .jackknife = false})
        .draws;
  };
  RecordOptions record_options = arguments.records.options();
  if (rule.by == HoldOutBy::kColumn) record_options.extra.push_back(rule.column);
  const Records records = arguments.records.read(formulas, record_options);
  const RunTable& runs = records.runs;
  std::vector<bool> marked;
  if (rule.by == HoldOutBy::kColumn) {
    marked = marks_of(rule.column, records.extra.at(rule.column), runs);
  }
  const Split split = split_runs(runs, rule, marked);

  std::vector<Scored> scored;
  for (const Asked& asked : laws) {
    const std::string& law = asked.law;
    if (asked.fixed) {
      Scored& one =
          scored.emplace_back(Scored{asked.name, false, {}, {}, Plan::kNone, Plan::kNone, {}});
      const RunTable own = runs_of_law(asked, table, arguments.embeddings, runs, one.conversions);
      one.report = score_law(*asked.fixed, own, split, options);
      continue;
    }
    Progress progress(law);
    options.fit.progress = [&](std::size_t done, std::size_t all) { progress.update(done, all); };
    Scored& one = scored.emplace_back();
    one.name = law;
    one.report = backtest(law, runs, split, options);
    if (one.report.fit.status != FitStatus::kFailed) {
      judge_plan(law, runs, split, options.fit, one);
    }
  }
  const std::string hold_out = to_string(rule);
  print(arguments.json ? json_text(json_of(table, hold_out, runs, split, scored))
                       : text_of(table, hold_out, runs, split, scored));
  return std::any_of(scored.begin(), scored.end(),
                     [](const Scored& s) { return s.report.fit.status == FitStatus::kConverged; })
             ? 0
             : 1;
}

}  // namespace

void add_backtest(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("backtest", "How well laws forecast runs that are hidden from them");
  arguments->records.add(*command);
  command
      ->add_option("--law", arguments->laws,
                   "one or several, with commas between them: a formula is fitted, a published law "
                   "or law file is asked as it is")
      ->type_name("NAME[,NAME]")
      ->required();
  command
      ->add_option("--hold-out", arguments->hold_out,
                   "what to hide: compute:20% (default; largest 6 N D), loss:20% (lowest), n:20%, "
                   "d:20%, g:20% (largest), or a column that marks the runs")
      ->type_name("RULE|COLUMN");
  arguments->conventions.add(*command);
  arguments->counts.add(*command);
  arguments->embeddings.add(*command);
  arguments->fit.add(*command);
  command->add_flag("--json", arguments->json, "print JSON (isoflop.backtest/1) and nothing else");
  command->footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop backtest data/published/krajewski2024_grid_simulated.csv \\\n"
      "      --law fine-grained-moe,chinchilla --column loss=loss_simulated --hold-out d:20% "
      "--starts 30");
  command->callback([arguments, &job] {
    arguments->records.settle(arguments->fit);
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app

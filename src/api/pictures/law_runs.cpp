#include "api/pictures/law_runs.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/core/decimal.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/laws/loss_unit.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

/// Reads the section "runs" of a law file.
class RunsReader {
 public:
  RunsReader(const Json& section, const std::string& origin) : section_(section), origin_(origin) {}

  void read(LawRuns& out) const {
    out.runs.loss = column("loss");
    const LawFacts facts = out.facts();
    for (const Variable v : facts.variables) {
      out.runs.column(v) = column(std::string(facts.info(v).key));
    }
    if (section_.contains("line")) {
      for (const double line : column("line"))
        out.runs.line.push_back(static_cast<std::size_t>(line));
    }
    if (section_.contains("weight")) out.runs.weight = column("weight");
    for (const Variable v : facts.variables) {
      const VariableInfo about = facts.info(v);
      for (const double x : out.runs.column(v)) {
        const std::string fault = value_fault(about, x);
        if (fault.empty()) continue;
        throw DataError(
            origin_, "\"runs." + std::string(about.key) + "\": " + format_number(x) + " " + fault);
      }
    }
    out.predicted = predictions(out.law.law, out.law.coefficients, out.runs);
  }

 private:
  std::vector<double> column(const std::string& key) const {
    const auto found = section_.find(key);
    const bool is_list =
        found != section_.end() && found->is_array() &&
        std::all_of(found->begin(), found->end(), [](const Json& x) { return x.is_number(); });
    if (!is_list) throw DataError(origin_, "\"runs." + key + "\" must be a list of numbers");
    if (found->size() != section_["loss"].size()) {
      throw DataError(origin_, "\"runs." + key + "\" is not as long as \"runs.loss\"");
    }
    return found->get<std::vector<double>>();
  }

  const Json& section_;
  const std::string& origin_;
};

const Json* runs_section(const PictureInput& input) {
  const auto found = input.json.find("runs");
  return found == input.json.end() || !found->is_object() ? nullptr : &*found;
}

bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return x > 0.0; });
}

}  // namespace

LawRuns read_law_runs(const PictureInput& input) {
  LawRuns out;
  out.law = law_from_json(input.json, input.origin);
  out.name = out.law.name.empty() ? out.law.law.name() : out.law.name;
  const Json* runs = runs_section(input);
  if (runs != nullptr && runs->contains("loss")) RunsReader(*runs, input.origin).read(out);
  return out;
}

LawRuns require_law_runs(const PictureInput& input) {
  LawRuns out = read_law_runs(input);
  if (out.num_runs() > 0) return out;
  const Json* runs = runs_section(input);
  if (runs != nullptr && runs->contains("num_runs")) {
    throw DataError(input.origin, "holds no runs: there are " + (*runs)["num_runs"].dump() +
                                      ", too many for a law file (" + runs->value("path", "") +
                                      ")");
  }
  throw DataError(input.origin, out.law.is_fit() ? "holds no runs; fit again to draw them"
                                                 : "holds no runs: it is no fit");
}

std::string in_words(double value) {
  if (std::isnan(value)) return "unknown";
  double rounded = value;
  read_decimal(scientific_decimal(value, 2), rounded);
  return human_number(rounded);
}

RunCost::RunCost(const PlanProblem& problem)
    : planner_(Planners(problem).own()),
      n_law_per_active_(n_law_per_active(problem)),
      has_granularity_(isoflop::has_granularity(problem.law)) {}

double RunCost::flops_per_token(double n_law, double g) const {
  return std::exp(
      planner_.log_cost_per_token(std::log(n_active(n_law)), has_granularity_ ? std::log(g) : 0.0));
}

std::vector<std::string> run_names(const LawRuns& law) {
  const LawFacts facts = law.facts();
  std::vector<std::string> out;
  for (std::size_t i = 0; i < law.num_runs(); ++i) {
    std::string name =
        law.runs.line.empty() ? "" : "line " + std::to_string(law.runs.line[i]) + ": ";
    for (const Variable v : facts.variables) {
      name += std::string(facts.info(v).symbol) + " " + in_words(law.runs.column(v)[i]) + ", ";
    }
    out.push_back(name + std::string(facts.target.key) + " " + in_words(law.runs.loss[i]) +
                  " (law: " + in_words(law.predicted[i]) + ")");
  }
  return out;
}

Axis variable_axis(const LawRuns& law, Variable variable, const std::vector<double>& values) {
  const VariableInfo about = law.facts().info(variable);
  Axis out;
  out.label = std::string(about.meaning) + " " + std::string(about.symbol);
  if (is_own(variable)) out.label = std::string(about.symbol);
  if (variable == Variable::kN && law.law.n_means != NMeaning::kUnspecified) {
    std::string means(to_string(law.law.n_means));
    std::replace(means.begin(), means.end(), '_', ' ');
    out.label += " (" + means + ")";
  }
  if (variable == Variable::kG) {
    out.ticks.emplace();
    for (double g = 1.0; g <= 1024.0; g *= 2.0) out.ticks->push_back({g, human_number(g)});
  }
  const bool is_share = variable == Variable::kS || is_plain(variable);
  out.scale = !is_share && all_positive(values) ? AxisScale::kLog : AxisScale::kLinear;
  fit_axis(out, values);
  return out;
}

Axis target_axis(const LawRuns& law, const std::vector<double>& values) {
  const LawFacts facts = law.facts();
  Axis out;
  out.label = std::string(facts.target.key);
  if (facts.predicts_loss()) {
    out.unit = unit_words(law.law.loss_unit);
  } else {
    out.unit = facts.target.unit == "1" ? "" : std::string(facts.target.unit);
  }
  out.scale = all_positive(values) ? AxisScale::kLog : AxisScale::kLinear;
  fit_axis(out, values);
  return out;
}

void fit_axis_to_intervals(Axis& axis, const std::vector<double>& values, std::vector<double> ends,
                           double margin) {
  constexpr double kFarthest = 100.0;
  fit_axis(axis, values, 0.0);
  for (double& x : ends) {
    if (std::isfinite(x)) x = std::clamp(x, axis.low / kFarthest, axis.high * kFarthest);
  }
  ends.insert(ends.end(), values.begin(), values.end());
  fit_axis(axis, ends, margin);
}

std::vector<double> levels_of(std::vector<double> values, std::size_t most) {
  std::sort(values.begin(), values.end());
  // Values within two per cent of their neighbour are one.
  std::vector<double> distinct;
  for (std::size_t begin = 0; begin < values.size();) {
    std::size_t end = begin + 1;
    while (end < values.size() && values[end] <= 1.02 * values[end - 1]) ++end;
    distinct.push_back(values[(begin + end - 1) / 2]);
    begin = end;
  }
  if (distinct.size() <= most) return distinct;
  std::vector<double> out;
  const double step = std::log(values.back() / values.front()) / static_cast<double>(most);
  for (std::size_t i = 0; i < most; ++i) {
    const double even = values.front() * std::exp(step * (static_cast<double>(i) + 0.5));
    const auto nearer = [&](double a, double b) {
      return std::abs(std::log(a / even)) < std::abs(std::log(b / even));
    };
    const double level = *std::min_element(distinct.begin(), distinct.end(), nearer);
    if (out.empty() || out.back() != level) out.push_back(level);
  }
  return out;
}

}  // namespace isoflop::api

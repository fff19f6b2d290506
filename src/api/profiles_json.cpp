#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "api/fields.hpp"
#include "api/profiles_fields.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "io/json_values.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;
using detail::text_or_null;

constexpr std::array<const char*, kNumSweepQuantities> kNames{"by", "size", "n", "d", "loss"};

Json interval_or_null(const Interval& log_interval) {
  if (std::isnan(log_interval.low) || std::isnan(log_interval.high)) return nullptr;
  return Json::array(
      {finite_or_null(std::exp(log_interval.low)), finite_or_null(std::exp(log_interval.high))});
}

Json answer_to_json(const SweepAnswer& answer) {
  Json out = Json::object();
  for (std::size_t q = 0; q < kNames.size(); ++q) {
    out[kNames[q]] = finite_or_null(std::exp(answer[q]));
  }
  return out;
}

Json shift_to_json(const SweepAnswer& shift) {
  Json out = Json::object();
  for (std::size_t q = 1; q < kNames.size(); ++q) out[kNames[q]] = finite_or_null(shift[q]);
  return out;
}

Json laws_to_json(const PowerLaws& laws, const std::vector<PowerLaws>& draws) {
  Json out = Json::object();
  for (std::size_t q = 0; q < kNames.size(); ++q) {
    if (!std::isfinite(laws[q].exponent)) continue;
    const Interval interval = exponent_interval(draws, static_cast<SweepQuantity>(q));
    Json& one = out[kNames[q]];
    one["log_scale"] = laws[q].intercept;
    one["exponent"] = laws[q].exponent;
    one["exponent_interval"] =
        std::isnan(interval.low) ? Json(nullptr) : Json::array({interval.low, interval.high});
  }
  return out;
}

/// What laws say at a budget, each with its interval.
Json at_to_json(const SweepAnswer& answer, const std::vector<PowerLaws>& draws, double flops) {
  Json out = answer_to_json(answer);
  Json& intervals = out["intervals"] = Json::object();
  for (std::size_t q = 0; q < kNames.size(); ++q) {
    const Interval i = log_interval_at(draws, static_cast<SweepQuantity>(q), std::log(flops));
    if (!std::isnan(i.low)) intervals[kNames[q]] = interval_or_null(i);
  }
  return out;
}

Json profile_to_json(const ProfilesOutcome& outcome, const Profile& p) {
  Json out;
  out["by"] = p.by ? Json(*p.by) : Json(nullptr);
  out["num_runs"] = p.rows.size();
  out["grid"] = {{"centre", std::exp(p.log_centre)}, {"octaves", p.octaves}};
  out["status"] = to_string(p.status);
  out["vertex"] = answer_to_json(p.answer);
  out["vertex"].erase("by");
  out["interval"] = interval_or_null(p.log_size);
  out["curvature"] = p.fit ? finite_or_null(2.0 * p.fit->parabola.p) : Json(nullptr);
  out["off_centre"] = p.off_centre;
  out["outside"] = p.outside;
  Json& runs = out["runs"] = {{"size", Json::array()}, {"loss", p.runs.loss}};
  for (const double x : p.runs.x) runs["size"].push_back(std::exp(x));
  for (const std::size_t row : p.rows) {
    if (row < outcome.lines.size()) runs["line"].push_back(outcome.lines[row]);
  }
  out["bent_by_line"] = p.bent_by ? Json(outcome.lines[*p.bent_by]) : Json(nullptr);
  return out;
}

Json budgets_to_json(const ProfilesOutcome& outcome) {
  Json out = Json::array();
  for (std::size_t k = 0; k < outcome.report.budgets.size(); ++k) {
    const BudgetProfiles& b = outcome.report.budgets[k];
    Json one;
    one["flops"] = b.budget_flops;
    one["profiles"] = Json::array();
    for (const Profile& p : b.profiles) one["profiles"].push_back(profile_to_json(outcome, p));
    one["answer"] = answer_to_json(b.answer);
    one["by_outside"] = b.by_outside;
    if (outcome.approach_3) {
      const ApproachComparison& c = outcome.approach_3->comparison;
      one["shift"] = shift_to_json(c.shifts[k]);
      one["corrected"] = answer_to_json(c.corrected[k]);
      one["corrected"].erase("by");
      one["corrected_interval"] = interval_or_null(c.log_size[k]);
      one["approach_3"] = answer_to_json(c.optima[k]);
      one["approach_3"].erase("by");
    }
    out.push_back(one);
  }
  return out;
}

Json approach_3_to_json(const ApproachThree& a) {
  Json out;
  out["law"] = "chinchilla";
  out["status"] = to_string(a.fit.status);
  constexpr std::array kCoefficients{"E", "A", "alpha", "B", "beta"};
  for (std::size_t p = 0; p < kCoefficients.size(); ++p) {
    out["coefficients"][kCoefficients[p]] = a.fit.coefficients[p];
  }
  out["rmse_log"] = finite_or_null(a.fit.rmse_log);
  out["num_draws"] = a.num_draws;
  out["corrected_laws"] = laws_to_json(a.comparison.corrected_laws, a.comparison.corrected_draws);
  out["laws"] = laws_to_json(a.comparison.optimal_laws, a.comparison.optimal_draws);
  out["compared_at_flops"] = a.compared_at;
  out["approach_2_interval"] = interval_or_null(a.log_size);
  out["approach_3_interval"] = interval_or_null(a.log_law);
  out["disagree"] = a.disagree;
  return out;
}

Json plan_to_json(const Plan& plan) {
  return {{"flops", plan.budget},
          {"status", to_string(plan.status)},
          {"n_active", finite_or_null(plan.n_active)},
          {"d_tokens", finite_or_null(plan.d_tokens)},
          {"granularity", finite_or_null(plan.granularity)},
          {"loss", finite_or_null(plan.loss)}};
}

}  // namespace

void list_fields(FieldVisitor& f, ProfilesRequest& request) {
  list_fields(f, request.runs);
  list_fields(f, request.conventions);
  f.text("budget", request.budget);
  f.text("cost", request.cost);
  f.number("tolerance", request.tolerance, Numbers::kPositive);
  f.text("axis", request.axis);
  f.text("by", request.by);
  f.number("huber_delta", request.huber_delta, Numbers::kPositiveOrInfinite);
  f.amounts("flops", request.flops);
  f.choice("approach_3", request.approach_3, {"auto", "yes", "no"});
  f.count("bootstrap", request.bootstrap, 0);
  f.count("seed", request.seed, 0);
  f.count("threads", request.threads, 0);
}

ProfilesRequest profiles_request(const Json& json) { return read_request<ProfilesRequest>(json); }

Json to_json(const ProfilesRequest& request) { return request_json("profiles", request); }

Json profiles_law_json(const ProfilesOutcome& outcome) {
  if (!outcome.law) throw InvalidArgument("output", "no law file: " + outcome.no_law);
  return with_provenance(law_to_json(*outcome.law), to_json(outcome.request), outcome.inputs);
}

Json to_json(const ProfilesOutcome& outcome) {
  Json out;
  out["format"] = kProfilesFormat;
  out["num_runs"] = outcome.num_runs;
  out["axis"] = outcome.axis;
  out["by"] = text_or_null(outcome.by);
  out["cost"] = outcome.request.cost;
  out["tolerance"] = outcome.request.tolerance;
  out["farthest_from_budget"] = finite_or_null(outcome.farthest);
  if (!outcome.records.read_as.empty()) out["read_as"] = outcome.records.read_as;
  out["budgets"] = budgets_to_json(outcome);
  out["degrees_of_freedom"] = outcome.report.degrees;
  out["laws"] = laws_to_json(outcome.report.laws, outcome.report.draws);
  out["at"] = Json::array();
  for (const ProfilesAt& at : outcome.at) {
    Json one;
    one["flops"] = at.flops;
    one["measured"] = at_to_json(at.measured, outcome.report.draws, at.flops);
    if (outcome.approach_3) {
      const ApproachComparison& c = outcome.approach_3->comparison;
      one["corrected"] = at_to_json(at.corrected, c.corrected_draws, at.flops);
      one["approach_3"] = at_to_json(at.law, c.optimal_draws, at.flops);
      // A line through its losses is not its loss.
      one["approach_3"]["intervals"].erase("loss");
    }
    out["at"].push_back(one);
  }
  out["approach_3"] = outcome.approach_3 ? approach_3_to_json(*outcome.approach_3) : Json(nullptr);
  out["no_approach_3"] = text_or_null(outcome.no_approach_3);
  out["fine_grained_moe"] = Json::array();
  for (const Plan& plan : outcome.fine_grained) {
    out["fine_grained_moe"].push_back(plan_to_json(plan));
  }
  out["no_fine_grained_moe"] = text_or_null(outcome.no_fine_grained);
  out["no_law"] = text_or_null(outcome.no_law);
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api

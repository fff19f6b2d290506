#include "io/new_run_sections.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/json_file.hpp"
#include "isoflop/error.hpp"

namespace isoflop::detail {
namespace {

using Json = nlohmann::ordered_json;

class NewRunReader {
 public:
  NewRunReader(const Json& json, const std::string& origin) : json_(json), origin_(origin) {}

  void read(LawRecord& law) const {
    read_scatter(law);
    read_calibration(law);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin_, what); }

  const Json* object(const char* key) const {
    const auto it = json_.find(key);
    if (it == json_.end() || it->is_null()) return nullptr;
    if (!it->is_object()) fail("\"" + std::string(key) + "\" must be an object");
    return &*it;
  }
  void require_known(const Json& where, const std::string& place,
                     const std::vector<std::string_view>& known) const {
    if (const auto fault = unknown_member(where, "\"" + place + "\"", known)) fail(*fault);
  }
  double number(const Json& value, const std::string& key) const {
    if (!value.is_number()) fail("\"" + key + "\" must be a number");
    return value.get<double>();
  }
  double member_number(const Json& where, const std::string& within, const char* key) const {
    const auto it = where.find(key);
    if (it == where.end()) fail("\"" + within + "\" lacks \"" + key + "\"");
    return number(*it, within + "." + key);
  }
  std::size_t member_count(const Json& where, const std::string& within, const char* key) const {
    const double x = member_number(where, within, key);
    if (!(x >= 0.0) || x != std::floor(x) || x > 1e15) {
      fail("\"" + within + "." + key + "\" must be a count");
    }
    return static_cast<std::size_t>(x);
  }

  void read_scatter(LawRecord& law) const {
    const Json* scatter = object("scatter");
    if (scatter == nullptr) return;
    require_known(*scatter, "scatter", {"num_runs", "num_free", "residuals"});
    law.scatter.num_runs = member_count(*scatter, "scatter", "num_runs");
    law.scatter.num_free = member_count(*scatter, "scatter", "num_free");
    const auto residuals = scatter->find("residuals");
    if (residuals == scatter->end() || !residuals->is_array()) {
      fail("\"scatter.residuals\" must be a list of numbers");
    }
    for (const Json& x : *residuals) {
      law.scatter.residuals.push_back(number(x, "scatter.residuals"));
    }
    if (!std::is_sorted(law.scatter.residuals.begin(), law.scatter.residuals.end())) {
      fail("\"scatter.residuals\" must rise");
    }
  }

  void read_calibration(LawRecord& law) const {
    const Json* given = object("calibration");
    if (given == nullptr) return;
    require_known(*given, "calibration", {"compute", "largest_compute", "hold_outs", "steps"});
    NewRunCalibration out;
    const auto measure = given->find("compute");
    if (measure == given->end()) fail("lacks \"compute\"");
    if (!measure->is_string()) fail("\"compute\" must be a text");
    const auto id = id_of(kComputeMeasures, measure->get<std::string>());
    if (!id || *id == ComputeMeasure::kNone) {
      fail("\"calibration.compute\" must be \"6nd\", \"c\", \"n\" or \"d\"");
    }
    out.measure = *id;
    out.largest_compute = member_number(*given, "calibration", "largest_compute");
    if (!(out.largest_compute > 0.0)) fail("\"calibration.largest_compute\" must be > 0");
    out.num_hold_outs = member_count(*given, "calibration", "hold_outs");
    const auto steps = given->find("steps");
    if (steps == given->end() || !steps->is_array() || steps->empty()) {
      fail("\"calibration.steps\" must be a list of steps");
    }
    for (const Json& row : *steps) {
      const std::string place = "calibration.steps[" + std::to_string(out.steps.size()) + "]";
      const double distance = member_number(row, place, "distance");
      require_known(
          row, place,
          {"distance", "factor", "forecasts", "hold_outs", "covered_before", "covered_after"});
      const WideningStep step{std::log(distance),
                              member_number(row, place, "factor"),
                              member_count(row, place, "forecasts"),
                              member_count(row, place, "hold_outs"),
                              member_number(row, place, "covered_before"),
                              member_number(row, place, "covered_after")};
      const bool first = out.steps.empty();
      const double before = first ? 0.0 : out.steps.back().log_distance;
      if (!(step.log_distance > before) ||
          !(step.factor >= (first ? 1.0 : out.steps.back().factor))) {
        fail("\"" + place + "\": distances must rise from 1, and factors must not fall from 1");
      }
      out.steps.push_back(step);
    }
    law.calibration = out;
  }

  const Json& json_;
  const std::string& origin_;
};

Json scatter_to_json(const RunScatter& scatter) {
  return {{"num_runs", scatter.num_runs},
          {"num_free", scatter.num_free},
          {"residuals", scatter.residuals}};
}

Json calibration_to_json(const NewRunCalibration& calibration) {
  Json out;
  out["compute"] = to_string(calibration.measure);
  out["largest_compute"] = calibration.largest_compute;
  out["hold_outs"] = calibration.num_hold_outs;
  out["steps"] = Json::array();
  for (const WideningStep& s : calibration.steps) {
    out["steps"].push_back({{"distance", std::exp(s.log_distance)},
                            {"factor", s.factor},
                            {"forecasts", s.num_forecasts},
                            {"hold_outs", s.num_hold_outs},
                            {"covered_before", s.covered_before},
                            {"covered_after", s.covered_after}});
  }
  return out;
}

}  // namespace

void read_new_run_sections(const Json& json, const std::string& origin, LawRecord& law) {
  NewRunReader(json, origin).read(law);
}

void add_new_run_sections(const LawRecord& law, Json& out) {
  if (!law.scatter.residuals.empty()) out["scatter"] = scatter_to_json(law.scatter);
  if (law.calibration) out["calibration"] = calibration_to_json(*law.calibration);
}

}  // namespace isoflop::detail

#include "apps/isoflop-bench/requests.hpp"

#include "api/layer_choice.hpp"
#include "cuda/campaign/presets.hpp"

namespace isoflop::bench {

static void list_fields(api::FieldVisitor& f, BackendChoice& choice) {
  f.text("backend", choice.backend);
  f.text("fuse", choice.fuse);
}

static void list_fields(api::FieldVisitor& f, RunChoice& choice) {
  f.text("routing", choice.routing);
  f.count("seed", choice.seed, 0);
  f.number("capacity_factor", choice.capacity_factor, api::Numbers::kPositive);
  list_fields(f, choice.backends);
}

static void list_fields(api::FieldVisitor& f, MeasureRequest& request) {
  f.text("output", request.output);
  f.flag("resume", request.resume);
}

}  // namespace isoflop::bench

namespace isoflop::app {

static void list_fields(api::FieldVisitor& f, VerifyRequest& request) {
  list_fields(f, request.layers);
  list_fields(f, request.run);
}

static void list_fields(api::FieldVisitor& f, MoeRequest& request) {
  f.text("regime", request.regime);
  f.text("pass", request.pass);
  list_fields(f, request.layers);
  list_fields(f, request.run);
  list_fields(f, request.measure);
}

static void list_fields(api::FieldVisitor& f, SweepRequest& request) {
  f.choice("preset", request.preset, {bench::kPresetNames.begin(), bench::kPresetNames.end()});
  f.number("time_limit", request.time_limit, api::Numbers::kPositive);
  f.count("seed", request.seed, 0);
  list_fields(f, request.backends);
  list_fields(f, request.measure);
}

VerifyRequest verify_request(const nlohmann::ordered_json& json) {
  return api::read_request<VerifyRequest>(json);
}

MoeRequest moe_request(const nlohmann::ordered_json& json) {
  return api::read_request<MoeRequest>(json);
}

SweepRequest sweep_request(const nlohmann::ordered_json& json) {
  auto out = api::read_request<SweepRequest>(json);
  out.measure.limit_s = 60.0 * out.time_limit.value_or(bench::preset_minutes(out.preset));
  return out;
}

}  // namespace isoflop::app

#include "documents.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/api/compare.hpp"
#include "isoflop/api/consensus.hpp"
#include "isoflop/api/envelope.hpp"
#include "isoflop/api/figure.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/api/frontier.hpp"
#include "isoflop/api/granularity.hpp"
#include "isoflop/api/laws.hpp"
#include "isoflop/api/model.hpp"
#include "isoflop/api/next_runs.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/api/reproduce.hpp"
#include "isoflop/api/sensitivity.hpp"
#include "isoflop/api/shape.hpp"
#include "isoflop/api/show.hpp"
#include "isoflop/api/sweep.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {
namespace {

/// A request that lacks a number which its verb needs is written with 0 there, and refused again.
template <auto read_request>
void try_request(const Json& request) {
  refused([&] {
    const std::string text = json_text(api::to_json(read_request(request)));
    const std::string again = json_text(api::to_json(read_request(Json::parse(text))));
    require(again == text, "a request that is written reads back");
  });
}

}  // namespace

/// The fields of every verb's request, read and written, without what the verb does.
void request(std::string_view input) {
  Json read;
  if (refused([&] { read = parsed(input); })) return;
  try_request<api::backtest_request>(read);
  try_request<api::compare_request>(read);
  try_request<api::consensus_request>(read);
  try_request<api::envelope_request>(read);
  try_request<api::figure_request>(read);
  try_request<api::fit_request>(read);
  try_request<api::frontier_request>(read);
  try_request<api::granularity_request>(read);
  try_request<api::laws_request>(read);
  try_request<api::model_request>(read);
  try_request<api::next_runs_request>(read);
  try_request<api::plan_request>(read);
  try_request<api::predict_request>(read);
  try_request<api::profiles_request>(read);
  try_request<api::reproduce_request>(read);
  try_request<api::sensitivity_request>(read);
  try_request<api::shape_request>(read);
  try_request<api::show_request>(read);
  try_request<api::sweep_request>(read);
}

}  // namespace isoflop::fuzz

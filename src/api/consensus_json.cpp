#include <nlohmann/json.hpp>

#include "api/consensus_fields.hpp"
#include "api/experts.hpp"
#include "io/json_values.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {

using detail::finite_or_null;
using detail::number_or_null;
using detail::text_or_null;
using Json = nlohmann::ordered_json;

void list_fields(FieldVisitor& f, ConsensusRequest& request) {
  f.files("law", request.law);
  f.amounts("flops", request.flops);
  list_fields(f, request.experts);
  f.variable(info(Variable::kU), request.u);
  f.named_numbers("set", request.set);
}

ConsensusRequest consensus_request(const Json& json) {
  return read_request<ConsensusRequest>(json);
}

Json to_json(const ConsensusRequest& request) { return request_json("consensus", request); }

namespace {

Json range_to_json(const std::optional<Range>& range) {
  return range ? Json{range->low, range->high} : Json(nullptr);
}

std::string convention_of(const LawOpinion& o) {
  std::string out;
  for (const std::string* part : {&o.n_convention, &o.g_convention, &o.flops_convention}) {
    if (!part->empty()) out += (out.empty() ? "" : "; ") + *part;
  }
  return out;
}

Json embeddings_of(const LawOpinion& o) {
  if (!std::isfinite(o.n_active)) return nullptr;
  switch (o.embeddings) {
    case Embeddings::kExcluded:
      return "excluded";
    case Embeddings::kIncluded:
      return "included";
    case Embeddings::kUnknown:
      break;
  }
  return "unknown";
}

Json row_of(const LawOpinion& o) {
  Json out;
  out["flops"] = o.budget_flops;
  out["law"] = o.law;
  out["applicable"] = o.applicable;
  out["reason"] = text_or_null(o.reason);
  out["n_active"] = finite_or_null(o.n_active);
  out["n_total"] = finite_or_null(o.n_total);
  out["embeddings"] = embeddings_of(o);
  out["d_tokens"] = finite_or_null(o.d_tokens);
  out["tokens_per_active_parameter"] = finite_or_null(o.tokens_per_active_parameter());
  out["epochs"] = finite_or_null(o.epochs);
  out["loss"] = finite_or_null(o.loss);
  out["expansion"] = finite_or_null(o.expansion);
  out["expansions_tried"] = Json::array();
  for (const ExpansionTried& tried : o.expansions_tried) {
    out["expansions_tried"].push_back({{"expansion", tried.expansion}, {"loss", tried.loss}});
  }
  out["granularity"] = finite_or_null(o.granularity);
  out["granularity_own"] = finite_or_null(o.granularity_own);
  out["granularity_means"] = std::isfinite(o.granularity_own) ? Json(to_string(o.g_means)) : Json();
  out["granularity_elsewhere"] = Json::array();
  for (const GranularityAt& at : o.granularity_elsewhere) {
    out["granularity_elsewhere"].push_back(
        {{"flops", at.budget_flops}, {"granularity", finite_or_null(at.granularity)}});
  }
  out["finer_is_better"] = o.finer_is_better ? Json(*o.finer_is_better) : Json(nullptr);
  out["num_experts"] = finite_or_null(o.num_experts());
  out["top_k"] = std::isfinite(o.expansion) ? finite_or_null(o.granularity) : Json(nullptr);
  out["leverage"] = finite_or_null(o.leverage);
  out["cutoff_parameters"] = finite_or_null(o.cutoff_parameters);
  out["accounting"] = o.accounting ? Json(to_string(*o.accounting)) : Json(nullptr);
  out["convention"] = text_or_null(convention_of(o));
  out["in_range"] = o.in_range ? Json(*o.in_range) : Json(nullptr);
  out["outside"] = Json::array();
  for (const Variable v : o.outside) out["outside"].push_back(info(v).symbol);
  if (o.outside_d_per_n) out["outside"].push_back("D/N");
  out["ranges"] = Json::object();
  for (const VariableInfo& v : kVariables) {
    if (o.ranges[v.id]) out["ranges"][std::string(v.symbol)] = range_to_json(o.ranges[v.id]);
  }
  if (o.ranges.d_per_n) out["ranges"]["D/N"] = range_to_json(o.ranges.d_per_n);
  out["note"] = text_or_null(o.note);
  return out;
}

Json spread_to_json(const std::optional<Spread>& spread) {
  if (!spread) return nullptr;
  return {{"low", spread->low},
          {"low_law", spread->low_law},
          {"high", spread->high},
          {"high_law", spread->high_law},
          {"ratio", spread->ratio()}};
}

}  // namespace

Json to_json(const ConsensusOutcome& outcome) {
  std::optional<double> expansion;
  if (outcome.rates) expansion = outcome.rates->expansion;
  Json out;
  out["format"] = "isoflop.consensus/1";
  out["expansion"] = number_or_null(expansion);
  out["experts"] = expansion || (outcome.rates && outcome.rates->granularity)
                       ? rates_to_json({expansion, outcome.rates->granularity})
                       : Json(nullptr);
  out["unique_tokens"] = number_or_null(outcome.request.u);
  out["laws"] = Json::array();
  out["budgets"] = Json::array();
  for (const Opinions& opinions : outcome.budgets) {
    for (const LawOpinion& o : opinions) out["laws"].push_back(row_of(o));
    const Disagreement apart = disagreement(opinions);
    Json budget;
    budget["flops"] = opinions.empty() ? Json(nullptr) : Json(opinions.front().budget_flops);
    budget["n_active"] = spread_to_json(apart.n_active);
    budget["d_tokens"] = spread_to_json(apart.d_tokens);
    budget["tokens_per_active_parameter"] = spread_to_json(apart.tokens_per_active_parameter);
    out["budgets"].push_back(budget);
  }
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api

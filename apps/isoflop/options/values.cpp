#include "apps/isoflop/options/values.hpp"

#include "isoflop/api/laws.hpp"
#include "isoflop/api/model.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop::app {

std::vector<std::string> published_laws() {
  std::vector<std::string> out;
  for (const LawRecord& law : api::laws({}).laws) out.push_back(law.name);
  return out;
}

std::vector<std::string> formulas() {
  std::vector<std::string> out;
  for (const api::FormulaCard& card : api::laws({}).formulas) out.push_back(card.name);
  return out;
}

std::vector<std::string> formulas_and_laws() {
  std::vector<std::string> out = formulas();
  for (std::string& law : published_laws()) out.push_back(std::move(law));
  for (const HyperparameterLaw& law : api::laws({}).hyperparameters) out.push_back(law.name);
  return out;
}

std::vector<std::string> hyperparameter_laws() {
  std::vector<std::string> out{"none"};
  for (const HyperparameterLaw& law : api::laws({}).hyperparameters) out.push_back(law.name);
  return out;
}

std::vector<std::string> n_meanings() {
  std::vector<std::string> out;
  for (const NMeaningInfo& meaning : kNMeanings) out.emplace_back(meaning.name);
  return out;
}

std::vector<std::string> gpus() { return api::gpu_names(); }

std::vector<std::string> rivals() {
  std::vector<std::string> out = published_laws();
  out.insert(out.begin(), {"dense", "coarse"});
  return out;
}

}  // namespace isoflop::app

#include "isoflop/io/law_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

#include "io/formats.hpp"
#include "io/json_values.hpp"
#include "io/new_run_sections.hpp"
#include "isoflop/core/plain_line.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/questions.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/io/formula_file.hpp"
#include "isoflop/io/whole_file.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/formula_law.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "json_file.hpp"
#include "law_members.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

template <class Info>
std::string name_list(const Info& table) {
  std::string out;
  for (const auto& row : table) out += " " + std::string(row.name);
  return out;
}

Json range_to_json(const std::optional<Range>& range) {
  if (!range) return nullptr;
  return Json::array({range->low, range->high});
}

/// The members of `json` that have none of these names.
Json others_of(const Json& json, std::span<const std::string_view> known) {
  Json out = Json::object();
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) out[key] = value;
  }
  return out;
}

constexpr std::string_view kOwnLaw = "formula";  // "law" of a file that brings its formula along

struct FamilyField {
  const char* name;
  double ModelShapeRule::*value;
};
constexpr std::array<FamilyField, 4> kFamilyFields{{
    {"width_per_block", &ModelShapeRule::width_per_block},
    {"attention", &ModelShapeRule::attention},
    {"feed_forward", &ModelShapeRule::feed_forward},
    {"embedding_rows", &ModelShapeRule::embedding_rows},
}};

/// The formula under a name that no law that ships has, and no other formula beside it, with its
/// own variables in places of their own.
AnyLaw shown_apart(const OwnFormula& given, std::span<const AnyLaw> beside = {}) {
  std::vector<const FormulaLaw*> others;
  for (const AnyLaw& other : beside) {
    if (other.formula() != nullptr) others.push_back(other.formula());
  }
  const OwnFormula own = placed_beside(given, others);
  const std::string stem = own.name.empty() ? "formula" : own.name;
  std::string name = stem;
  for (int i = 2;; ++i) {
    const AnyLaw law = FormulaLaw(own, name);
    const bool is_free = std::none_of(beside.begin(), beside.end(), [&](const AnyLaw& other) {
      return other.name() == name && !(other == law);
    });
    if (is_free && !is_law_name(name)) return law;
    name = stem + "-" + std::to_string(i);
  }
}

bool is_law_format(std::string_view format) {
  return format == kLawFormat || format == kFirstLawFormat;
}

/// Reads the parts of one law file; every fault names the field.
class LawReader {
 public:
  LawReader(const Json& json, const std::string& origin) : json_(json), origin_(origin) {}

  LawRecord read() const {
    if (!json_.is_object() || !json_.contains("format")) {
      fail("is not a law file: it has no \"format\"");
    }
    if (!is_law_format(text(json_, "format"))) {
      fail(detail::other_format(text(json_, "format"), kLawFormat));
    }
    LawRecord law;
    law.name = optional_text("name");
    law.source = optional_text("source");
    law.note = optional_text("note");
    law.law = text(json_, "law");
    if (law.law == kOwnLaw) law.law = own_formula();
    read_coefficients(law);
    read_variables(law);
    if (const Json* e = member("expansion"); e != nullptr && !e->is_null()) {
      law.expansion = number(*e, "expansion");
      if (!(*law.expansion >= 1.0)) fail("\"expansion\" must be at least 1");
    }
    read_conventions(law);
    read_ranges(law);
    read_fit(law);
    read_draws(law);
    detail::read_new_run_sections(json_, origin_, law);
    keep_others(law);
    return law;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin_, what); }

  const Json* member(const char* key) const {
    const auto it = json_.find(key);
    return it == json_.end() ? nullptr : &*it;
  }
  std::string text(const Json& where, const char* key) const {
    const auto it = where.find(key);
    if (it == where.end()) fail("lacks \"" + std::string(key) + "\"");
    if (!it->is_string()) fail("\"" + std::string(key) + "\" must be a text");
    return plain_line(it->get<std::string>());
  }
  std::string optional_text(const char* key) const {
    return member(key) == nullptr || member(key)->is_null() ? std::string() : text(json_, key);
  }
  /// Of "fit": the word of one of these.
  template <class Word>
  std::string word(const Json& fit, const char* key, std::initializer_list<Word> known) const {
    std::vector<std::string_view> words;
    for (const Word each : known) words.emplace_back(to_string(each));
    std::string out = text(fit, key);
    if (std::find(words.begin(), words.end(), out) == words.end()) {
      fail("\"fit." + std::string(key) + "\" must be one of: " + joined(words, ", "));
    }
    return out;
  }
  double number(const Json& value, const std::string& key) const {
    if (!value.is_number()) fail("\"" + key + "\" must be a number");
    return value.get<double>();
  }

  void require_known(const char* key, const std::vector<std::string_view>& known) const {
    const auto fault = detail::unknown_member(*member(key), "\"" + std::string(key) + "\"", known);
    if (fault) fail(*fault);
  }

  void keep_others(LawRecord& law) const {
    Json others;
    if (Json file = others_of(json_, detail::kLawMembers); !file.empty())
      others["file"] = std::move(file);
    if (const Json* fit = member("fit"); fit != nullptr && fit->is_object()) {
      if (Json more = others_of(*fit, detail::kFitMembers); !more.empty())
        others["fit"] = std::move(more);
    }
    if (!others.is_null()) {
      law.unknown_members = others.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }

  AnyLaw own_formula() const {
    const Json* definition = member("definition");
    if (definition == nullptr) fail("is a law of formula \"formula\" but lacks its \"definition\"");
    return shown_apart(formula_from_json(*definition, origin_));
  }

  void read_coefficients(LawRecord& law) const {
    const Json* given = member("coefficients");
    if (given == nullptr || !given->is_object()) fail("lacks the object \"coefficients\"");
    try {
      const LawFacts own = facts_of(law.law);
      for (const auto& [key, value] : given->items()) coefficient_index(own, key);
      for (const CoefficientInfo& c : own.coefficients) {
        const auto it = given->find(c.name);
        if (it == given->end()) fail("lacks the coefficient \"" + std::string(c.name) + "\"");
        law.coefficients.push_back(number(*it, std::string(c.name)));
      }
      require_in_bounds(own, law.coefficients);
    } catch (const InvalidArgument& fault) {
      fail(fault.what());
    }
  }

  void read_variables(LawRecord& law) const {
    const Json* variables = member("variables");
    if (variables == nullptr) return;
    if (!variables->is_object()) fail("\"variables\" must be an object");
    require_known("variables", {"N", "G"});
    auto meaning = [&](const char* symbol, const auto& table, auto& out) {
      if (!variables->contains(symbol) || (*variables)[symbol].is_null()) return;
      const std::string given = text(*variables, symbol);
      const auto id = detail::id_of(table, given);
      if (!id) {
        fail("does not say what " + std::string(symbol) +
             " means in a known word:" + name_list(table));
      }
      out = *id;
    };
    meaning("N", kNMeanings, law.n_means);
    meaning("G", kGMeanings, law.g_means);
  }

  void read_conventions(LawRecord& law) const {
    if (const Json* flops = member("flops"); flops != nullptr && !flops->is_null()) {
      law.flops = detail::id_of(kFlopAccountings, text(json_, "flops"));
      if (!law.flops) {
        fail("does not say how FLOPs are counted in a known word:" + name_list(kFlopAccountings));
      }
    }
    if (const Json* unit = member("loss_unit"); unit != nullptr && !unit->is_null()) {
      law.loss_unit = text(json_, "loss_unit");
      if (!is_loss_unit(law.loss_unit)) {
        fail("\"loss_unit\" must be \"nats_per_token\", \"bits_per_character\" or \"other:NAME\"");
      }
    }
    if (const Json* bytes = member("bytes_per_token"); bytes != nullptr && !bytes->is_null()) {
      law.bytes_per_token = number(*bytes, "bytes_per_token");
      if (!(*law.bytes_per_token > 0.0)) fail("\"bytes_per_token\" must be > 0");
    }
    if (const Json* secondary = member("secondary_source"); secondary != nullptr) {
      if (!secondary->is_boolean()) fail("\"secondary_source\" must be true or false");
      law.secondary_source = secondary->get<bool>();
    }
    const Json* family = member("family");
    if (family == nullptr || family->is_null()) return;
    if (!family->is_object()) fail("\"family\" must be an object");
    std::vector<std::string_view> known;
    for (const FamilyField& field : kFamilyFields) known.emplace_back(field.name);
    require_known("family", known);
    law.family.emplace();
    for (const FamilyField& field : kFamilyFields) {
      const auto it = family->find(field.name);
      if (it == family->end()) continue;
      const double x = number(*it, "family." + std::string(field.name));
      if (!(x >= 0.0)) fail("\"family." + std::string(field.name) + "\" must not be negative");
      (*law.family).*field.value = x;
    }
  }

  void read_ranges(LawRecord& law) const {
    const Json* ranges = member("ranges");
    if (ranges == nullptr || ranges->is_null()) return;
    if (!ranges->is_object()) fail("\"ranges\" must be an object");
    auto read = [&](const std::string& key, std::optional<Range>& out) {
      const auto it = ranges->find(key);
      if (it == ranges->end() || it->is_null()) return;
      if (!it->is_array() || it->size() != 2) fail("\"ranges." + key + "\" must be [low, high]");
      out = Range{number((*it)[0], key), number((*it)[1], key)};
      if (out->low > out->high) fail("\"ranges." + key + "\" must be [low, high], not reversed");
    };
    const LawFacts facts = facts_of(law.law);
    std::vector<std::string_view> known{"D/N", "N*D"};
    for (const VariableInfo& v : facts.own_variables) known.push_back(v.symbol);
    for (const VariableInfo& v : kVariables) known.push_back(v.symbol);
    require_known("ranges", known);
    for (const VariableInfo& v : facts.own_variables) {
      read(std::string(v.symbol), law.ranges[v.id]);
    }
    for (const VariableInfo& v : kVariables) {
      const bool is_of_own = std::any_of(facts.own_variables.begin(), facts.own_variables.end(),
                                         [&](const auto& own) { return own.symbol == v.symbol; });
      if (!is_of_own) read(std::string(v.symbol), law.ranges[v.id]);
    }
    read("D/N", law.ranges.d_per_n);
    read("N*D", law.ranges.n_times_d);
  }

  void read_fit(LawRecord& law) const {
    const Json* fit = member("fit");
    if (fit == nullptr || fit->is_null()) return;
    if (!fit->is_object()) fail("\"fit\" must be an object");
    law.fit_status =
        word(*fit, "status", {FitStatus::kConverged, FitStatus::kNotConverged, FitStatus::kFailed});
    if (fit->contains("verdict") && !(*fit)["verdict"].is_null()) {
      law.verdict =
          word(*fit, "verdict",
               {Verdict::kCertified, Verdict::kInterpolates, Verdict::kDoubtful, Verdict::kFailed});
    }
    auto texts = [&](const char* key, std::vector<std::string>& out) {
      const auto it = fit->find(key);
      if (it == fit->end() || it->is_null()) return;
      const bool all_texts =
          it->is_array() &&
          std::all_of(it->begin(), it->end(), [](const Json& x) { return x.is_string(); });
      if (!all_texts) fail("\"fit." + std::string(key) + "\" must be a list of texts");
      for (const Json& x : *it) out.push_back(plain_line(x.get<std::string>()));
    };
    texts("reasons", law.reasons);
    texts("warnings", law.warnings);
    texts("at_bound", law.at_bound);
    if (text(json_, "format") == kFirstLawFormat) map_first_verdict(law);
    read_noise(*fit, law);
  }

  /// See kFirstLawFormat.
  static void map_first_verdict(LawRecord& law) {
    const bool weak = std::any_of(
        law.warnings.begin(), law.warnings.end(),
        [](const std::string& warning) { return warning.starts_with("weakly determined"); });
    if (law.verdict == "certified" && weak) law.verdict = "interpolates";
  }

  /// How far runs scatter about the fit, and the width of its robust loss, where the file says it.
  void read_noise(const Json& fit, LawRecord& law) const {
    auto positive = [](const Json& where, const char* key) -> std::optional<double> {
      const auto it = where.find(key);
      if (it == where.end() || !it->is_number() || !(it->get<double>() > 0.0)) return std::nullopt;
      return it->get<double>();
    };
    const auto rmse = positive(fit, "rmse_log"), nats = positive(fit, "rmse_nats");
    const auto runs = positive(fit, "num_runs"), free = positive(fit, "num_free");
    if (rmse && runs && free && *runs > *free) {
      law.noise = *rmse * std::sqrt(*runs / (*runs - *free));
    }
    const auto options = fit.find("options");
    if (options == fit.end() || !options->is_object()) return;
    law.huber_delta = positive(*options, "huber_delta");
    if (options->value("huber_delta", Json()) == "inf") {
      law.huber_delta = std::numeric_limits<double>::infinity();
    } else if (law.huber_delta && options->value("residual", Json()) == "raw") {
      // Given in nats: a difference of ln L is that of L over L, which the two errors tell.
      if (rmse && nats) *law.huber_delta *= *rmse / *nats;
    }
  }

  void read_draws(LawRecord& law) const {
    const Json* draws = member("draws");
    if (draws == nullptr || draws->is_null()) return;
    if (!draws->is_object()) fail("\"draws\" must be an object");
    require_known("draws", {"bootstrap", "jackknife"});
    const LawFacts facts = facts_of(law.law);
    auto read = [&](const std::string& key, std::vector<std::vector<double>>& out) {
      const auto it = draws->find(key);
      if (it == draws->end() || it->is_null()) return;
      if (!it->is_array()) fail("\"draws." + key + "\" must be a list of lists of coefficients");
      out.reserve(it->size());
      for (const Json& row : *it) {
        const std::string place = "\"draws." + key + "[" + std::to_string(out.size()) + "]\"";
        if (!row.is_array()) fail(place + " must be a list of coefficients");
        std::vector<double>& draw = out.emplace_back();
        draw.reserve(row.size());
        for (const Json& x : row) {
          if (!x.is_number()) fail(place + " must hold numbers only");
          draw.push_back(x.get<double>());
        }
        try {
          require_in_bounds(facts, draw);
        } catch (const InvalidArgument& fault) {
          fail(place + ": " + fault.what());
        }
      }
    };
    read("bootstrap", law.draws.bootstrap);
    read("jackknife", law.draws.jackknife);
  }

  const Json& json_;
  const std::string& origin_;
};

}  // namespace

nlohmann::ordered_json law_to_json(const LawRecord& law) {
  Json out;
  out["format"] = kLawFormat;
  if (!law.name.empty()) out["name"] = law.name;
  const FormulaLaw* formula = law.law.formula();
  out["law"] = formula == nullptr ? law.law.name() : std::string(kOwnLaw);
  const LawFacts own = facts_of(law.law);
  out["formula"] = own.formula;
  if (formula != nullptr) out["definition"] = formula_to_json(formula->own());
  Json& coefficients = out["coefficients"] = Json::object();
  for (std::size_t p = 0; p < own.coefficients.size(); ++p) {
    coefficients[std::string(own.coefficients[p].name)] = law.coefficients.at(p);
  }
  Json& variables = out["variables"] = Json::object();
  Json& ranges = out["ranges"] = Json::object();
  for (const Variable v : own.variables) {
    const std::string symbol(own.info(v).symbol);
    if (v == Variable::kN) variables[symbol] = to_string(law.n_means);
    if (v == Variable::kG) variables[symbol] = to_string(law.g_means);
    ranges[symbol] = range_to_json(law.ranges[v]);
  }
  ranges["D/N"] = range_to_json(law.ranges.d_per_n);
  if (law.ranges.n_times_d) ranges["N*D"] = range_to_json(law.ranges.n_times_d);

  out["expansion"] = detail::number_or_null(law.expansion);
  out["flops"] = law.flops ? Json(to_string(*law.flops)) : Json(nullptr);
  if (own.predicts_loss()) {
    out["loss_unit"] = detail::text_or_null(law.loss_unit);
    out["bytes_per_token"] = detail::number_or_null(law.bytes_per_token);
  }
  if (law.secondary_source) out["secondary_source"] = true;
  if (law.family) {
    for (const FamilyField& field : kFamilyFields) {
      out["family"][field.name] = (*law.family).*field.value;
    }
  }
  if (!law.source.empty()) out["source"] = law.source;
  if (!law.note.empty()) out["note"] = law.note;
  if (law.is_fit()) {
    Json& fit = out["fit"] = Json::object();
    fit["status"] = law.fit_status;
    if (!law.verdict.empty()) fit["verdict"] = law.verdict;
    fit["reasons"] = law.reasons;
    fit["warnings"] = law.warnings;
    fit["at_bound"] = law.at_bound;
  }
  detail::add_new_run_sections(law, out);
  if (!law.draws.bootstrap.empty()) out["draws"]["bootstrap"] = law.draws.bootstrap;
  if (!law.draws.jackknife.empty()) out["draws"]["jackknife"] = law.draws.jackknife;
  if (!law.unknown_members.empty()) {
    const Json others = Json::parse(law.unknown_members);
    if (others.contains("file")) out.update(others["file"]);
    if (others.contains("fit") && law.is_fit()) out["fit"].update(others["fit"]);
  }
  return out;
}

LawRecord law_from_json(const nlohmann::ordered_json& json, const std::string& origin) {
  return LawReader(json, origin).read();
}

LawRecord law_from_text(std::string_view text, const std::string& origin) {
  const Json json = detail::parse_json(text, origin);
  if (detail::is_of_kind(json, kFormulaFormat)) {
    throw DataError(origin, "is a formula without coefficients; 'isoflop fit' makes a law of it");
  }
  return law_from_json(json, origin);
}

LawRecord read_law_file(const std::string& path) { return law_from_text(read_file(path), path); }

bool is_law_file(const std::string& path) {
  if (!is_there(path)) return false;
  const Json json = detail::read_json_file(path);
  if (!json.is_object()) return false;
  const Json format = json.value("format", Json());
  return format.is_string() && is_law_format(format.get<std::string>());
}

AnyLaw law_of(const std::string& word, std::span<const AnyLaw> beside) {
  if (is_law_name(word)) return word;
  for (const LawRecord& preset : preset_laws()) {
    if (preset.name == word) return preset.law;
  }
  if (!is_there(word)) {
    facts_of(AnyLaw(word));  // throws, naming the laws there are
  }
  const Json json = detail::read_json_file(word);
  if (detail::is_of_kind(json, kFormulaFormat)) {
    return shown_apart(formula_from_json(json, word), beside);
  }
  const AnyLaw law = law_from_json(json, word).law;
  return law.formula() == nullptr ? law : shown_apart(law.formula()->own(), beside);
}

LawRecord placed_as(LawRecord law, const AnyLaw& formula) {
  const LawFacts from = facts_of(law.law), to = facts_of(formula);
  if (from.own_variables.empty()) return law;
  const Ranges before = law.ranges;
  for (const VariableInfo& own : from.own_variables) law.ranges[own.id].reset();
  for (const VariableInfo& own : from.own_variables) {
    for (const VariableInfo& same : to.own_variables) {
      if (same.symbol == own.symbol) law.ranges[same.id] = before[own.id];
    }
  }
  law.law = formula;
  return law;
}

NMeaning parse_n_meaning(std::string_view name) {
  if (const auto id = detail::id_of(kNMeanings, name)) return *id;
  throw InvalidArgument("\"" + std::string(name) +
                        "\" is not a meaning of N; there are:" + name_list(kNMeanings));
}

}  // namespace isoflop

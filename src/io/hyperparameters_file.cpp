#include "isoflop/io/hyperparameters_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "embedded_texts.hpp"
#include "in_quotes.hpp"
#include "io/formats.hpp"
#include "isoflop/core/plain_line.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"
#include "json_file.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

/// The member of a table of names that is called so; `unspecified` is none.
template <class Table>
auto named(const Table& table, const std::string& name) {
  return std::find_if(table.begin() + 1, table.end(),
                      [&](const auto& row) { return row.name == name; });
}

template <class Table>
std::string names_of(const Table& table) {
  std::string out;
  for (auto row = table.begin() + 1; row != table.end(); ++row) out += " " + std::string(row->name);
  return out;
}

/// Reads the parts of one file; every fault names the member.
class HyperparametersReader {
 public:
  HyperparametersReader(const Json& json, const std::string& origin)
      : json_(json), origin_(origin) {}

  HyperparameterLaw read() const {
    if (!json_.is_object() || !json_.contains("format")) {
      fail("is not a law of hyperparameters: it has no \"format\"");
    }
    if (text(json_, "format") != kHyperparametersFormat) {
      fail(detail::other_format(text(json_, "format"), kHyperparametersFormat));
    }
    require_known(json_, "a law of hyperparameters",
                  {"format", "name", "lr", "batch_tokens", "n_means", "c_means", "ranges",
                   "schedule", "source", "note",
                   // What the documents of doors say beside it.
                   "request", "isoflop_version", "inputs"});
    HyperparameterLaw law;
    law.name = optional_text("name");
    if (law.name.empty()) law.name = origin_;
    law.lr = formula("lr");
    law.batch_tokens = formula("batch_tokens");
    if (!law.lr && !law.batch_tokens) fail("needs \"lr\", \"batch_tokens\" or both");
    if (law.batch_tokens && law.batch_tokens->uses(RunQuantity::kB)) {
      fail("\"batch_tokens\" uses B, which is the batch itself");
    }
    read_ranges(law);
    law.n_means = meaning(kNMeanings, "n_means", law, RunQuantity::kN);
    law.c_means = meaning(kComputeMeanings, "c_means", law, RunQuantity::kC);
    law.schedule = optional_text("schedule");
    law.source = optional_text("source");
    law.note = optional_text("note");
    return law;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin_, what); }

  const Json* member(const char* key) const {
    const auto it = json_.find(key);
    return it == json_.end() || it->is_null() ? nullptr : &*it;
  }
  std::string text(const Json& where, const char* key) const {
    if (!where.contains(key)) fail("lacks \"" + std::string(key) + "\"");
    if (!where[key].is_string()) fail("\"" + std::string(key) + "\" must be a text");
    return plain_line(where[key].get<std::string>());
  }
  std::string optional_text(const char* key) const {
    return member(key) == nullptr ? std::string() : text(json_, key);
  }

  // A misspelt key would silently leave something out.
  void require_known(const Json& object, const std::string& what,
                     const std::vector<std::string_view>& keys) const {
    if (const auto fault = detail::unknown_member(object, what, keys)) fail(*fault);
  }

  std::optional<HyperparameterFormula> formula(const char* key) const {
    const Json* given = member(key);
    if (given == nullptr) return std::nullopt;
    const std::string place = "\"" + std::string(key) + "\"";
    if (!given->is_object()) {
      fail(place + " must be an object, such as {\"expression\": \"0.58 * D^0.571\"}");
    }
    require_known(*given, place, {"expression"});
    try {
      return HyperparameterFormula(text(*given, "expression"));
    } catch (const FormulaError& fault) {
      fail(place + ": " + fault.what());
    }
  }

  void read_ranges(HyperparameterLaw& law) const {
    const Json* given = member("ranges");
    if (given == nullptr) return;
    if (!given->is_object()) fail("\"ranges\" must be an object, such as {\"N\": [6e7, 1e9]}");
    for (const auto& [symbol, value] : given->items()) {
      const auto* const q =
          std::find_if(kRunQuantities.begin(), kRunQuantities.end(),
                       [&symbol = symbol](const auto& row) { return row.symbol == symbol; });
      if (q == kRunQuantities.end()) {
        std::string known;
        for (const RunQuantityInfo& row : kRunQuantities) known += " " + std::string(row.symbol);
        fail("\"ranges\" names " + in_quotes(symbol) + ", which is none; there are:" + known);
      }
      if (!value.is_array() || value.size() != 2 || !value[0].is_number() ||
          !value[1].is_number()) {
        fail("the range of " + symbol + " must be [low, high]");
      }
      const Range range{value[0].get<double>(), value[1].get<double>()};
      if (!(range.low > 0.0 && range.low <= range.high)) {
        fail("the range of " + symbol + " must be positive, the lower end first");
      }
      law.ranges[index_of(q->id)] = range;
    }
  }

  /// What N or C counts, which must be said where it is used.
  template <class Table>
  decltype(Table::value_type::id) meaning(const Table& table, const char* key,
                                          const HyperparameterLaw& law, RunQuantity q) const {
    const std::string said = optional_text(key), symbol(info(q).symbol);
    if (said.empty()) {
      if (law.uses(q) || law.ranges[index_of(q)]) {
        fail("says nothing of what its " + symbol + " counts: add \"" + key + "\", one of" +
             names_of(table));
      }
      return table.front().id;
    }
    const auto row = named(table, said);
    if (row == table.end()) {
      fail("\"" + std::string(key) + "\" is " + in_quotes(said) + "; there are:" + names_of(table));
    }
    return row->id;
  }

  const Json& json_;
  const std::string& origin_;
};

}  // namespace

Json hyperparameters_to_json(const HyperparameterLaw& law) {
  Json out;
  out["format"] = kHyperparametersFormat;
  out["name"] = law.name;
  if (law.lr) out["lr"] = {{"expression", law.lr->expression()}};
  if (law.batch_tokens) out["batch_tokens"] = {{"expression", law.batch_tokens->expression()}};
  if (law.n_means != NMeaning::kUnspecified) out["n_means"] = to_string(law.n_means);
  if (law.c_means != ComputeMeaning::kUnspecified) out["c_means"] = to_string(law.c_means);
  for (const RunQuantityInfo& q : kRunQuantities) {
    const auto& range = law.ranges[index_of(q.id)];
    if (range) out["ranges"][std::string(q.symbol)] = {range->low, range->high};
  }
  if (!law.schedule.empty()) out["schedule"] = law.schedule;
  if (!law.source.empty()) out["source"] = law.source;
  if (!law.note.empty()) out["note"] = law.note;
  return out;
}

HyperparameterLaw hyperparameters_from_json(const Json& json, const std::string& origin) {
  return HyperparametersReader(json, origin).read();
}

HyperparameterLaw read_hyperparameters_file(const std::string& path) {
  return hyperparameters_from_json(detail::read_json_file(path), path);
}

bool is_hyperparameters_file(const std::string& path) {
  if (!is_regular_file(path)) return false;
  try {
    const Json json = detail::read_json_file(path);
    return detail::is_of_kind(json, kHyperparametersFormat);
  } catch (const DataError&) {
    return false;
  }
}

const std::vector<HyperparameterLaw>& preset_hyperparameters() {
  static const std::vector<HyperparameterLaw> laws = [] {
    std::vector<HyperparameterLaw> out;
    for (const detail::EmbeddedText& preset : detail::hyperparameter_texts()) {
      const std::string origin = "law of hyperparameters " + std::string(preset.name);
      out.push_back(hyperparameters_from_json(detail::parse_json(preset.text, origin), origin));
    }
    std::sort(out.begin(), out.end(), [](const HyperparameterLaw& a, const HyperparameterLaw& b) {
      return a.name < b.name;
    });
    return out;
  }();
  return laws;
}

HyperparameterLaw find_hyperparameters(const std::string& name_or_path) {
  std::string known;
  for (const HyperparameterLaw& law : preset_hyperparameters()) {
    if (law.name == name_or_path) return law;
    known += " " + law.name;
  }
  if (name_or_path != "-" && !is_there(name_or_path)) {
    throw DataError(
        name_or_path,
        "is neither a file nor a law of hyperparameters that ships; there are:" + known);
  }
  return read_hyperparameters_file(name_or_path);
}

}  // namespace isoflop

#include "isoflop/io/cost_table_file.hpp"

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <unordered_map>

#include "cost_table_fields.hpp"
#include "io/embedded_texts.hpp"
#include "io/formats.hpp"
#include "io/in_quotes.hpp"
#include "io/json_file.hpp"
#include "isoflop/core/plain_line.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRehearsal = "rehearsal";  // a source that no program goes on with

constexpr const auto& names_of(Activation) { return kActivationNames; }
constexpr const auto& names_of(Check) { return kCheckNames; }
constexpr const auto& names_of(Regime) { return kRegimeNames; }
constexpr const auto& names_of(Pass) { return kPassNames; }
constexpr const auto& names_of(Stage) { return kStageNames; }
constexpr const auto& names_of(CostSource) { return kCostSourceNames; }

struct ToJson {
  Json& out;

  template <class T>
  void operator()(const char* key, const T& value) const {
    if constexpr (std::is_same_v<T, Fusion>) {
      if (value != Fusion{}) out[key] = words_of(value);
    } else if constexpr (std::is_enum_v<T>) {
      out[key] = names_of(value)[static_cast<std::size_t>(value)];
    } else if constexpr (std::is_same_v<T, double>) {
      out[key] = std::isfinite(value) ? Json(value) : Json(nullptr);
    } else {
      out[key] = value;
    }
  }
};

/// Reads the fields of one object; every fault names the field.
struct FromJson {
  const Json& json;
  const std::string& origin;
  std::string place;  ///< in front of a fault, "row 3: "

  [[noreturn]] void fail(const std::string& what) const { throw DataError(origin, place + what); }
  [[noreturn]] void fail(const char* key, const char* kind) const {
    fail("\"" + std::string(key) + "\" must be " + kind);
  }

  template <class T>
  void operator()(const char* key, T& out) const {
    const auto it = json.find(key);
    // A table from before there were checks of other kinds; a backend that fuses nothing.
    if constexpr (std::is_same_v<T, Check> || std::is_same_v<T, Fusion>) {
      if (it == json.end()) return;
    }
    if (it == json.end()) fail("lacks \"" + std::string(key) + "\"");
    read(key, *it, out);
  }

 private:
  void read(const char* key, const Json& value, std::string& out) const {
    if (!value.is_string()) fail(key, "a text");
    out = plain_line(value.get<std::string>());
  }
  void read(const char* key, const Json& value, bool& out) const {
    if (!value.is_boolean()) fail(key, "true or false");
    out = value.get<bool>();
  }
  void read(const char* key, const Json& value, std::uint64_t& out) const {
    if (!value.is_number_unsigned()) fail(key, "a whole number from 0 on");
    out = value.get<std::uint64_t>();
  }
  void read(const char* key, const Json& value, double& out) const {
    if (!value.is_number() && !value.is_null()) fail(key, "a number or null");
    out = value.is_null() ? kNotMeasured : value.get<double>();
  }
  void read(const char* key, const Json& value, std::vector<double>& out) const {
    if (!value.is_array()) fail(key, "a list of numbers");
    out.reserve(value.size());
    for (const Json& x : value) {
      if (!x.is_number()) fail(key, "a list of numbers");
      out.push_back(x.get<double>());
    }
  }
  void read(const char* key, const Json& value, std::vector<std::string>& out) const {
    if (!value.is_array()) fail(key, "a list of texts");
    for (const Json& x : value) read(key, x, out.emplace_back());
  }
  void read(const char* key, const Json& value, Fusion& out) const {
    std::vector<std::string> words;
    read(key, value, words);
    for (const std::string& word : words) {
      if (!add_part(out, word))
        fail(key, ("a list of " + joined(words_of(kAllFused), ", ")).c_str());
    }
  }
  void read(const char* key, const Json& value, std::array<std::uint64_t, 3>& out) const {
    if (!value.is_array() || value.size() != out.size()) fail(key, "a list of three numbers");
    for (std::size_t i = 0; i < out.size(); ++i) read(key, value[i], out[i]);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void read(const char* key, const Json& value, Enum& out) const {
    const auto& names = names_of(Enum{});
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (value.is_string() && value.get<std::string>() == names[i]) {
        out = static_cast<Enum>(i);
        return;
      }
      known += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    fail(key, ("one of " + known).c_str());
  }
};

/// Walks through the fields of a kind of object, and collects their names.
struct Names {
  std::vector<std::string_view>& out;

  template <class T>
  void operator()(const char* key, const T&) const {
    out.push_back(key);
  }
};

/// Throws DataError for an object with a member that is no field: a table that says something of
/// its times which this program does not know of is not the table that it takes it for.
void require_known(const Json& json, const std::vector<std::string_view>& known,
                   const std::string& what, const std::string& origin) {
  if (const auto fault = detail::unknown_member(json, what, known)) {
    throw DataError(origin, *fault);
  }
}

const Json& member(const Json& json, const char* key, const std::string& origin) {
  const auto it = json.find(key);
  if (it == json.end()) throw DataError(origin, "lacks \"" + std::string(key) + "\"");
  return *it;
}

/// The fields of a row up to its times, as a text: what was measured.
struct Configuration {
  std::string& out;
  bool& is_whole;

  template <class T>
  void operator()(const char* key, const T& value) const {
    is_whole = is_whole || key == std::string_view("time_s");
    if (is_whole) return;
    Json field;
    ToJson{field}(key, value);
    out += field.dump();
  }
};

std::string configuration_of(CostRow& row) {
  std::string out;
  bool is_whole = false;
  detail::each_row_field(row, Configuration{out, is_whole});
  return out;
}

CostTable table_from_json(const Json& json, const std::string& origin) {
  auto fail = [&](const std::string& what) { throw DataError(origin, what); };
  if (!json.is_object() || !json.contains("format") || !json["format"].is_string()) {
    fail("is not a cost table: it has no \"format\"");
  }
  if (const std::string format = json["format"].get<std::string>(); format != kCostFormat) {
    fail(detail::other_format(format, kCostFormat));
  }
  require_known(
      json,
      {"format", "source", "environment", "peaks", "rows", "request", "isoflop_version", "inputs"},
      "a cost table", origin);
  CostTable out;
  if (json.contains("source") && json["source"] == kRehearsal) {
    fail("was taken on a CPU to try the benchmark out: its times are no measurements of a GPU");
  }
  FromJson{json, origin, ""}("source", out.source);
  const Json& environment = member(json, "environment", origin);
  const Json& peaks = member(json, "peaks", origin);
  const Json& rows = member(json, "rows", origin);
  if (!environment.is_object()) fail("\"environment\" must be an object");
  if (!peaks.is_object()) fail("\"peaks\" must be an object");
  if (!rows.is_array()) fail("\"rows\" must be a list");
  std::vector<std::string_view> environment_names, peak_names, row_names;
  detail::each_environment_field(out.environment, Names{environment_names});
  detail::each_peak_field(out.peaks, Names{peak_names});
  CostRow any;
  detail::each_row_field(any, Names{row_names});
  detail::each_environment_field(out.environment, FromJson{environment, origin, "environment: "});
  detail::each_peak_field(out.peaks, FromJson{peaks, origin, "peaks: "});
  require_known(environment, environment_names, "environment:", origin);
  require_known(peaks, peak_names, "peaks:", origin);
  if (const std::string fault = head_fault(out); !fault.empty()) fail(fault);
  out.rows.reserve(rows.size());
  std::unordered_map<std::string, std::size_t> row_of;  // by configuration
  for (const Json& row : rows) {
    const std::string place = "row " + std::to_string(out.rows.size() + 1) + ": ";
    if (!row.is_object()) fail(place + "is not an object");
    CostRow& read = out.rows.emplace_back();
    if (out.source == CostSource::kRoofline) read.checked = Check::kNone;
    detail::each_row_field(read, FromJson{row, origin, place});
    require_known(row, row_names, place.substr(0, place.size() - 1), origin);
    if (const std::string fault = row_fault(out.source, read); !fault.empty()) fail(place + fault);
    const auto [known, is_new] = row_of.emplace(configuration_of(read), out.rows.size());
    if (!is_new) {
      fail(place + "is of the same configuration as row " + std::to_string(known->second) +
           ", in " + format_number(1e3 * read.time_s) + " ms and not " +
           format_number(1e3 * out.rows[known->second - 1].time_s) +
           "; which of the two holds, the table does not say");
    }
  }
  return out;
}

std::string dumped(const Json& json, int indent) {
  // A path on a command line may hold bytes that are not UTF-8.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string text_of(const CostTable& table) {
  Json head;
  head["format"] = kCostFormat;
  ToJson{head}("source", table.source);
  detail::each_environment_field(table.environment, ToJson{head["environment"]});
  detail::each_peak_field(table.peaks, ToJson{head["peaks"]});
  std::string out = dumped(head, 2);
  out.resize(out.size() - 2);  // the line end and the brace: the rows come before them
  out += ",\n  \"rows\": [";
  const char* separator = "\n    ";
  for (const CostRow& row : table.rows) {
    Json json;
    detail::each_row_field(row, ToJson{json});
    out += separator + dumped(json, -1);
    separator = ",\n    ";
  }
  return out + "\n  ]\n}\n";
}

}  // namespace

std::string cost_table_to_text(const MeasuredTable& table) { return text_of(table.table()); }
std::string cost_table_to_text(const RooflineTable& table) { return text_of(table.table()); }

CostTable read_cost_table(const std::string& path) {
  if (!is_there(path)) {
    for (const detail::EmbeddedText& table : detail::cost_table_texts()) {
      if (table.name == path) return cost_table_from_text(table.text, path);
    }
  }
  return table_from_json(detail::read_json_file(path), path);
}

CostTable cost_table_from_text(std::string_view text, const std::string& origin) {
  return table_from_json(detail::parse_json(text, origin), origin);
}

}  // namespace isoflop

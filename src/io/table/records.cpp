#include "isoflop/io/records.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "column_lookup.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"
#include "row_filter.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

std::vector<std::string> known_keys(const std::string& target) {
  std::vector<std::string> keys;
  for (const VariableInfo& variable : kVariables) keys.emplace_back(variable.key);
  keys.insert(keys.end(), {target, "weight", "group"});
  return keys;
}

void check_keys(const RecordOptions& options) {
  const std::vector<std::string> keys = known_keys(options.target);
  for (const auto& [key, column] : options.columns) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::string text = field("column") + " " + key + "=" + column + ": there is no key " +
                       in_quotes(key) + "; use";
    for (std::size_t i = 0; i < keys.size(); ++i) {
      text += (i == 0 ? " " : i + 1 < keys.size() ? ", " : " or ") + keys[i];
    }
    throw InvalidArgument("column", text);
  }
}

/// A column that is read: its place in the table and how errors name it.
struct Source {
  std::size_t index;
  std::string label;
};

/// What a column may be read as.
struct Role {
  std::string key;
  std::string symbol;   ///< default column name
  std::string meaning;  ///< "" where the symbol says it
  bool is_required;
};

/// Finds the column of `role`, or nothing if it is optional, not there, and not asked for by name.
std::optional<Source> find_source(const TextTable& table, const RecordOptions& options,
                                  const Role& role, RecordLog& log) {
  const auto mapped = options.columns.find(role.key);
  const bool is_mapped = mapped != options.columns.end();
  const std::string& name = is_mapped ? mapped->second : role.symbol;
  if (!is_mapped && !role.is_required && !column_index(table, name)) return std::nullopt;

  const auto correction = [&](const std::string& column) {
    const std::string flag = role.key + "=" + column;
    const bool needs_quotes = flag.find_first_of(" ()&;|<>$*?#\"") != std::string::npos;
    return std::string(is_mapped ? "write " : "add ") + isoflop::field("column") + " " +
           (needs_quotes ? "'" + flag + "'" : flag);
  };
  const std::size_t index = find_column(table, name, is_mapped ? "" : role.meaning, correction);
  log.columns[role.key] = name;
  std::string label = role.symbol;
  if (name != label) label += " (column " + in_quotes(name) + ")";
  return Source{index, label};
}

/// Fields of one table as checked values, with errors that point at their line.
class FieldReader {
 public:
  explicit FieldReader(const TextTable& table) : table_(table) {}

  /// A field that is not empty.
  const std::string& text(std::size_t row, const Source& source, std::string_view advice) const {
    const std::string& field = table_.rows[row][source.index];
    if (is_blank(field)) {
      fail(row, source.label + " is missing; " + std::string(advice));
    }
    return field;
  }

  double variable(std::size_t row, const Source& source, const VariableInfo& about) const {
    const std::string& field = text(row, source, "this law needs it");
    const std::optional<double> value = parse_number(field);
    const std::string fault = value ? value_fault(about, *value) : number_fault(field);
    if (fault.empty()) return *value;
    fail(row, described(source, field) + fault);
  }

  double loss(std::size_t row, const Source& source) const {
    const std::string& field = table_.rows[row][source.index];
    const std::optional<double> value = parse_number(field);
    if (value && *value > 0) return *value;
    const std::string way_out = "leave such runs out with " + isoflop::field("where") + " '" +
                                table_.header[source.index] + "!=" + one_line(field) + "'";
    text(row, source, way_out);
    fail(row, described(source, field) + (value ? "is not > 0; " : number_fault(field) + ", or ") +
                  way_out);
  }

  /// A run without a group is a group of its own.
  std::string group(std::size_t row, const Source& source) const {
    const std::string& field = table_.rows[row][source.index];
    if (!is_blank(field)) return field;
    return "(the run on line " + std::to_string(table_.line[row]) + ")";
  }

  double weight(std::size_t row, const Source& source) const {
    const std::string& field = text(row, source, "write 1 for a run that counts once");
    const std::optional<double> value = parse_number(field);
    if (value && *value >= 0) return *value;
    fail(row, described(source, field) + (value ? "is not >= 0" : number_fault(field)));
  }

 private:
  static std::string described(const Source& source, const std::string& field) {
    return source.label + " " + in_quotes(field) + " ";
  }
  [[noreturn]] void fail(std::size_t row, const std::string& text) const {
    throw DataError(table_.path, table_.line[row], text);
  }

  const TextTable& table_;
};

void note(DroppedRows dropped, RecordLog& log) {
  if (dropped.count > 0) log.dropped.push_back(std::move(dropped));
}

}  // namespace

Records read_records(const std::string& path, const RecordOptions& options,
                     std::span<const Variable> needed) {
  check_keys(options);
  return read_records(read_text_table(path), options, needed);
}

Records read_records(const TextTable& table, const RecordOptions& options,
                     std::span<const Variable> needed) {
  check_keys(options);
  const std::string& path = table.path;
  const FieldReader fields(table);
  Records records;
  RecordLog& log = records.log;
  log.path = path;
  log.num_rows_read = table.rows.size();

  std::vector<std::pair<Variable, Source>> variables;
  for (const Variable v : needed) {
    const VariableInfo& about = info(v);
    const Role role{std::string(about.key), std::string(about.symbol), std::string(about.meaning),
                    true};
    variables.emplace_back(v, *find_source(table, options, role, log));
  }
  const Source loss = *find_source(table, options, {options.target, options.target, "", true}, log);
  const auto weight = find_source(table, options, {"weight", "weight", "", false}, log);
  const auto group = find_source(table, options, {"group", "group", "", false}, log);

  const auto advice = [](const std::string& column) {
    return column == "NAME" ? "name one of these" : "is that the one that is meant?";
  };
  std::vector<std::pair<std::string, std::size_t>> extra;
  for (const std::string& name : options.extra) {
    extra.emplace_back(name, find_column(table, name, "", advice));
  }

  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  for (const Condition& condition : options.where) note(keep_where(table, condition, rows), log);
  if (rows.empty()) {
    std::string conditions;
    for (const Condition& condition : options.where) {
      conditions +=
          (conditions.empty() ? "" : " ") + field("where") + " '" + to_text(condition) + "'";
    }
    throw DataError(path, "no row is left after " + conditions + "; loosen the condition" +
                              (options.where.size() > 1 ? "s" : ""));
  }
  if (!options.best_of.empty()) {
    const auto loss_of = [&](std::size_t row) { return fields.loss(row, loss); };
    note(keep_best_of(table, options.best_of, loss_of, rows), log);
  }

  RunTable& runs = records.runs;
  runs.source = path;
  for (const std::size_t row : rows) {
    for (const auto& [v, source] : variables) {
      runs.column(v).push_back(fields.variable(row, source, info(v)));
    }
    runs.loss.push_back(fields.loss(row, loss) * options.loss_unit);
    if (weight) runs.weight.push_back(fields.weight(row, *weight));
    if (group) runs.group.push_back(fields.group(row, *group));
    for (const auto& [name, index] : extra) records.extra[name].push_back(table.rows[row][index]);
    runs.line.push_back(table.line[row]);
  }
  log.num_rows_used = runs.num_runs();
  return records;
}

}  // namespace isoflop

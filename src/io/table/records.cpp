#include "isoflop/io/records.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "cell_reader.hpp"
#include "column_lookup.hpp"
#include "column_names.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/core/plain_line.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/text_table.hpp"
#include "role_columns.hpp"
#include "row_filter.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

std::vector<std::string> known_keys(const RecordOptions& options) {
  std::vector<std::string> keys;
  for (const VariableInfo& variable : kVariables) keys.emplace_back(variable.key);
  for (const VariableInfo& variable : options.own) keys.emplace_back(variable.key);
  keys.insert(keys.end(), {options.target, "weight", "group"});
  return keys;
}

void check_keys(const RecordOptions& options) {
  const std::vector<std::string> keys = known_keys(options);
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

/// Fields of one table as checked values, with errors that point at their line.
class ValueReader {
 public:
  ValueReader(const TextTable& table, CellReader& cells, RoleColumns& roles, bool any_sign)
      : table_(table), cells_(cells), roles_(roles), any_sign_(any_sign) {}

  double variable(std::size_t row, const RoleSource& source, const VariableInfo& about) const {
    require_text(row, source, "this law needs it");
    const std::optional<double> value = roles_.value(source, row);
    const std::string fault = value ? value_fault(about, *value) : number_fault_of(row, source);
    if (fault.empty()) return *value;
    fail(row, described(row, source) + fault);
  }

  /// Whether there is a loss to read: fields that are neither missing nor infinite.
  bool has_loss(std::size_t row, const RoleSource& source) const {
    return std::none_of(source.inputs.begin(), source.inputs.end(), [&](std::size_t column) {
      if (is_missing(table_.rows[row][column])) return true;
      if (table_.rows[row][column].find_first_of("0123456789") != std::string::npos) return false;
      const std::optional<double> value = cells_.value(row, column);
      return value && std::isinf(*value);
    });
  }

  double loss(std::size_t row, const RoleSource& source) const {
    const std::optional<double> value = roles_.value(source, row);
    if (value && (*value > 0 || (any_sign_ && std::isfinite(*value)))) return *value;
    if (const std::size_t others = value ? 0 : others_like(row, source);
        2 * others > table_.rows.size()) {
      fail(row, described(row, source) + number_fault_of(row, source) + ", and nor are " +
                    std::to_string(others) + " other values of this column");
    }
    const std::string out = source.column ? "leave such runs out with " + isoflop::field("where") +
                                                " '" + table_.header[*source.column] +
                                                "!=" + one_line(text(row, source)) + "'"
                                          : "leave such runs out with " + isoflop::field("where");
    fail(row, described(row, source) +
                  (value ? "is not > 0; " : number_fault_of(row, source) + ", or ") + out +
                  (value ? ", or fit them as they are with " + isoflop::field("residual") + " raw"
                         : ""));
  }

  /// A run without a group is a group of its own.
  std::string group(std::size_t row, const std::vector<std::size_t>& columns) const {
    std::string out;
    for (const std::size_t column : columns) {
      const std::string_view field = table_.rows[row][column];
      if (is_blank(field)) return "(the run on line " + std::to_string(table_.line[row]) + ")";
      (out += out.empty() ? "" : ", ") += field;
    }
    return out;
  }

  double weight(std::size_t row, const RoleSource& source) const {
    require_text(row, source, "write 1 for a run that counts once");
    const std::optional<double> value = roles_.value(source, row);
    if (value && *value >= 0) return *value;
    fail(row, described(row, source) + (value ? "is not >= 0" : number_fault_of(row, source)));
  }

 private:
  /// Other texts than this row's that are no number either: a column in a form of its own, where
  /// leaving out one text would only lead to the next.
  std::size_t others_like(std::size_t row, const RoleSource& source) const {
    if (!source.column) return 0;
    std::size_t out = 0;
    for (std::size_t other = 0; other < table_.rows.size(); ++other) {
      if (text(other, source) == text(row, source)) continue;
      out += static_cast<std::size_t>(has_loss(other, source) && !roles_.value(source, other));
    }
    return out;
  }
  std::string_view text(std::size_t row, const RoleSource& source) const {
    return source.column ? table_.rows[row][*source.column] : std::string_view();
  }
  void require_text(std::size_t row, const RoleSource& source, std::string_view advice) const {
    if (!source.column || !is_blank(text(row, source))) return;
    fail(row, source.label + " is missing; " + std::string(advice));
  }
  std::string number_fault_of(std::size_t row, const RoleSource& source) const {
    if (!source.column) return "is no finite number in this row";
    return number_fault(text(row, source));
  }
  std::string described(std::size_t row, const RoleSource& source) const {
    return source.label + " " + (source.column ? in_quotes(text(row, source)) + " " : "");
  }
  [[noreturn]] void fail(std::size_t row, const std::string& text) const {
    throw DataError(table_.path, table_.line[row], text);
  }

  const TextTable& table_;
  CellReader& cells_;
  RoleColumns& roles_;
  bool any_sign_;
};

/// Rows without a loss say nothing: of runs that crashed, or still run.
DroppedRows keep_with_loss(const TextTable& table, const RoleSource& loss,
                           const ValueReader& values, const std::string& target,
                           std::vector<std::size_t>& rows, std::vector<ReadNote>& notes) {
  DroppedRows dropped{"having no " + target, 0, {}};
  std::erase_if(rows, [&](std::size_t row) {
    if (values.has_loss(row, loss)) return false;
    dropped.lines.push_back(table.line[row]);
    return true;
  });
  dropped.count = dropped.lines.size();
  if (dropped.count == 0) return dropped;
  const std::string count = std::to_string(dropped.count);
  if (rows.empty()) throw DataError(table.path, "no row has a " + target);
  const std::string name = loss.column ? table.header[*loss.column] : target;
  notes.push_back({count + (dropped.count == 1 ? " row" : " rows") + " without a " + target +
                       " left out: " + lines_text(dropped.lines),
                   true,
                   "add " + field("where") + " " + shell_word(name + ">0") + " " + field("where") +
                       " " + shell_word(name + "<inf")});
  return dropped;
}

/// A column that names runs of several rows each, with one N and a D of its own in each:
/// checkpoints.
std::optional<std::size_t> checkpoint_column(const TextTable& table, const RunTable& runs,
                                             const std::vector<std::size_t>& rows) {
  const std::vector<double>& n = runs.column(Variable::kN);
  const std::vector<double>& d = runs.column(Variable::kD);
  if (n.empty() || d.empty()) return std::nullopt;
  for (const std::size_t column : columns_named(table, "run")) {
    std::map<std::string_view, std::pair<double, std::set<double>>> run_of;  // N, and each D
    bool is_run = true;
    for (std::size_t i = 0; i < rows.size() && is_run; ++i) {
      const auto run = run_of.try_emplace(table.rows[rows[i]][column], n[i], std::set<double>{});
      auto& [size, tokens] = run.first->second;
      is_run = n[i] == size && tokens.insert(d[i]).second;
    }
    if (is_run && rows.size() >= 2 * run_of.size()) return column;
  }
  return std::nullopt;
}

/// The first guess, where none is allowed.
void refuse_guess(const TextTable& table, const std::vector<ReadNote>& notes) {
  for (const ReadNote& note : notes) {
    if (!note.is_guess) continue;
    throw DataError(
        table.path, table.header_line,
        field("strict") + ": " + note.text + (note.settles.empty() ? "" : "; " + note.settles));
  }
}

void note(DroppedRows dropped, RecordLog& log) {
  if (dropped.count > 0) log.dropped.push_back(std::move(dropped));
}

}  // namespace

Records read_records(const std::string& path, const RecordOptions& options,
                     std::span<const Variable> needed) {
  check_keys(options);
  return read_records(read_text_table(path, options.table), options, needed);
}

Records read_records(const TextTable& table, const RecordOptions& options,
                     std::span<const Variable> needed) {
  check_keys(options);
  const std::string& path = table.path;
  Records records;
  RecordLog& log = records.log;
  log.path = path;
  log.num_rows_read = table.rows.size();

  CellReader cells(table);
  std::vector<ReadNote> notes = table.notes;
  RoleColumns roles(table, options, cells, records, notes);
  const ValueReader values(table, cells, roles, options.any_sign);
  auto variables = roles.variables(needed);
  for (auto& present : roles.present(options.optional)) variables.push_back(std::move(present));
  const RoleSource loss = roles.target();
  const std::optional<RoleSource> weight = roles.optional("weight");
  const std::vector<std::size_t> group = roles.group();

  const auto advice = [](const std::string& column) {
    return column == "NAME" ? "name one of these" : "is that the one that is meant?";
  };
  std::vector<std::pair<std::string, std::size_t>> extra;
  for (const std::string& name : options.extra) {
    extra.emplace_back(name, find_column(table, name, advice));
  }

  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  // What a text condition drops needs no word from a numeric one.
  std::vector<std::size_t> spoken_for;
  if (!options.where.empty()) spoken_for = rows;
  std::vector<ReadNote> unsaid;
  for (const Condition& condition : options.where) {
    if (!cells.value_of_text(condition.value)) {
      keep_where(table, cells, condition, rows, spoken_for, unsaid);
    }
  }
  for (const Condition& condition : options.where) {
    note(keep_where(table, cells, condition, spoken_for, rows, notes), log);
  }
  if (rows.empty()) {
    std::string conditions;
    for (const Condition& condition : options.where) {
      conditions +=
          (conditions.empty() ? "" : " ") + field("where") + " '" + to_text(condition) + "'";
    }
    throw DataError(path, "no row is left after " + conditions + "; loosen the condition" +
                              (options.where.size() > 1 ? "s" : ""));
  }
  note(keep_finished(table, options.where, rows, notes), log);
  note(keep_with_loss(table, loss, values, options.target, rows, notes), log);
  if (weight) {  // what does not count is no part of what the runs cover
    const auto counts = [&](std::size_t row) { return values.weight(row, *weight) > 0.0; };
    note(keep_if(table, "weight 0", rows, counts), log);
    if (rows.empty()) throw DataError(path, "no row has a weight above zero");
  }
  if (!options.last_of.empty()) {
    const auto tokens = std::find_if(variables.begin(), variables.end(),
                                     [](const auto& v) { return v.first == Variable::kD; });
    const auto order_of = [&](std::size_t row) {
      return tokens == variables.end() ? static_cast<double>(row)
                                       : values.variable(row, tokens->second, info(Variable::kD));
    };
    note(keep_last_of(table, options.last_of, order_of, rows), log);
  }
  if (!options.best_of.empty()) {
    const auto loss_of = [&](std::size_t row) { return values.loss(row, loss); };
    note(keep_best_of(table, cells, options.best_of, loss_of, rows), log);
  }

  RunTable& runs = records.runs;
  runs.source = path;
  for (const auto& [v, source] : variables) runs.column(v).reserve(rows.size());
  runs.loss.reserve(rows.size());
  runs.line.reserve(rows.size());
  for (const std::size_t row : rows) {
    for (const auto& [v, source] : variables) {
      runs.column(v).push_back(values.variable(row, source, detail::info_among(options.own, v)));
    }
    runs.loss.push_back(values.loss(row, loss) * options.loss_unit);
    if (weight) runs.weight.push_back(values.weight(row, *weight));
    if (!group.empty()) runs.group.push_back(values.group(row, group));
    for (const auto& [name, index] : extra)
      records.extra[name].push_back(plain_line(table.rows[row][index]));
    runs.line.push_back(table.line[row]);
  }
  if (group.empty()) {
    if (const auto run = checkpoint_column(table, runs, rows)) {
      const std::string& name = table.header[*run];
      for (const std::size_t row : rows) runs.group.push_back(values.group(row, {*run}));
      log.columns["group"] = name;
      notes.push_back({"rows of one run (column " + in_quotes(name) +
                           ") are not independent: resamples draw whole runs; " + field("last_of") +
                           " " + shell_word(name) + " keeps the last row of each",
                       true, "add " + field("column") + " " + shell_word("group=" + name)});
    }
  }
  log.num_rows_used = runs.num_runs();
  for (ReadNote& cell_note : cells.notes()) notes.push_back(std::move(cell_note));
  if (options.strict) refuse_guess(table, notes);
  for (const ReadNote& n : notes) log.read_as.push_back(n.text);
  return records;
}

}  // namespace isoflop

#include "api/runs_choice.hpp"

#include <algorithm>
#include <array>
#include <numbers>
#include <string_view>

#include "isoflop/core/select_rows.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/merge_copies.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_unit.hpp"

namespace isoflop::api {

namespace {

constexpr std::array<std::string_view, 5> kUnits{"nats", "bits-per-token", "bits-per-byte",
                                                 "bits-per-character", "perplexity"};

void require_known_unit(const std::string& unit) {
  const bool is_other = unit.starts_with(kOtherUnit) && unit.size() > kOtherUnit.size();
  if (unit.empty() || is_other || std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end()) {
    return;
  }
  std::string known;
  for (const std::string_view word : kUnits) known += std::string(word) + ", ";
  throw InvalidArgument("loss_unit",
                        field("loss_unit") + " " + unit + ": is none of " + known + "other:NAME");
}

}  // namespace

std::string unit_of(const RunsChoice& runs) {
  if (runs.loss_unit == "bits-per-character") return std::string(kBitsPerCharacter);
  if (runs.loss_unit.starts_with(kOtherUnit)) return runs.loss_unit;
  const bool nobody_said = runs.loss_unit.empty() && !runs.bytes_per_token;
  return nobody_said ? "" : std::string(kNatsPerToken);
}

void list_fields(FieldVisitor& f, RunsChoice& runs) {
  f.table("file", runs.file, runs.columns);
  f.choice("format", runs.format, {"csv", "tsv", "json", "jsonl", "md"});
  f.text("melt", runs.melt);
  f.pairs("column", runs.column_map);
  f.texts("where", runs.where);
  f.names("best_of", runs.best_of, Names::kColumns);
  f.text("last_of", runs.last_of);
  f.flag("strict", runs.strict);
  f.text("loss_unit", runs.loss_unit);
  require_known_unit(runs.loss_unit);
  f.number("bytes_per_token", runs.bytes_per_token, Numbers::kPositive);
}

NeededColumns needed_by(const std::vector<AnyLaw>& laws) {
  NeededColumns out;
  for (const AnyLaw& law : laws) {
    const LawFacts own = facts_of(law);
    const std::string key(own.target.key);
    if (!out.target.empty() && key != out.target) {
      throw InvalidArgument("law", laws.front().name() + " gives " + out.target + ", " +
                                       law.name() + " gives " + key + ": they cannot be compared");
    }
    out.target = key;
    for (const Variable v : own.variables) {
      const auto& known = out.variables;
      if (std::find(known.begin(), known.end(), v) == known.end()) out.variables.push_back(v);
    }
    out.own.insert(out.own.end(), own.own_variables.begin(), own.own_variables.end());
  }
  return out;
}

RecordOptions record_options(const RunsChoice& runs) {
  if (runs.file.empty() && !runs.columns) {
    throw InvalidArgument("file", "name the FILE that holds the runs");
  }
  require_known_unit(runs.loss_unit);
  RecordOptions out;
  if (runs.loss_unit == "bits-per-byte") {
    if (!runs.bytes_per_token) {
      throw InvalidArgument("bytes_per_token",
                            "bits per byte become nats per token only with the tokenizer's " +
                                field("bytes_per_token"));
    }
    out.loss_unit = std::numbers::ln2 * *runs.bytes_per_token;
  }
  if (runs.loss_unit == "bits-per-token") out.loss_unit = std::numbers::ln2;
  out.is_perplexity = runs.loss_unit == "perplexity";
  if (!runs.format.empty()) out.table.format = parse_table_format(runs.format);
  out.table.melt = runs.melt;
  out.last_of = runs.last_of;
  out.strict = runs.strict;
  for (const auto& [key, column] : runs.column_map) out.columns[key] = column;
  for (const std::string& text : runs.where) out.where.push_back(parse_condition(text));
  out.best_of = runs.best_of;
  return out;
}

Records read_runs(const RunsChoice& runs, RecordOptions how, const std::vector<AnyLaw>& laws) {
  const NeededColumns needed = needed_by(laws);
  how.target = needed.target;
  how.own = needed.own;
  if (!runs.columns) return read_records(runs.file, how, needed.variables);
  return read_records(table_of(*runs.columns, "columns in memory"), how, needed.variables);
}

void merge_copies(Records& records) {
  MergedRuns merged = isoflop::merge_copies(records.runs);
  if (merged.copies.empty()) return;
  records.log.read_as.push_back(describe_copies(merged, records.runs));
  for (auto& [column, fields] : records.extra) {
    std::vector<std::string> kept;
    for (const std::size_t row : merged.kept) kept.push_back(std::move(fields[row]));
    fields = std::move(kept);
  }
  records.log.num_rows_used = merged.kept.size();
  records.runs = select_rows(records.runs, merged.kept);
}

}  // namespace isoflop::api

/// The runs that a request names: a table, in a file or in memory, and which of its columns and
/// rows count.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/io/columns.hpp"

namespace isoflop::api {

struct RunsChoice {
  std::string file;                ///< as read_text_table() takes it; "-" is standard input
  std::string format;              ///< csv, tsv, json, jsonl, md; "": by the name of the file
  std::string melt;                ///< [ACROSS=]VALUE: a wide table made long
  std::optional<Columns> columns;  ///< the table itself, in place of a file
  /// Which column, or expression of columns, holds what, by key: those of the variables, "loss",
  /// "weight", "group".
  std::vector<std::pair<std::string, std::string>> column_map;
  std::vector<std::string> where;    ///< conditions such as "N>=1e9"; a row meets all of them
  std::vector<std::string> best_of;  ///< of rows alike in these columns the one of lowest loss
  std::string last_of;               ///< of rows alike in this column the one of most tokens
  bool strict = false;               ///< refuse what would have to be guessed
  /// "nats" or "bits-per-token", "bits-per-byte" with the bytes per token, "perplexity": all become
  /// nats per token; "bits-per-character" and "other:NAME" stay; empty: taken for nats per token.
  std::string loss_unit;
  std::optional<double> bytes_per_token;  ///< of the tokenizer on these data
};

}  // namespace isoflop::api

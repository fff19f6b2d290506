#include "table.hpp"

#include <array>

#include "input.hpp"
#include "isoflop/io/records.hpp"

namespace isoflop::fuzz {

void read_table(std::string_view input, TableFormat format) {
  const InputFile file(input);
  TextTable table;
  if (refused([&] { table = read_text_table(file.path(), {format, ""}); })) return;
  require(!table.header.empty() && !table.rows.empty(), "a table has columns and rows");
  require(table.line.size() == table.rows.size(), "every row has a line");
  for (const TextRows::Row row : table.rows) {
    require(row.size() == table.header.size(), "every row has every column");
  }
  refused([&] { read_text_table(file.path(), {format, "size=loss"}); });
  refused([&] {
    const Records records = read_records(table, {}, std::array{Variable::kN, Variable::kD});
    require(records.runs.num_runs() > 0, "there are runs");
    require(records.runs.num_runs() == records.log.num_rows_used, "the log counts the runs");
  });
}

}  // namespace isoflop::fuzz

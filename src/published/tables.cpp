#include "published/tables.hpp"

#include <algorithm>
#include <sstream>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "published_texts.hpp"  // written by CMake from data/published

namespace isoflop {

PublishedTable::PublishedTable(std::string_view csv) {
  std::istringstream lines{std::string(csv)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    std::istringstream fields(line);
    auto& row = rows_.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
  }
}

std::vector<double> PublishedTable::column(std::string_view name) const {
  const auto& header = rows_.at(0);
  const auto place = std::find(header.begin(), header.end(), name);
  if (place == header.end()) throw InvalidArgument("no published column " + std::string(name));
  std::vector<double> out;
  for (std::size_t i = 1; i < rows_.size(); ++i) {
    const std::string& field = rows_[i].at(static_cast<std::size_t>(place - header.begin()));
    out.push_back(parse_number(field).value());
  }
  return out;
}

PublishedTable krajewski2024_table2_rows() { return PublishedTable(kKrajewski2024Table2); }

}  // namespace isoflop

#include "api/marked_runs.hpp"

#include "io/plain_text.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {

std::vector<bool> marked_runs(const std::string& column, const std::vector<std::string>& fields,
                              const RunTable& runs) {
  std::vector<bool> out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string word = lower_case(fields[i]);
    const auto number = parse_number(word);
    const bool yes = word == "true" || word == "yes",
               no = word.empty() || word == "false" || word == "no";
    if (!number && !yes && !no) {
      throw DataError(runs.source, runs.line[i],
                      "column \"" + column + "\" holds \"" + fields[i] +
                          "\"; a run is held out where it is true, yes or a number other than 0, "
                          "and fitted where it is false, no, 0 or empty");
    }
    out.push_back(yes || (number && *number != 0.0));
  }
  return out;
}

}  // namespace isoflop::api

#include "apps/words/config.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "apps/words/nearest.hpp"
#include "io/formats.hpp"
#include "io/json_file.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::app {
namespace {

/// A field, and one that stands in its place.
struct Rival {
  std::string_view field, instead;
};

constexpr std::array kRivals{Rival{"gpu", "cost_table"},        Rival{"gpu", "peak_flops"},
                             Rival{"peak_flops", "cost_table"}, Rival{"peak_flops", "gpu"},
                             Rival{"mfu", "cost_table"},        Rival{"expansion", "num_experts"},
                             Rival{"vocab", "shape"},           Rival{"tied", "shape"}};

constexpr std::string_view kConfigFormat = "isoflop.config/1";

void require_known(const std::string& path, const std::string& name,
                   const std::vector<std::string_view>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string meant = nearest(name, {known.begin(), known.end()});
  throw DataError(path, "\"" + name + "\" is nothing that a configuration says; " +
                            (meant.empty() ? "it may say " + joined(known, ", ")
                                           : "did you mean \"" + meant + "\"?"));
}

}  // namespace

nlohmann::ordered_json read_config(const std::string& path,
                                   const std::vector<std::string_view>& known) {
  nlohmann::ordered_json out = detail::parse_json(read_file(path), path);
  if (!out.is_object()) throw DataError(path, "is no JSON object of fields");
  if (out.contains("format") && out["format"] != kConfigFormat) {
    const auto& format = out["format"];
    throw DataError(
        path, detail::other_format(format.is_string() ? format.get<std::string>() : format.dump(),
                                   kConfigFormat));
  }
  out.erase("format");
  for (const auto& item : out.items()) {
    require_known(path, item.key(), known);
    if (item.value().is_primitive() && !item.value().is_null()) continue;
    throw DataError(path, "\"" + item.key() + "\" must be a number, a text, true or false");
  }
  return out;
}

void add_setting(const nlohmann::ordered_json& settings, const std::string& field,
                 nlohmann::ordered_json& request) {
  if (!settings.contains(field) || request.contains(field)) return;
  const bool said_otherwise = std::any_of(kRivals.begin(), kRivals.end(), [&](const Rival& rival) {
    return rival.field == field && request.contains(rival.instead);
  });
  if (!said_otherwise) request[field] = settings[field];
}

}  // namespace isoflop::app

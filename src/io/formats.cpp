#include "formats.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "in_quotes.hpp"
#include "isoflop/error.hpp"

namespace isoflop::detail {
namespace {

constexpr auto kFormats = std::to_array<std::string_view>(
    {"isoflop.backtest/1",    "isoflop.compare/1",     "isoflop.config/1",
     "isoflop.consensus/1",   "isoflop.cost/1",        "isoflop.envelope/1",
     "isoflop.figure/1",      "isoflop.formula/1",     "isoflop.frontier/1",
     "isoflop.gpus/1",        "isoflop.granularity/1", "isoflop.hyperparameters/1",
     "isoflop.law/1",         "isoflop.law/2",         "isoflop.laws/1",
     "isoflop.model_types/1", "isoflop.next-runs/1",   "isoflop.plan/1",
     "isoflop.predict/1",     "isoflop.profiles/1",    "isoflop.reproduce/1",
     "isoflop.sensitivity/1", "isoflop.shape/1",       "isoflop.show/1",
     "isoflop.sweep/1",       "isoflop.verify/1"});

/// "isoflop.law/" of "isoflop.law/2"; nothing of what is not written so.
std::string_view name_of(std::string_view format) { return format.substr(0, format.find('/') + 1); }

/// Nothing for what is no number, or a larger one than any version will have.
std::optional<std::uint64_t> version_of(std::string_view format) {
  const std::string_view digits = format.substr(name_of(format).size());
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    out = 10 * out + static_cast<std::uint64_t>(c - '0');
  }
  return out;
}

bool is_later(std::string_view given, std::string_view known) {
  return name_of(given) == name_of(known) && version_of(given) > version_of(known);
}

}  // namespace

std::span<const std::string_view> formats() { return kFormats; }

bool is_of_kind(const nlohmann::ordered_json& document, std::string_view format) {
  const auto said = document.is_object() ? document.find("format") : document.end();
  return said != document.end() && said->is_string() &&
         name_of(said->get_ref<const std::string&>()) == name_of(format);
}

std::string other_format(std::string_view given, std::string_view wanted) {
  return "has format " + in_quotes(given) +
         (is_later(given, wanted) ? ", which a later version of isoflop writes" : "") +
         "; this program reads " + in_quotes(wanted);
}

void require_known_format(const nlohmann::ordered_json& document, const std::string& origin) {
  const auto said = document.is_object() ? document.find("format") : document.end();
  if (said == document.end() || !said->is_string()) return;
  require_known_format(std::string_view(said->get_ref<const std::string&>()), origin);
}

void require_known_format(std::string_view format, const std::string& origin) {
  if (std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end()) return;
  std::string_view newest;
  for (const std::string_view known : kFormats) {
    if (name_of(known) == name_of(format) && version_of(known) > version_of(newest)) newest = known;
  }
  if (!newest.empty()) throw DataError(origin, other_format(format, newest));
  if (format.starts_with("isoflop.")) {
    throw DataError(origin,
                    "has format " + in_quotes(format) + ", which this program does not know");
  }
}

}  // namespace isoflop::detail

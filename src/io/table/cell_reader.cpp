#include "cell_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "io/spelled_number.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

/// How the commas and points of a number are to be taken.
enum class Marks {
  kNone,          ///< none of either, or no number
  kPointDecimal,  ///< 3.3208, 0.123, 1,234.5
  kPointGroups,   ///< 1.234.567
  kPointEither,   ///< 1.234
  kCommaDecimal,  ///< 3,3208, 0,123, 1.234,5
  kCommaGroups,   ///< 1,234,567
  kCommaEither    ///< 1,234
};

constexpr const char* kDecimalComma = "decimal commas";
constexpr const char* kLoneComma = "commas between thousands";
constexpr const char* kLonePoint = "points between thousands";

bool is_guess(std::string_view how) {
  return how.starts_with(kDecimalComma) || how.starts_with(kLoneComma) ||
         how.starts_with(kLonePoint);
}

/// The digits, points and commas that a field opens with.
std::string_view marked_part(std::string_view field) {
  const std::size_t sign = field.find_first_of("+-") == 0 ? 1 : 0;
  const std::size_t end = field.find_first_not_of("0123456789.,", sign);
  return field.substr(0, end);
}

Marks marks_of(std::string_view field) {
  const std::string_view text = marked_part(trimmed(field));
  if (text.find_first_of("0123456789") == std::string_view::npos) return Marks::kNone;
  const auto commas = std::count(text.begin(), text.end(), ','),
             points = std::count(text.begin(), text.end(), '.');
  if (commas == 0 && points == 0) return Marks::kNone;
  if (commas > 0 && points > 0) {
    const bool point_last = text.rfind('.') > text.rfind(',');
    const auto decimals = point_last ? points : commas;
    const std::string_view whole = text.substr(0, text.find(point_last ? '.' : ','));
    if (decimals != 1 || !is_grouped(whole, point_last ? ',' : '.')) return Marks::kNone;
    return point_last ? Marks::kPointDecimal : Marks::kCommaDecimal;
  }
  const bool is_comma = commas > 0;
  const char mark = is_comma ? ',' : '.';
  const bool grouped = is_grouped(text, mark) && text.substr(text.rfind(mark) + 1).size() == 3;
  if (std::max(commas, points) > 1) {
    if (!grouped) return Marks::kNone;
    return is_comma ? Marks::kCommaGroups : Marks::kPointGroups;
  }
  if (grouped) return is_comma ? Marks::kCommaEither : Marks::kPointEither;
  return is_comma ? Marks::kCommaDecimal : Marks::kPointDecimal;
}

/// `field` with its marks as parse_number wants them: `group` taken out, a decimal comma a point.
std::string respelled(std::string_view field, char group, bool decimal_comma) {
  const std::string_view text = trimmed(field);
  std::string head(marked_part(text));
  std::erase(head, group);
  if (decimal_comma) std::replace(head.begin(), head.end(), ',', '.');
  return head + std::string(text.substr(marked_part(text).size()));
}

}  // namespace

bool is_missing(std::string_view field) {
  // Words, and dashes of two lengths, with a blank around each.
  constexpr std::string_view kWords =
      " nan none null n/a na <na> -nan - -- \xE2\x80\x93 \xE2\x80\x94 ";
  const std::string_view text = trimmed(field);
  if (text.empty()) return true;
  if (text.size() > 4 || text.find(' ') != std::string_view::npos) return false;
  return kWords.find(" " + lower_case(text) + " ") != std::string_view::npos;
}

CellReader::Evidence CellReader::evidence_of(std::optional<std::size_t> column) {
  if (evidence_.empty()) {
    evidence_.resize(table_.header.size());
    for (const TextRows::Row row : table_.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const Marks marks = marks_of(row[i]);
        const bool comma = marks == Marks::kCommaDecimal || marks == Marks::kPointGroups;
        // Where no comma can be decimal, a point is.
        const bool point = marks == Marks::kPointDecimal || marks == Marks::kCommaGroups ||
                           (marks == Marks::kPointEither && table_.delimiter != ';');
        // A text that only opens like a number (a hash, a date) has no say.
        if ((!comma && !point) || !parse_number(respelled(row[i], comma ? '.' : ',', comma))) {
          continue;
        }
        Evidence& e = evidence_[i];
        e.comma_decimal |= marks == Marks::kCommaDecimal;
        e.point_groups |= marks == Marks::kPointGroups;
        e.comma_groups |= marks == Marks::kCommaGroups;
        e.point_decimal |= point && marks != Marks::kCommaGroups;
      }
    }
  }
  if (column) return evidence_[*column];
  Evidence all;
  for (const Evidence& e : evidence_) {
    all.comma_decimal |= e.comma_decimal || e.point_groups;
    all.point_decimal |= e.point_decimal || e.comma_groups;
  }
  return all;
}

char CellReader::lone_comma(const Place& place) {
  const bool is_count = place.expects == Expects::kCount && place.scale == 1.0;
  if (place.column) {
    const Evidence own = evidence_of(place.column);
    if (own.comma_decimal) return own.comma_groups || own.point_decimal ? '?' : '.';
    if (own.comma_groups || is_count) return ',';
    if (own.point_decimal) return '?';  // one slip of the hand among points
    if (place.expects == Expects::kLoss) return '.';
  }
  const Evidence all = evidence_of(std::nullopt);
  if (all.comma_decimal != all.point_decimal) return all.comma_decimal ? '.' : ',';
  if (place.expects == Expects::kCount) return '?';  // 1,234 million or 1.234
  return !all.comma_decimal && table_.delimiter == ';' ? '.' : '?';
}

/// In a table whose fields ';' separates: 100.000 beside 1.234.567 or, as a count, beside 3,5.
bool CellReader::is_lone_point_thousands(const Place& place) {
  if (table_.delimiter != ';' || !place.column) return false;
  const Evidence own = evidence_of(place.column), all = evidence_of(std::nullopt);
  if (own.point_decimal) return false;
  if (own.point_groups) return true;
  return place.expects == Expects::kCount && place.scale == 1.0 && all.comma_decimal &&
         !all.point_decimal;
}

std::optional<std::string> CellReader::with_point(std::string_view field, const Place& place,
                                                  std::string& how) {
  const bool has_comma = field.find(',') != std::string_view::npos;
  if (!has_comma && table_.delimiter != ';' && std::count(field.begin(), field.end(), '.') < 2) {
    return std::nullopt;
  }
  const auto as = [&](const char* what, char group, bool decimal_comma) {
    how = what;
    return respelled(field, group, decimal_comma);
  };
  switch (marks_of(field)) {
    case Marks::kNone:
      return std::nullopt;
    case Marks::kPointDecimal:
      if (!has_comma) return std::nullopt;
      return as("thousands separators", ',', false);
    case Marks::kPointGroups:
      return as("thousands separators", '.', false);
    case Marks::kPointEither:
      if (!is_lone_point_thousands(place)) return std::nullopt;
      return as(kLonePoint, '.', false);
    case Marks::kCommaDecimal:
      return as(kDecimalComma, '.', true);
    case Marks::kCommaGroups:
      return as("thousands separators", ',', false);
    case Marks::kCommaEither: {
      const char meaning = lone_comma(place);
      if (meaning == '?') return std::nullopt;
      if (meaning == '.') return as(kDecimalComma, '.', true);
      return as(kLoneComma, ',', false);
    }
  }
  return std::nullopt;
}

std::optional<CellReader::Spelled> CellReader::read(std::string_view field, const Place& place) {
  std::string how;
  const std::optional<std::string> changed = with_point(field, place, how);
  const std::string_view text = changed ? std::string_view(*changed) : field;
  if (const std::optional<double> plain = parse_plain(text)) {
    const bool has_scale = text.find_first_of("kKmMbBtT") != std::string_view::npos;
    return Spelled{how, *plain, has_scale};
  }
  if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  std::optional<SpelledNumber> spelled = parse_spelled(text);
  if (!spelled) return std::nullopt;
  if (!how.empty() && !spelled->how.empty()) how += " and ";
  return Spelled{how + spelled->how, spelled->value, spelled->has_scale};
}

std::optional<double> CellReader::number(std::size_t row, std::size_t column, double scale,
                                         Expects expects) {
  const std::string_view field = table_.rows[row][column];
  const std::optional<Spelled> spelled = read(field, {column, scale, expects});
  if (!spelled) return std::nullopt;
  const auto count = [&](const std::string& how) {
    Count& c = counts_[{column, how}];
    if (c.fields++ == 0) c.example = in_quotes(field) + " is " + format_number(spelled->value);
  };
  if (!spelled->how.empty()) count(spelled->how);
  if (spelled->has_scale || scale == 1.0) return spelled->value;
  // 0.1 in units of 1e9 is 1e8 to the last bit only by way of the text.
  const std::string joined = format_number(spelled->value) + "e" + format_number(std::log10(scale));
  const std::optional<double> exact = parse_plain(joined);
  return exact ? *exact : spelled->value * scale;
}

std::optional<double> CellReader::value_of_text(std::string_view field,
                                                std::optional<std::size_t> column) {
  const Place place{column, 1.0, Expects::kAny};
  if (const std::optional<Spelled> spelled = read(field, place)) return spelled->value;
  std::string word = lower_case(trimmed(field));
  const bool negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.erase(0, 1);
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word != "inf" && word != "infinity") return std::nullopt;
  const double infinity = std::numeric_limits<double>::infinity();
  return negative ? -infinity : infinity;
}

std::vector<ReadNote> CellReader::notes() const {
  std::vector<ReadNote> out;
  for (const auto& [what, count] : counts_) {
    out.push_back({"column " + in_quotes(table_.header[what.first]) + ": " + what.second + ", " +
                       count.example +
                       (count.fields > 1 ? " (" + std::to_string(count.fields) + " fields)" : ""),
                   is_guess(what.second), "write decimal points, and no thousands separators"});
  }
  return out;
}

}  // namespace isoflop

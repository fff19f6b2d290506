#include "api/fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "api/words.hpp"
#include "io/json_file.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/io/sha256.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

[[noreturn]] void refuse_type(std::string_view name, const std::string& wanted) {
  throw InvalidArgument(name, field(name) + " must be " + wanted);
}

/// A number or a text as the word that a person would have typed for it.
std::string word_of(std::string_view name, const Json& value, const std::string& wanted) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (value.is_number()) return format_number(value.get<double>());
  refuse_type(name, wanted);
}

double number_of(std::string_view name, const Json& value, Numbers which) {
  const std::string word = word_of(name, value, "a number");
  if (which == Numbers::kPositiveOrInfinite && word == "inf") {
    return std::numeric_limits<double>::infinity();
  }
  if (which == Numbers::kAny) return read_number(name, word);
  const double number = read_positive(name, word);
  if (which == Numbers::kWhole && number != std::floor(number)) {
    refuse_word(name, word, "is not a whole number");
  }
  return number;
}

/// "a nor b", "a, b, c".
std::string other_than(const std::vector<std::string_view>& words) {
  if (words.size() == 2) {
    return "is neither " + std::string(words[0]) + " nor " + std::string(words[1]);
  }
  std::string out = "is none of ";
  for (std::size_t i = 0; i < words.size(); ++i) out += (i > 0 ? ", " : "") + std::string(words[i]);
  return out;
}

Column column_of(const std::string& name, const Json& values) {
  Column out;
  out.name = name;
  if (!values.is_array()) throw InvalidArgument("the column " + name + " must be a list");
  const bool numbers = std::all_of(values.begin(), values.end(),
                                   [](const Json& x) { return x.is_number() || x.is_null(); });
  for (const Json& x : values) {
    if (numbers) {
      out.numbers.push_back(x.is_null() ? std::nan("") : x.get<double>());
    } else if (!x.is_null() && x.is_structured()) {
      throw InvalidArgument("the column " + name + " must be a list of numbers or texts");
    } else {
      out.texts.push_back(x.is_null() ? "" : x.is_string() ? x.get<std::string>() : x.dump());
    }
  }
  return out;
}

Json json_of(const Column& column) {
  Json out = Json::array();
  for (const double x : column.numbers) out.push_back(std::isnan(x) ? Json(nullptr) : Json(x));
  for (const std::string& x : column.texts) out.push_back(x.empty() ? Json(nullptr) : Json(x));
  return out;
}

}  // namespace

void require_unchanged(const InputFiles& inputs) {
  for (const InputFile& file : inputs) {
    if (file_stamp(file.path) == file.stamp) continue;
    throw DataError(file.path, "changed while it was read; try again when nothing writes it");
  }
}

FieldReader::FieldReader(const Json& request) : request_(request) {
  if (!request.is_object()) throw InvalidArgument("a request is a JSON object");
}

const Json* FieldReader::find(std::string_view name) {
  visited_.emplace_back(name);
  const auto place = request_.find(visited_.back());
  return place == request_.end() || place->is_null() ? nullptr : &*place;
}

void FieldReader::require_all_known() const {
  for (const auto& item : request_.items()) {
    if (item.key() == "verb") continue;
    if (std::find(visited_.begin(), visited_.end(), item.key()) != visited_.end()) continue;
    std::string known;
    for (auto name = visited_.begin(); name != visited_.end(); ++name) {
      if (std::find(visited_.begin(), name, *name) == name) known += " " + *name;
    }
    throw InvalidArgument(item.key(),
                          "there is no field \"" + item.key() + "\"; there are:" + known);
  }
}

void FieldReader::text(std::string_view name, std::string& value) {
  if (const Json* json = find(name)) value = word_of(name, *json, "a text");
}

void FieldReader::choice(std::string_view name, std::string& value,
                         const std::vector<std::string_view>& words) {
  const Json* json = find(name);
  if (json == nullptr) return;
  value = word_of(name, *json, "a text");
  if (std::find(words.begin(), words.end(), value) != words.end()) return;
  refuse_word(name, value, other_than(words));
}

void FieldReader::file(std::string_view name, std::string& value) {
  const Json* json = find(name);
  if (json == nullptr) return;
  if (!json->is_string()) refuse_type(name, "a text");
  value = json->get<std::string>();
}

void FieldReader::files(std::string_view name, std::vector<std::string>& values) {
  texts(name, values);
}

void FieldReader::flag(std::string_view name, bool& value) {
  const Json* json = find(name);
  if (json == nullptr) return;
  if (!json->is_boolean()) refuse_type(name, "true or false");
  value = json->get<bool>();
}

void FieldReader::number(std::string_view name, std::optional<double>& value, Numbers which) {
  if (const Json* json = find(name)) value = number_of(name, *json, which);
}

void FieldReader::number(std::string_view name, double& value, Numbers which) {
  if (const Json* json = find(name)) value = number_of(name, *json, which);
}

void FieldReader::share(std::string_view name, std::optional<double>& value) {
  if (const Json* json = find(name)) value = read_share(name, word_of(name, *json, "a number"));
}

void FieldReader::variable(const VariableInfo& about, std::optional<double>& value) {
  if (const Json* json = find(about.key)) {
    value = read_variable(about, word_of(about.key, *json, "a number"));
  }
}

void FieldReader::count(std::string_view name, std::optional<std::uint64_t>& value,
                        std::uint64_t low) {
  if (const Json* json = find(name)) {
    value = read_count(name, word_of(name, *json, "a whole number"), low);
  }
}

void FieldReader::count(std::string_view name, std::uint64_t& value, std::uint64_t low) {
  if (const Json* json = find(name)) {
    value = read_count(name, word_of(name, *json, "a whole number"), low);
  }
}

std::vector<std::string> FieldReader::words_of(std::string_view name, const Json& value) {
  std::vector<std::string> out;
  if (!value.is_array()) return {word_of(name, value, "a list")};
  for (const Json& x : value) out.push_back(word_of(name, x, "a list of numbers or texts"));
  return out;
}

void FieldReader::numbers(std::string_view name, std::vector<double>& values) {
  if (const Json* json = find(name)) values = read_positive_list(name, words_of(name, *json));
}

void FieldReader::amounts(std::string_view name, std::vector<double>& values) {
  const Json* json = find(name);
  if (json == nullptr) return;
  const std::vector<std::string> words = words_of(name, *json);
  for (const std::string& word : words) {
    const std::string_view part = with_thousands_commas(word);
    if (part.empty()) continue;
    std::string number(part);
    std::erase(number, ',');
    refuse_word(name, part,
                "is one number or several; write " + number +
                    " for one, and a blank instead of a comma between several");
  }
  values = read_positive_list(name, words);
}

void FieldReader::texts(std::string_view name, std::vector<std::string>& values) {
  if (const Json* json = find(name)) values = words_of(name, *json);
}

void FieldReader::pairs(std::string_view name, Pairs& values) {
  const Json* json = find(name);
  if (json == nullptr) return;
  if (!json->is_object()) {
    values = read_pairs(name, words_of(name, *json));
    return;
  }
  values.clear();
  for (const auto& item : json->items()) {
    values.emplace_back(item.key(), word_of(name, item.value(), "an object of numbers or texts"));
  }
}

void FieldReader::named_numbers(std::string_view name, NamedNumbers& values) {
  Pairs words;
  pairs(name, words);
  if (!words.empty()) values.clear();
  for (const auto& [key, word] : words) {
    const auto value = parse_number(word);
    if (!value) {
      throw InvalidArgument(name,
                            field(name) + " " + key + ": \"" + word + "\" " + number_fault(word));
    }
    values.emplace_back(key, *value);
  }
}

void FieldReader::names(std::string_view name, std::vector<std::string>& values, Names which) {
  const Json* json = find(name);
  if (json == nullptr) return;
  values.clear();
  for (const std::string& word : words_of(name, *json)) {
    for (std::string& piece : split_at_commas(word)) {
      if (!piece.empty()) {
        values.push_back(std::move(piece));
      } else if (which == Names::kColumns) {
        refuse_word(name, word, "has an empty place for a column");
      } else {
        throw InvalidArgument(
            name, field(name) + (which == Names::kLaws ? ": a name is missing beside a comma"
                                                       : ": an empty place between commas"));
      }
    }
  }
}

void FieldReader::table(std::string_view name, std::string& path, std::optional<Columns>& columns) {
  const Json* json = find(name);
  if (json == nullptr) return;
  if (json->is_string()) {
    path = json->get<std::string>();
    return;
  }
  if (!json->is_object()) refuse_type(name, "the path of a table or an object of columns");
  columns.emplace();
  for (const auto& item : json->items()) columns->push_back(column_of(item.key(), item.value()));
}

void FieldReader::document(std::string_view name, std::string& path,
                           std::optional<std::string>& text) {
  const Json* json = find(name);
  if (json == nullptr) return;
  if (json->is_object()) {
    text = json->dump();
  } else if (json->is_string()) {
    path = json->get<std::string>();
  } else {
    refuse_type(name, "the path of a JSON document, or the document itself");
  }
}

void FieldWriter::text(std::string_view name, std::string& value) {
  if (!value.empty()) out_[std::string(name)] = value;
}

void FieldWriter::choice(std::string_view name, std::string& value,
                         const std::vector<std::string_view>&) {
  text(name, value);
}

void FieldWriter::file(std::string_view name, std::string& value) { text(name, value); }

void FieldWriter::files(std::string_view name, std::vector<std::string>& values) {
  texts(name, values);
}

void FieldWriter::flag(std::string_view name, bool& value) {
  if (value) out_[std::string(name)] = true;
}

void FieldWriter::number(std::string_view name, std::optional<double>& value, Numbers which) {
  if (value) number(name, *value, which);
}

void FieldWriter::number(std::string_view name, double& value, Numbers) {
  out_[std::string(name)] = std::isfinite(value) ? Json(value) : Json(format_number(value));
}

void FieldWriter::variable(const VariableInfo& about, std::optional<double>& value) {
  if (value) out_[std::string(about.key)] = *value;
}

void FieldWriter::count(std::string_view name, std::optional<std::uint64_t>& value, std::uint64_t) {
  if (value) out_[std::string(name)] = *value;
}

void FieldWriter::count(std::string_view name, std::uint64_t& value, std::uint64_t) {
  out_[std::string(name)] = value;
}

void FieldWriter::numbers(std::string_view name, std::vector<double>& values) {
  if (!values.empty()) out_[std::string(name)] = values;
}

void FieldWriter::texts(std::string_view name, std::vector<std::string>& values) {
  if (!values.empty()) out_[std::string(name)] = values;
}

void FieldWriter::pairs(std::string_view name, Pairs& values) {
  for (const auto& [key, value] : values) out_[std::string(name)][key] = value;
}

void FieldWriter::named_numbers(std::string_view name, NamedNumbers& values) {
  for (const auto& [key, value] : values) out_[std::string(name)][key] = value;
}

void FieldWriter::names(std::string_view name, std::vector<std::string>& values, Names) {
  texts(name, values);
}

void FieldWriter::table(std::string_view name, std::string& path, std::optional<Columns>& columns) {
  text(name, path);
  if (!columns) return;
  Json& out = out_[std::string(name)] = Json::object();
  for (const Column& column : *columns) out[column.name] = json_of(column);
}

void FieldWriter::document(std::string_view name, std::string& path,
                           std::optional<std::string>& text) {
  if (text) {
    out_[std::string(name)] = detail::parse_json(*text, std::string(name));
  } else {
    this->text(name, path);
  }
}

void InputLister::add(const std::string& path) {
  if (path.empty()) return;
  if (is_regular_file(path)) {
    std::string stamp = file_stamp(path);
    found.push_back({path, sha256_of_file(path), std::move(stamp)});
  } else if (path == "-" || is_there(path)) {
    others.push_back(path);
  }
}

void InputLister::file(std::string_view, std::string& value) { add(value); }

void InputLister::files(std::string_view, std::vector<std::string>& values) {
  for (const std::string& value : values) add(value);
}

void InputLister::names(std::string_view, std::vector<std::string>& values, Names which) {
  for (const std::string& value : values) {
    if (which == Names::kLaws) add(value);
    if (which == Names::kRivals && is_there(value)) others.push_back(value);
  }
}

void InputLister::table(std::string_view, std::string& path, std::optional<Columns>&) { add(path); }

void InputLister::document(std::string_view, std::string& path, std::optional<std::string>&) {
  add(path);
}

}  // namespace isoflop::api

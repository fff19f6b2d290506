#include "isoflop/io/text_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace isoflop {
namespace {

// A small table takes little room, and a large one few texts.
constexpr std::size_t kFewestTextBytes = std::size_t{1} << 12, kMostTextBytes = std::size_t{1} << 20;
using Number = std::uint32_t;

Number number_at(const char* bytes, std::size_t place) {
  Number out = 0;
  std::memcpy(&out, bytes + place * sizeof out, sizeof out);
  return out;
}

void append(std::string& text, std::size_t number) {
  const auto small = static_cast<Number>(number);
  text.append(reinterpret_cast<const char*>(&small), sizeof small);
}

}  // namespace

std::string_view TextRows::Row::operator[](std::size_t column) const {
  const std::size_t num_given = number_at(bytes_, 0);
  if (column >= num_given) return {};
  const std::size_t begin = column == 0 ? 0 : number_at(bytes_, column);
  const char* const text = bytes_ + (1 + num_given) * sizeof(Number);
  return {text + begin, number_at(bytes_, column + 1) - begin};
}

TextRows::TextRows(std::initializer_list<std::initializer_list<std::string_view>> rows) {
  for (const auto& row : rows) add_fields(std::span<const std::string_view>(row));
}

TextRows::Row TextRows::operator[](std::size_t row) const {
  const Place& place = places_[row];
  return {texts_[place.text].data() + place.begin, num_columns_};
}

bool TextRows::operator==(const TextRows& other) const {
  if (size() != other.size() || num_columns_ != other.num_columns_) return false;
  for (std::size_t row = 0; row < size(); ++row) {
    for (std::size_t column = 0; column < num_columns_; ++column) {
      if ((*this)[row][column] != other[row][column]) return false;
    }
  }
  return true;
}

void TextRows::add(std::span<const std::string> fields) { add_fields(fields); }

template <class Field>
void TextRows::add_fields(std::span<const Field> fields) {
  num_columns_ = std::max(num_columns_, fields.size());
  while (!fields.empty() && fields.back().empty()) fields = fields.first(fields.size() - 1);
  std::size_t size = (1 + fields.size()) * sizeof(Number);
  for (const Field& field : fields) size += field.size();
  if (size > std::numeric_limits<Number>::max()) throw std::length_error("a row of 4 GiB");
  if (texts_.empty() || texts_.back().size() + size > texts_.back().capacity()) {
    const std::size_t twice = texts_.empty() ? 0 : 2 * texts_.back().capacity();
    texts_.emplace_back();
    texts_.back().reserve(std::max(size, std::clamp(twice, kFewestTextBytes, kMostTextBytes)));
  }
  std::string& text = texts_.back();
  places_.push_back({static_cast<Number>(texts_.size() - 1), static_cast<Number>(text.size())});
  append(text, fields.size());
  std::size_t end = 0;
  for (const Field& field : fields) append(text, end += field.size());
  for (const Field& field : fields) text += field;
}

}  // namespace isoflop

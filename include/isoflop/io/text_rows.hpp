/// The fields of a table's rows, packed one behind the other: a table of ten million runs takes
/// little more room than its text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isoflop {

namespace detail {

/// Walks over what has operator[], whose entries are values; for loops over a range.
template <class Of>
class EntryIterator {
 public:
  EntryIterator(const Of& of, std::size_t at) : of_(&of), at_(at) {}
  auto operator*() const { return (*of_)[at_]; }
  EntryIterator& operator++() {
    ++at_;
    return *this;
  }
  bool operator==(const EntryIterator& other) const { return at_ == other.at_; }

 private:
  const Of* of_;
  std::size_t at_;
};

}  // namespace detail

/// Every row is as wide as the widest; a field that was not given is "". Views last as long as the
/// rows, until one is added.
class TextRows {
 public:
  class Row {
   public:
    std::size_t size() const { return size_; }
    std::string_view operator[](std::size_t column) const;
    detail::EntryIterator<Row> begin() const { return {*this, 0}; }
    detail::EntryIterator<Row> end() const { return {*this, size_}; }

   private:
    friend class TextRows;
    Row(const char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
    const char* bytes_;  // number of fields, end of each, text of all
    std::size_t size_;
  };

  TextRows() = default;
  TextRows(std::initializer_list<std::initializer_list<std::string_view>> rows);

  std::size_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }
  Row operator[](std::size_t row) const;
  detail::EntryIterator<TextRows> begin() const { return {*this, 0}; }
  detail::EntryIterator<TextRows> end() const { return {*this, size()}; }
  bool operator==(const TextRows& other) const;

  /// Throws std::length_error for a row of 4 GiB.
  void add(std::span<const std::string> fields);

 private:
  /// Of a row: in which of the texts, and from which byte.
  struct Place {
    std::uint32_t text, begin;
  };
  template <class Field>
  void add_fields(std::span<const Field> fields);

  std::vector<std::string> texts_;
  std::vector<Place> places_;
  std::size_t num_columns_ = 0;
};

}  // namespace isoflop

// What src/io/table/csv_reader.cpp needs of libcsv (docs/decisions/0001-csv-reader.md), which no
// distribution has for WebAssembly: the same calls, and what they do in strict mode. A quote inside
// a field that does not begin with one is an error; blanks around fields are left out; blank lines
// are no records.
#pragma once

#include <cstddef>
#include <string>

enum { CSV_EPARSE = 1, CSV_STRICT = 1, CSV_STRICT_FINI = 4 };

struct csv_parser {
  enum class At { kRecord, kField, kPlain, kQuoted, kBehindQuote };
  At at = At::kRecord;  ///< before a record or a field, or in one
  bool failed = false;
  char delimiter = ',';
  std::size_t blanks = 0;  ///< at the end of `field`
  std::string field;
};

using csv_on_field = void (*)(void* text, std::size_t size, void* self);
using csv_on_record = void (*)(int end, void* self);

inline int csv_init(csv_parser* p, unsigned char) { return *p = {}, 0; }
inline void csv_free(csv_parser*) {}
inline void csv_set_blk_size(csv_parser*, std::size_t) {}
inline void csv_set_delim(csv_parser* p, unsigned char c) { p->delimiter = static_cast<char>(c); }
inline int csv_error(const csv_parser* p) { return p->failed ? CSV_EPARSE : 0; }

namespace csv_detail {

inline void end_field(csv_parser& p, csv_on_field on_field, void* self) {
  p.field.resize(p.field.size() - p.blanks);
  on_field(p.field.data(), p.field.size(), self);
  p.field.clear();
  p.blanks = 0;
  p.at = csv_parser::At::kField;
}

/// False for a quote where none may stand, or what follows one.
inline bool take(csv_parser& p, char c, csv_on_field on_field, csv_on_record on_record,
                 void* self) {
  using At = csv_parser::At;
  const bool is_open = p.at == At::kQuoted;
  if (c == p.delimiter && !is_open) {
    end_field(p, on_field, self);
  } else if ((c == '\n' || c == '\r') && !is_open) {
    if (p.at == At::kRecord) return true;
    end_field(p, on_field, self);
    on_record(c, self);
    p.at = At::kRecord;
  } else if (c == '"') {
    if (p.at == At::kPlain || (p.at == At::kBehindQuote && p.blanks > 0)) return false;
    if (p.at == At::kBehindQuote) p.field += c;
    p.at = is_open ? At::kBehindQuote : At::kQuoted;
  } else if (is_open) {
    p.field += c;
  } else if (c == ' ' || c == '\t') {
    if (p.at == At::kRecord || p.at == At::kField) return true;
    p.field += c;
    ++p.blanks;
  } else {
    if (p.at == At::kBehindQuote) return false;
    p.field += c;
    p.blanks = 0;
    p.at = At::kPlain;
  }
  return true;
}

}  // namespace csv_detail

/// How many characters were read: all, but for an error.
inline std::size_t csv_parse(csv_parser* p, const void* text, std::size_t size,
                             csv_on_field on_field, csv_on_record on_record, void* self) {
  for (std::size_t i = 0; i < size; ++i) {
    if (csv_detail::take(*p, static_cast<const char*>(text)[i], on_field, on_record, self))
      continue;
    p->failed = true;
    return i;
  }
  return size;
}

/// An error within quotes; the reader ends every line with a line feed, so that nothing else is
/// open.
inline int csv_fini(csv_parser* p, csv_on_field, csv_on_record, void*) {
  return p->at == csv_parser::At::kQuoted ? -1 : 0;
}

// The fields of a request, listed once and visited for everything that is done with them: read from
// JSON (the words of a command line among it), written to JSON, asked for the files they name.
//
// Beside the JSON of a verb stands
//   void list_fields(FieldVisitor& f, PredictRequest& request) {
//     f.file("law", request.law);
//     f.number("n", request.n, Numbers::kPositive);
//   }
// A field that nobody said is left as the request's default when it is read, and left out when it
// is written where that default is "not said" (an empty text or list, false, no value).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isoflop/api/input_file.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/io/columns.hpp"

namespace isoflop::api {

/// Which numbers a field takes.
enum class Numbers {
  kAny,
  kPositive,
  kPositiveOrInfinite,  ///< infinity is the word "inf"
  kWhole                ///< positive, without a fraction: of things that are counted
};

/// What the names of a list stand for.
enum class Names {
  kColumns,  ///< of a table
  kLaws,     ///< each a name, or a path: what lies there is an input of the outcome
  kRivals    ///< laws, or what is compared with a law beside them
};

using Pairs = std::vector<std::pair<std::string, std::string>>;
using NamedNumbers = std::vector<std::pair<std::string, double>>;

class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  /// A word as it is; "" is not said.
  virtual void text(std::string_view name, std::string& value) = 0;
  /// One of a few words; "" is not said unless the request has a default.
  virtual void choice(std::string_view name, std::string& value,
                      const std::vector<std::string_view>& words) = 0;
  /// A path, or a name that may be one: what lies there is an input of the outcome.
  virtual void file(std::string_view name, std::string& value) = 0;
  virtual void files(std::string_view name, std::vector<std::string>& values) = 0;
  virtual void flag(std::string_view name, bool& value) = 0;
  virtual void number(std::string_view name, std::optional<double>& value, Numbers which) = 0;
  virtual void number(std::string_view name, double& value, Numbers which) = 0;
  /// From 0 to 1; as a word also "20%".
  virtual void share(std::string_view name, std::optional<double>& value) {
    number(name, value, Numbers::kAny);
  }
  virtual void variable(const VariableInfo& about, std::optional<double>& value) = 0;
  /// Whole numbers of at least `low`.
  virtual void count(std::string_view name, std::optional<std::uint64_t>& value,
                     std::uint64_t low) = 0;
  virtual void count(std::string_view name, std::uint64_t& value, std::uint64_t low) = 0;
  /// Positive numbers, one or more.
  virtual void numbers(std::string_view name, std::vector<double>& values) = 0;
  /// The same of amounts so large that a comma may stand between thousands: "1,000" is refused.
  virtual void amounts(std::string_view name, std::vector<double>& values) {
    numbers(name, values);
  }
  virtual void texts(std::string_view name, std::vector<std::string>& values) = 0;
  /// NAME=VALUE; in JSON also an object.
  virtual void pairs(std::string_view name, Pairs& values) = 0;
  /// The same with numbers for values.
  virtual void named_numbers(std::string_view name, NamedNumbers& values) = 0;
  /// Names with commas between them, or a list of such.
  virtual void names(std::string_view name, std::vector<std::string>& values, Names which) = 0;
  /// A table: the path of a file or, in memory, an object of equally long columns.
  virtual void table(std::string_view name, std::string& path, std::optional<Columns>& columns) = 0;
  /// A JSON document: its path, or a name that may be one, or the document itself, whose text is
  /// then kept.
  virtual void document(std::string_view name, std::string& path,
                        std::optional<std::string>& text) = 0;
};

/// Reads from a JSON object. Numbers may be numbers or words. Throws InvalidArgument, with the
/// field, for what a field does not take.
class FieldReader final : public FieldVisitor {
 public:
  explicit FieldReader(const nlohmann::ordered_json& request);
  /// Throws InvalidArgument for a field that was not visited, naming those that were; "verb" may
  /// stand in every request.
  void require_all_known() const;

  void text(std::string_view name, std::string& value) override;
  void choice(std::string_view name, std::string& value,
              const std::vector<std::string_view>& words) override;
  void file(std::string_view name, std::string& value) override;
  void files(std::string_view name, std::vector<std::string>& values) override;
  void flag(std::string_view name, bool& value) override;
  void number(std::string_view name, std::optional<double>& value, Numbers which) override;
  void number(std::string_view name, double& value, Numbers which) override;
  void share(std::string_view name, std::optional<double>& value) override;
  void variable(const VariableInfo& about, std::optional<double>& value) override;
  void count(std::string_view name, std::optional<std::uint64_t>& value,
             std::uint64_t low) override;
  void count(std::string_view name, std::uint64_t& value, std::uint64_t low) override;
  void numbers(std::string_view name, std::vector<double>& values) override;
  void amounts(std::string_view name, std::vector<double>& values) override;
  void texts(std::string_view name, std::vector<std::string>& values) override;
  void pairs(std::string_view name, Pairs& values) override;
  void named_numbers(std::string_view name, NamedNumbers& values) override;
  void names(std::string_view name, std::vector<std::string>& values, Names which) override;
  void table(std::string_view name, std::string& path, std::optional<Columns>& columns) override;
  void document(std::string_view name, std::string& path,
                std::optional<std::string>& text) override;

 private:
  /// The value of a field; nullptr where it is not said.
  const nlohmann::ordered_json* find(std::string_view name);
  std::vector<std::string> words_of(std::string_view name, const nlohmann::ordered_json& value);

  const nlohmann::ordered_json& request_;
  std::vector<std::string> visited_;
};

/// Writes what is said to a JSON object.
class FieldWriter final : public FieldVisitor {
 public:
  explicit FieldWriter(nlohmann::ordered_json& out) : out_(out) {}

  void text(std::string_view name, std::string& value) override;
  void choice(std::string_view name, std::string& value,
              const std::vector<std::string_view>& words) override;
  void file(std::string_view name, std::string& value) override;
  void files(std::string_view name, std::vector<std::string>& values) override;
  void flag(std::string_view name, bool& value) override;
  void number(std::string_view name, std::optional<double>& value, Numbers which) override;
  void number(std::string_view name, double& value, Numbers which) override;
  void variable(const VariableInfo& about, std::optional<double>& value) override;
  void count(std::string_view name, std::optional<std::uint64_t>& value,
             std::uint64_t low) override;
  void count(std::string_view name, std::uint64_t& value, std::uint64_t low) override;
  void numbers(std::string_view name, std::vector<double>& values) override;
  void texts(std::string_view name, std::vector<std::string>& values) override;
  void pairs(std::string_view name, Pairs& values) override;
  void named_numbers(std::string_view name, NamedNumbers& values) override;
  void names(std::string_view name, std::vector<std::string>& values, Names which) override;
  void table(std::string_view name, std::string& path, std::optional<Columns>& columns) override;
  void document(std::string_view name, std::string& path,
                std::optional<std::string>& text) override;

 private:
  nlohmann::ordered_json& out_;
};

/// Collects the files that a request names, as they are on disk now. A name that is no file (that
/// of a published law) is passed over.
class InputLister final : public FieldVisitor {
 public:
  InputFiles found;
  /// What the request would read beside them: standard input, a device, a law to compare with.
  std::vector<std::string> others;

  void text(std::string_view, std::string&) override {}
  void choice(std::string_view, std::string&, const std::vector<std::string_view>&) override {}
  void file(std::string_view name, std::string& value) override;
  void files(std::string_view name, std::vector<std::string>& values) override;
  void flag(std::string_view, bool&) override {}
  void number(std::string_view, std::optional<double>&, Numbers) override {}
  void number(std::string_view, double&, Numbers) override {}
  void variable(const VariableInfo&, std::optional<double>&) override {}
  void count(std::string_view, std::optional<std::uint64_t>&, std::uint64_t) override {}
  void count(std::string_view, std::uint64_t&, std::uint64_t) override {}
  void numbers(std::string_view, std::vector<double>&) override {}
  void texts(std::string_view, std::vector<std::string>&) override {}
  void pairs(std::string_view, Pairs&) override {}
  void named_numbers(std::string_view, NamedNumbers&) override {}
  void names(std::string_view name, std::vector<std::string>& values, Names which) override;
  void table(std::string_view name, std::string& path, std::optional<Columns>& columns) override;
  void document(std::string_view name, std::string& path,
                std::optional<std::string>& text) override;

 private:
  void add(const std::string& path);
};

/// The request that a JSON object holds; for the `<verb>_request` functions of the doors.
template <class Request>
Request read_request(const nlohmann::ordered_json& json) {
  FieldReader reader(json);
  Request out;
  list_fields(reader, out);
  reader.require_all_known();
  return out;
}

/// Opens a request's JSON: {"verb": verb}.
nlohmann::ordered_json named_verb(std::string_view verb);

/// {"verb": verb, ...}, which is what `isoflop run` takes.
template <class Request>
nlohmann::ordered_json request_json(std::string_view verb, Request request) {
  nlohmann::ordered_json out = named_verb(verb);
  FieldWriter writer(out);
  list_fields(writer, request);
  return out;
}

/// The request held to what its fields take, for one that was filled in by hand: throws as reading
/// it would.
template <class Request>
Request checked(const Request& request) {
  return read_request<Request>(request_json("", request));
}

/// To be called before a verb reads anything.
template <class Request>
InputFiles inputs_of(Request request) {
  InputLister lister;
  list_fields(lister, request);
  return lister.found;
}

/// For what answers the request of a document again, which may come from a stranger: throws
/// DataError where the request names a file that the document's own "inputs" do not, with the bytes
/// that it has now. Nothing but these bytes is looked at.
void require_recorded(const nlohmann::ordered_json& document, const std::string& origin,
                      const InputLister& named);

/// To be called after a table was read, which may take long: throws DataError where it is no longer
/// the one whose sum stands in the outcome.
void require_unchanged(const InputFiles& inputs);

/// The JSON of an outcome, complete: shows the fields that its texts speak of, and adds what it was
/// made from, "request" (with "verb"), "isoflop_version" and "inputs", before "draws", which is
/// long.
nlohmann::ordered_json with_provenance(nlohmann::ordered_json outcome,
                                       nlohmann::ordered_json request, const InputFiles& inputs);

}  // namespace isoflop::api

// The module isoflop._core: requests and outcomes as JSON, as every front that is not C++ has them,
// laws over arrays, and the program itself. What is Python's own is in the package around it.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/isoflop/program.hpp"
#include "faults.hpp"
#include "io/formats.hpp"
#include "io/json_file.hpp"
#include "isoflop/api/call.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/whole_file.hpp"
#include "isoflop/text/call.hpp"
#include "isoflop/text/report.hpp"
#include "isoflop/version.hpp"
#include "law.hpp"
#include "work.hpp"

namespace isoflop::python {
namespace {

namespace nb = nanobind;

/// (json, text, usable, more, warnings); text::Shown says what they are.
nb::tuple call(const std::string& request, const nb::object& progress) {
  text::Shown shown;
  std::vector<std::string> warnings;
  do_work(progress, warnings,
          [&](const api::Context& context) { shown = text::call(request, context); });
  return nb::make_tuple(shown.json, show_fields(shown.text, FieldStyle::kKeyword), shown.usable,
                        shown.more, warnings);
}

/// (json, usable, warnings) of any verb, also those that are not shown to people.
nb::tuple run(const std::string& request, const nb::object& progress) {
  api::Called called;
  std::vector<std::string> warnings;
  do_work(progress, warnings,
          [&](const api::Context& context) { called = api::call(request, context); });
  return nb::make_tuple(called.json, called.usable, warnings);
}

/// (json, usable, same_bytes, changed_inputs, warnings)
nb::tuple rerun(const std::string& outcome, const std::string& origin, const nb::object& progress) {
  api::Rerun again;
  std::vector<std::string> warnings;
  do_work(progress, warnings,
          [&](const api::Context& context) { again = api::rerun(outcome, origin, context); });
  return nb::make_tuple(again.now.json, again.now.usable, again.same_bytes, again.changed_inputs,
                        warnings);
}

/// The page of an outcome; text as Python has it.
std::string report(const std::string& json, const std::string& text) {
  return text::report_html(json, text);
}

/// The JSON that a page holds, as it is printed; any other text as it is.
std::string json_within(const std::string& text, const std::string& origin) {
  if (const auto excess = detail::json_excess(text)) throw DataError(origin, *excess);
  return detail::printed_json_within(text, origin);
}

void require_known_format(const std::string& format, const std::string& origin) {
  detail::require_known_format(std::string_view(format), origin);
}

std::string string_of(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

/// A fault is the OSError that writing a file raises in Python. Names of files are bytes there.
void write_file(const nb::bytes& path, const std::string& text) {
  const std::string name = string_of(path);
  std::string fault;
  {
    const nb::gil_scoped_release free;
    try {
      isoflop::write_file(name, text);
    } catch (const DataError& thrown) {
      fault = thrown.what();
    }
  }
  if (fault.empty()) return;
  const nb::object words = nb::steal(
      PyUnicode_DecodeUTF8(fault.data(), static_cast<Py_ssize_t>(fault.size()), "replace"));
  PyErr_SetObject(PyExc_OSError, words.ptr());
  throw nb::python_error();
}

void write_bytes(const nb::bytes& path, const nb::bytes& bytes) {
  write_file(path, string_of(bytes));
}

std::vector<std::string> verb_names() {
  std::vector<std::string> out;
  for (const std::string_view name : api::verb_names()) out.emplace_back(name);
  return out;
}

int run_program(const std::vector<nb::bytes>& given) {
  std::vector<std::string> words;
  for (const nb::bytes& word : given) words.push_back(string_of(word));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return app::run_program(app::isoflop_program(), static_cast<int>(words.size()), argv.data());
}

}  // namespace
}  // namespace isoflop::python

NB_MODULE(_core, module) {
  namespace nb = nanobind;
  using namespace isoflop::python;
  translate_faults();
  add_law(module);
  module.attr("version") = isoflop::kVersion;
  module.def("verb_names", verb_names);
  module.def("call", call, nb::arg("request"), nb::arg("progress").none());
  module.def("run", run, nb::arg("request"), nb::arg("progress").none());
  module.def("rerun", rerun, nb::arg("outcome"), nb::arg("origin"), nb::arg("progress").none());
  module.def("report", report, nb::arg("json"), nb::arg("text"));
  module.def("json_within", json_within, nb::arg("text"), nb::arg("origin"));
  module.def("require_known_format", require_known_format, nb::arg("format"), nb::arg("origin"));
  module.def("write_file", write_file, nb::arg("path"), nb::arg("content"));
  module.def("write_file", write_bytes, nb::arg("path"), nb::arg("content"));
  module.def("main", run_program, nb::arg("words"));
}

#include "faults.hpp"

#include <nanobind/nanobind.h>

#include "isoflop/error.hpp"

namespace isoflop::python {

namespace nb = nanobind;

namespace {

/// The same words as everywhere, with fields as Python writes arguments.
nb::object words_of(const Error& fault) {
  const std::string words = show_fields(fault.marked(), FieldStyle::kKeyword);
  return nb::steal(
      PyUnicode_DecodeUTF8(words.data(), static_cast<Py_ssize_t>(words.size()), "replace"));
}

template <class... Words>
void raise(const char* name, const Words&... words) {
  const nb::object type = nb::module_::import_("isoflop.errors").attr(name);
  PyErr_SetObject(type.ptr(), type(words...).ptr());
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const InvalidArgument& fault) {
    raise("InvalidArgument", words_of(fault), nb::str(fault.field().c_str()));
  } catch (const DataError& fault) {
    raise("DataError", words_of(fault));
  } catch (const Cancelled& fault) {
    raise("Cancelled", words_of(fault));
  } catch (const Error& fault) {
    raise("Error", words_of(fault));
  }
}

}  // namespace

void translate_faults() { nb::register_exception_translator(translate); }

}  // namespace isoflop::python

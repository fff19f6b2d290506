#include <cstdlib>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "isoflop/api/call.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/isoflop.h"

namespace {

std::string error_json(const char* kind, const std::string& field, const std::string& text) {
  nlohmann::ordered_json out;
  out["error"] = {{"kind", kind}, {"field", field}, {"text", text}};
  return isoflop::json_text(out);
}

/// An exception may not pass through C: it becomes part of the answer.
std::string answer(const char* request) {
  using namespace isoflop;
  try {
    return api::call(request == nullptr ? "" : request).json;
  } catch (const InvalidArgument& fault) {
    return error_json("invalid_argument", fault.field(),
                      show_fields(fault.marked(), FieldStyle::kPointer));
  } catch (const DataError& fault) {
    return error_json("data", "", show_fields(fault.marked(), FieldStyle::kPointer));
  } catch (const Error& fault) {
    return error_json("failed", "", show_fields(fault.marked(), FieldStyle::kPointer));
  } catch (const std::exception& fault) {
    return error_json("failed", "", fault.what());
  }
}

}  // namespace

extern "C" char* isoflop_call(const char* request_json) {
  const std::string text = answer(request_json);
  char* out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out != nullptr) std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

extern "C" void isoflop_free(char* text) { std::free(text); }

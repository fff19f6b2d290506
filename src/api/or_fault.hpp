// What fronts without exceptions are given: the answer, or the fault in its place.
#pragma once

#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "isoflop/error.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::api {

inline std::string fault_json(const char* kind, const std::string& field, const std::string& text) {
  nlohmann::ordered_json out;
  out["error"] = {{"kind", kind}, {"field", field}, {"text", text}};
  return json_text(out);
}

/// What work() returns, or {"error": {"kind", "field", "text"}} of what it throws.
template <class Work>
std::string or_fault(const Work& work, FieldStyle style) {
  try {
    return work();
  } catch (const InvalidArgument& fault) {
    return fault_json("invalid_argument", fault.field(), show_fields(fault.marked(), style));
  } catch (const DataError& fault) {
    return fault_json("data", "", show_fields(fault.marked(), style));
  } catch (const Error& fault) {
    return fault_json("failed", "", show_fields(fault.marked(), style));
  } catch (const std::exception& fault) {
    return fault_json("failed", "", fault.what());
  }
}

}  // namespace isoflop::api

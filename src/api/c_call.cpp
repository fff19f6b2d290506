#include <cstdlib>
#include <cstring>
#include <string>

#include "api/or_fault.hpp"
#include "isoflop/api/call.hpp"
#include "isoflop/isoflop.h"

extern "C" char* isoflop_call(const char* request_json) {
  using namespace isoflop;
  // An exception may not pass through C: it becomes part of the answer.
  const std::string text =
      api::or_fault([&] { return api::call(request_json == nullptr ? "" : request_json).json; },
                    FieldStyle::kPointer);
  char* out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out != nullptr) std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

extern "C" void isoflop_free(char* text) { std::free(text); }

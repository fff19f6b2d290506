/// Every verb by its name: a request as JSON in, its outcome as JSON out. This
/// is the way in for whatever is not C++: `isoflop run`, the C function of
/// isoflop.h, a page in a browser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"

namespace isoflop::api {

/// The names that "verb" may have.
std::vector<std::string_view> verb_names();

struct Called {
  std::string json;     ///< of the outcome, as the verb's own --json prints it
  bool usable = false;  ///< whether the outcome answers what was asked
};

/// {"verb": "plan", "law": "krajewski2024-e64", "flops": [1e21]}: each field as
/// in the verb's Request, numbers as numbers or as people write them ("70B").
/// Throws as the verb does; InvalidArgument for a verb that is not there,
/// DataError for a text that is no JSON.
Called call(std::string_view request_json, const Context& context = {});

/// Throws DataError where the request in an outcome's JSON names a file that the "inputs" beside it
/// do not hold, with the bytes that it has now: to be asked before the request of a file from a
/// stranger is answered. `origin` names that JSON. Throws as call() does for a request that is
/// none.
void require_recorded_inputs(std::string_view outcome_json, const std::string& origin);

struct Rerun {
  Called now;
  bool same_bytes = false;                  ///< the outcome is what it was, to the last byte
  std::vector<std::string> changed_inputs;  ///< paths whose bytes are not those of the first run
};

/// Does again what an outcome's JSON says that it came from. `origin` names
/// that JSON in faults. Throws DataError for a text that carries no request,
/// and as call() does.
Rerun rerun(std::string_view outcome_json, const std::string& origin, const Context& context = {});

}  // namespace isoflop::api

// The fields of a request to compare two cost tables.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/compare.hpp"

namespace isoflop::api {

inline void list_fields(FieldVisitor& f, CompareRequest& request) {
  f.file("a", request.a);
  f.file("b", request.b);
  f.flag("stages", request.stages);
}

}  // namespace isoflop::api

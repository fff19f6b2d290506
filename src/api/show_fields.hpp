// The fields of a request to show a cost table.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/show.hpp"

namespace isoflop::api {

inline void list_fields(FieldVisitor& f, ShowRequest& request) {
  f.file("cost_table", request.cost_table);
}

}  // namespace isoflop::api

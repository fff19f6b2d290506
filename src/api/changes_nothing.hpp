// Words that a request may hold for other laws too and that have no effect on this one.
#pragma once

#include <string>
#include <string_view>

#include "isoflop/api/context.hpp"
#include "isoflop/error.hpp"

namespace isoflop::api {

/// "max_regret changes nothing: why", for fields that were said; nothing for none.
class ChangesNothing {
 public:
  ChangesNothing& add(bool said, std::string_view name) {
    if (!said) return *this;
    names_ += (num_names_++ == 0 ? "" : " and ") + field(name);
    return *this;
  }
  void warn(const Context& context, const std::string& why) const {
    if (num_names_ == 0 || !context.warn) return;
    context.warn(names_ + (num_names_ == 1 ? " changes" : " change") + " nothing: " + why);
  }

 private:
  std::string names_;
  int num_names_ = 0;
};

}  // namespace isoflop::api

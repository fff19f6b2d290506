// The verbs that the page has, by a request in JSON: those that fit nothing and read no table of
// runs. The answer is {"outcome", "text", "more", "usable"}, as in text::Shown, or {"error"}.
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "api/or_fault.hpp"
#include "text/doors.hpp"

namespace {

using namespace isoflop;

auto doors() {
  using text::detail::Door;
  using text::detail::through;
  return std::array{
      Door{"plan", through<api::plan_request, api::plan>},
      Door{"frontier", through<api::frontier_request, api::frontier>},
      Door{"granularity", through<api::granularity_request, api::granularity>},
      Door{"laws", through<api::laws_request, api::laws>},
      Door{"figure", through<api::figure_request, api::figure>},
  };
}

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string answer(const char* request, bool intervals) {
  api::Context context;
  context.num_threads = 1;
  context.intervals = intervals;
  const text::Shown shown = text::detail::open(doors(), request, context);
  std::string more;
  for (const auto& [name, text] : shown.more) {
    more += (more.empty() ? "" : ", ") + quoted(name) + ": " + quoted(text);
  }
  return "{\"outcome\": " + shown.json +
         ", \"text\": " + quoted(show_fields(shown.text, FieldStyle::kFlag)) + ", \"more\": {" +
         more + "}, \"usable\": " + (shown.usable ? "true" : "false") + "}";
}

}  // namespace

/// Without intervals for an answer while somebody types. Stands until the next call.
extern "C" const char* isoflop_page(const char* request_json, bool intervals) {
  static std::string out;
  out = api::or_fault([&] { return answer(request_json, intervals); }, FieldStyle::kFlag);
  return out.c_str();
}

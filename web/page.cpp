// The verbs that a page has, by a request in JSON: those that fit nothing and read no table of
// runs; on the page that fits, "fit" and the report of an outcome as well. The answer is
// {"outcome", "text", "more", "usable"}, as in text::Shown but for what the page does not show, or
// {"error"}.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/or_fault.hpp"
#include "text/doors.hpp"

#if ISOFLOP_PAGE_FITS
#include "isoflop/text/report.hpp"
#endif

namespace {

using namespace isoflop;
using text::detail::Json;

/// The outcome alone: the page makes no text of it.
template <auto read_request, auto do_verb>
text::Shown outcome(const Json& request, const api::Context& context) {
  const auto outcome = do_verb(read_request(request), context);
  return {json_text(to_json(outcome)), "", outcome.usable(), {}};
}

/// The picture alone.
text::Shown picture(const Json& request, const api::Context& context) {
  const api::FigureOutcome outcome = api::figure(api::figure_request(request), context);
  return {"null", "", outcome.usable(), {{"svg", figure_svg(outcome.figure)}}};
}

#if ISOFLOP_PAGE_FITS
/// Of the outcome and the text that the request holds.
text::Shown report(const Json& request, const api::Context& context) {
  const std::string text = request.value("text", ""), outcome = request["outcome"].dump();
  return {"null", "", true, {{"html", text::report_html(outcome, text, context)}}};
}
#endif

auto doors() {
  using text::detail::Door;
  std::vector<Door> out{
      {"plan", text::detail::through<api::plan_request, api::plan>},
      {"granularity", outcome<api::granularity_request, api::granularity>},
      {"laws", outcome<api::laws_request, api::laws>},
      {"figure", picture},
  };
#if ISOFLOP_PAGE_FITS
  out.push_back({"fit", text::detail::through<api::fit_request, api::fit>});
  out.push_back({"report", report});
#endif
  return out;
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

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

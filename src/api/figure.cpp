#include "isoflop/api/figure.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/figure_fields.hpp"
#include "api/pictures/picture.hpp"
#include "io/formats.hpp"
#include "io/json_file.hpp"
#include "isoflop/error.hpp"
#include "isoflop/figure/figure_json.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/whole_file.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

/// Of a name that is no file: a cost table that ships for a picture of one, else a law.
PictureInput read_input(const FigureRequest& request, bool of_cost_table) {
  if (request.document) return {detail::parse_json(*request.document, "input"), "input"};
  if (request.input.empty()) {
    throw InvalidArgument("input",
                          "name a law, or the JSON of a plan, profiles, …: " + field("input"));
  }
  const bool is_file = request.input == "-" || is_there(request.input);
  if (is_file) return {detail::read_json_file(request.input), request.input};
  if (of_cost_table) return {Json{{"format", kCostFormat}}, request.input};
  return {law_to_json(find_law(request.input)), request.input};
}

std::string format_of(const PictureInput& input) {
  const bool has =
      input.json.is_object() && input.json.contains("format") && input.json["format"].is_string();
  if (!has) throw DataError(input.origin, "is no document of isoflop: it has no \"format\"");
  return input.json["format"].get<std::string>();
}

bool suits(const Picture& picture, const std::string& format) {
  const auto& formats = picture.kind.formats;
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

/// The names of those, one behind the other.
template <class Which>
std::string names_of(const std::vector<Picture>& all, Which which) {
  std::string out;
  for (const Picture& p : all) {
    if (which(p)) out += " " + std::string(p.kind.name);
  }
  return out;
}

Figure drawn(const FigureRequest& request, const Context& context) {
  const std::vector<Picture> all = pictures();
  const auto any = [](const Picture&) { return true; };
  const auto picture = std::find_if(all.begin(), all.end(),
                                    [&](const Picture& p) { return p.kind.name == request.kind; });
  if (picture == all.end()) {
    throw InvalidArgument("kind",
                          (request.kind.empty() ? "say which picture"
                                                : "there is no picture \"" + request.kind + "\"") +
                              "; there are:" + names_of(all, any));
  }
  const bool says_budgets = request.from || request.to || !request.flops.empty();
  if (says_budgets && !picture->over_budgets) {
    throw InvalidArgument(request.flops.empty() ? request.from ? "from" : "to" : "flops",
                          field("from") + ", " + field("to") + " and " + field("flops") +
                              " are for the picture" +
                              names_of(all, [](const Picture& p) { return p.over_budgets; }) +
                              ", not " + request.kind);
  }
  const PictureInput input = read_input(request, suits(*picture, std::string(kCostFormat)));
  detail::require_known_format(input.json, input.origin);
  const std::string format = format_of(input);
  if (format == kFigureFormat) {
    Figure figure = figure_from_json(input.json, input.origin);
    if (figure.kind != request.kind) {
      throw InvalidArgument(
          "kind", input.origin + " is the picture " + figure.kind + ", not " + request.kind);
    }
    return figure;
  }
  if (!suits(*picture, format)) {
    const std::string others = names_of(all, [&](const Picture& p) { return suits(p, format); });
    throw InvalidArgument(
        "kind", "there is no picture " + request.kind + " of " + input.origin + " (" + format +
                    (others.empty() ? "), nor any other" : "); there are:" + others));
  }
  try {
    return picture->draw(input, request, context);
  } catch (const Json::exception&) {
    throw DataError(input.origin,
                    "lacks something that " + format + " has, or has it in another form");
  }
}

}  // namespace

std::vector<FigureKind> figure_kinds() {
  std::vector<FigureKind> out;
  for (const Picture& p : pictures()) out.push_back(p.kind);
  return out;
}

FigureOutcome figure(const FigureRequest& asked, const Context& context) {
  const FigureRequest request = checked(asked);
  FigureOutcome out;
  out.request = asked;
  out.inputs = inputs_of(asked);
  out.figure = drawn(request, context);
  require_sound(out.figure);
  return out;
}

}  // namespace isoflop::api

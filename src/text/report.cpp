#include "isoflop/text/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "io/formats.hpp"
#include "io/json_file.hpp"
#include "isoflop/api/call.hpp"
#include "isoflop/api/figure.hpp"
#include "isoflop/api/show.hpp"
#include "isoflop/error.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/figure/table.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/call.hpp"
#include "isoflop/text/law.hpp"
#include "isoflop/text/show.hpp"

namespace isoflop::text {
namespace {

using Json = nlohmann::ordered_json;

// A report is to be mailed: half a megabyte with its JSON.
constexpr std::size_t kMostRows = 4;  ///< of the table behind a panel

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --faint: #666; --rule: #ccc; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e4e4; --paper: #161616; --faint: #a0a0a0; --rule: #444; }
}
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--rule); }
.answer { font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0 1.5rem; break-inside: avoid; }
figure > svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--faint); }
details { color: var(--faint); font-size: .85rem; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
caption { text-align: left; } th, td { padding: 0 .6rem 0 0; text-align: left; }
.said { container-type: inline-size; }
pre { font-family: ui-monospace, monospace; line-height: 1.35; white-space: pre-wrap; margin: 0; }
@page { size: A4; margin: 14mm; }
@media print { body { padding: 0; max-width: none; font-size: 10pt; } details { display: none; } }
)";

std::string text_of(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string()
             ? json[key].get<std::string>()
             : "";
}

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./:,=+%@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

/// A value of a field as words; what has no words, a table in memory, is FILE.
void add_words(const Json& value, std::vector<std::string>& out) {
  if (value.is_string()) {
    out.push_back(value.get<std::string>());
  } else if (value.is_array()) {
    for (const Json& each : value) add_words(each, out);
  } else if (value.is_object()) {
    const bool in_memory = std::any_of(value.begin(), value.end(),
                                       [](const Json& each) { return each.is_structured(); });
    if (in_memory) return out.push_back("FILE");
    for (const auto& [key, each] : value.items()) {
      out.push_back(key + "=" + (each.is_string() ? each.get<std::string>() : each.dump()));
    }
  } else {
    out.push_back(value.dump());
  }
}

/// A word of a stranger that would be read as a flag.
bool is_like_flag(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !parse_number(word);
}

/// " FILE": names of files and laws, which stand without a flag.
std::string plain_words(const Json& value) {
  std::vector<std::string> words;
  add_words(value, words);
  std::string out;
  for (const std::string& word : words) {
    out += " " + shell_word(is_like_flag(word) ? "./" + word : word);  // the same file
  }
  return out;
}

/// " --flag VALUE ...".
std::string flag_words(const std::string& flag, const Json& value) {
  if (value == true) return " " + shell_word(flag);
  std::vector<std::string> words;
  add_words(value, words);
  const bool apart = std::any_of(words.begin(), words.end(), is_like_flag);
  std::string out = apart ? "" : " " + shell_word(flag);
  for (const std::string& word : words) {
    out += " " + shell_word(apart ? flag + "=" + word : word);
  }
  return out;
}

struct Picture {
  std::string kind;
  Figure figure;
};

/// Those that there are of such a document; a document may lack what one needs, such as its runs.
std::vector<Picture> pictures_of(const std::string& json, const std::string& format,
                                 const api::Context& context) {
  std::vector<Picture> out;
  for (const api::FigureKind& kind : api::figure_kinds()) {
    if (std::find(kind.formats.begin(), kind.formats.end(), format) == kind.formats.end()) continue;
    api::FigureRequest request;
    request.kind = kind.name;
    request.document = json;
    try {
      Picture next{request.kind, api::figure(request, context).figure};
      if (!next.figure.panels.empty()) out.push_back(std::move(next));
    } catch (const Cancelled&) {
      throw;
    } catch (const Error&) {
      continue;
    }
  }
  return out;
}

std::string picture_html(const Picture& picture) {
  return fmt::format(
      "<figure>\n{}<details><summary>The numbers</summary>\n{}</details>\n</figure>\n",
      figure_svg(picture.figure, picture.kind), figure_html_table(picture.figure, kMostRows));
}

std::string row(std::string_view name, const std::string& value) {
  return value.empty() ? ""
                       : fmt::format("<dt>{}</dt><dd>{}</dd>\n", xml_text(name), xml_text(value));
}

std::string verdict_of(const Json& json) {
  return json.contains("fit") ? text_of(json["fit"], "verdict") : "";
}

/// The verdict of a fit, and the words that answer its questions with what stands behind them.
std::string verdict_html(const Json& json) {
  if (verdict_of(json).empty()) return "";
  std::string out =
      "<h2>What it rests on</h2>\n<dl>\n" + row("verdict", verdict_text(verdict_of(json)));
  const Json& fit = json["fit"];
  if (fit.contains("questions") && fit["questions"].is_object()) {
    for (const auto& [name, answer] : fit["questions"].items()) {
      std::string said = text_of(answer, "word");
      if (answer.is_object() && answer.contains("why") && answer["why"].is_array()) {
        for (const Json& why : answer["why"]) {
          if (why.is_string())
            said += ": " + show_fields(why.get<std::string>(), FieldStyle::kFlag);
        }
      }
      out += row(name, said);
    }
  }
  return out + "</dl>\n";
}

std::string made_html(const Json& json) {
  std::string out = "<h2>How it was made</h2>\n<dl>\n";
  const bool asked = json.contains("request") && json["request"].is_object();
  if (asked) {
    out += fmt::format("<dt>command</dt><dd><code>{}</code></dd>\n",
                       xml_text(command_of(json_text(json["request"]))));
  }
  out += row("version", text_of(json, "isoflop_version"));
  if (asked && json["request"].contains("seed")) out += row("seed", json["request"]["seed"].dump());
  if (json.contains("inputs") && json["inputs"].is_array()) {
    for (const Json& input : json["inputs"]) {
      out += row("read", text_of(input, "path") + ", sha256 " + text_of(input, "sha256"));
    }
  }
  return out + "</dl>\n";
}

std::string said_html(std::string_view text) {
  if (text.empty()) return "";
  constexpr std::size_t kFewest = 80, kMost = 150;  // columns; longer lines are broken
  constexpr double kPerWidth = 164.0;  // hundredths of the width that a column of this size takes
  std::size_t columns = kFewest;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    columns = std::clamp(end - begin, columns, std::max(columns, kMost));
    begin = end + 1;
  }
  return fmt::format(
      "<h2>The report</h2>\n<div class=\"said\"><pre style=\"font-size: min(.85rem, "
      "{:.3g}cqw)\">{}</pre></div>\n",
      kPerWidth / static_cast<double>(columns), xml_text(text));
}

/// JSON that may stand in a <script>: no text in it can end the element.
std::string sealed(const std::string& json) {
  std::string out;
  for (const char c : json) c == '<' ? out += "\\u003c" : out += c;
  return out;
}

}  // namespace

std::string command_of(std::string_view request_json) {
  const Json request = detail::parse_json(request_json, "request");
  std::string verb = text_of(request, "verb");
  std::replace(verb.begin(), verb.end(), '_', '-');
  // What a verb takes without a flag.
  constexpr std::array<std::string_view, 3> kOfRuns{"fit", "backtest", "sensitivity"};
  const bool of_runs = std::find(kOfRuns.begin(), kOfRuns.end(), verb) != kOfRuns.end();
  const std::vector<std::string_view> plain =
      of_runs               ? std::vector<std::string_view>{"file"}
      : verb == "next-runs" ? std::vector<std::string_view>{}
                            : std::vector<std::string_view>{"kind", "input", "file", "law", "name"};
  std::string out = "isoflop " + shell_word(verb), flags;
  for (const auto& [name, value] : request.items()) {
    if (name == "verb" || value.is_null() || value == false) continue;
    if (std::find(plain.begin(), plain.end(), name) != plain.end()) {
      out += plain_words(value);
      continue;
    }
    std::string flag = name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    flags += flag_words("--" + flag, value);
  }
  return out + flags;
}

std::string report_html(std::string_view document, std::string_view text,
                        const api::Context& context) {
  const Json json = detail::parse_json(document, "report");
  const std::string format = text_of(json, "format");
  if (format.empty()) throw DataError("report", "is no document of isoflop: it has no \"format\"");
  detail::require_known_format(json, "report");
  const std::string own_text = json_text(json), said = show_fields(text, FieldStyle::kFlag);
  const std::vector<Picture> pictures = pictures_of(own_text, format, context);
  const std::string verb = json.contains("request") ? text_of(json["request"], "verb") : "";
  const std::string subject = text_of(json, "law");
  std::string title = "isoflop";
  for (const std::string* part : {&verb, &subject}) title += part->empty() ? "" : " · " + *part;
  const std::string verdict = verdict_of(json);
  std::string answer =
      pictures.empty() ? said.substr(0, said.find('\n')) : pictures.front().figure.description;
  if (!verdict.empty()) answer += " The fit is " + verdict_text(verdict) + ".";
  std::string body = fmt::format("<h1>{}</h1>\n<p class=\"answer\">{}</p>\n",
                                 xml_text(pictures.empty() ? title : pictures.front().figure.title),
                                 xml_text(answer)) +
                     verdict_html(json);
  if (!pictures.empty()) body += "<h2>Pictures</h2>\n";
  for (const Picture& picture : pictures) body += picture_html(picture);
  body += said_html(said) + made_html(json);

  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n"
      "<script type=\"application/json\" id=\"isoflop\">\n{}</script>\n</body>\n</html>\n",
      xml_text(title), kStyle, body,
      sealed(json.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

std::string report_of(const std::string& path_or_law, const api::Context& context) {
  std::error_code ignored;
  const bool is_file = path_or_law == "-" || std::filesystem::exists(path_or_law, ignored);
  const Json json =
      is_file ? detail::read_json_file(path_or_law) : law_to_json(find_law(path_or_law));
  detail::require_known_format(json, path_or_law);
  const std::string format = text_of(json, "format");
  if (format.empty()) {
    throw DataError(path_or_law, "is no document of isoflop: it has no \"format\"");
  }
  const std::string made = json_text(json);
  std::string text;
  try {
    if (format == kLawFormat || format == kFirstLawFormat) {
      const Json request{{"verb", "laws"}, {"name", path_or_law}};
      text = text::call(json_text(request), context).text;
    } else if (format == kCostFormat) {
      text = show(api::show({path_or_law}, context));
    } else if (json.contains("request")) {
      api::require_recorded_inputs(made, path_or_law);
      const Shown again = text::call(json_text(json["request"]), context);
      if (again.json == made) text = again.text;
    }
  } catch (const Cancelled&) {
    throw;
  } catch (const Error&) {
    text.clear();
  }
  if (text.empty() && context.warn) {
    context.warn(path_or_law +
                 " does not come out again as it is: the report has its pictures, not its text");
  }
  return report_html(made, text, context);
}

}  // namespace isoflop::text

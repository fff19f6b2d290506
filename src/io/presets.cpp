#include <algorithm>
#include <nlohmann/json.hpp>

#include "embedded_texts.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/whole_file.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "json_file.hpp"

namespace isoflop {

const std::vector<LawRecord>& preset_laws() {
  static const std::vector<LawRecord> laws = [] {
    std::vector<LawRecord> out;
    for (const detail::EmbeddedText& preset : detail::preset_texts()) {
      const std::string origin = "published law " + std::string(preset.name);
      out.push_back(law_from_json(detail::parse_json(preset.text, origin), origin));
      out.back().published = true;
      // What their papers give; the files that ship do not repeat it.
      if (facts_of(out.back().law).predicts_loss()) out.back().loss_unit = kNatsPerToken;
    }
    std::sort(out.begin(), out.end(),
              [](const LawRecord& a, const LawRecord& b) { return a.name < b.name; });
    return out;
  }();
  return laws;
}

LawRecord find_law(const std::string& name_or_path) {
  if (name_or_path.empty()) {
    throw InvalidArgument("law", "name a law: a published one or a file");
  }
  std::string known;
  for (const LawRecord& law : preset_laws()) {
    if (law.name == name_or_path) return law;
    known += " " + law.name;
  }
  if (name_or_path != "-" && !is_there(name_or_path)) {
    throw DataError(name_or_path,
                    "is neither a file nor a published law; published laws are:" + known);
  }
  return read_law_file(name_or_path);
}

}  // namespace isoflop

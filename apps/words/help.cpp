#include "apps/words/help.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

namespace isoflop::app {
namespace {

/// The words of a text in lines of at most `width` letters.
std::string folded(const std::string& text, std::size_t width) {
  std::istringstream in(text);
  std::string out;
  std::size_t used = 0;
  for (std::string word; in >> word;) {
    const bool fits = used == 0 || used + 1 + word.size() <= width;
    if (used > 0) out += fits ? " " : "\n";
    used = fits && used > 0 ? used + 1 + word.size() : word.size();
    out += word;
  }
  return out;
}

class FoldedFormatter final : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_position) const override {
    return row(make_option_name(option, is_position) + make_option_opts(option),
               make_option_desc(option));
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return row(command->get_display_name(true), command->get_description());
  }

 private:
  std::string row(const std::string& name, const std::string& about) const {
    const std::size_t indent = get_column_width();
    std::stringstream out;
    CLI::detail::format_help(out, name, folded(about, kHelpWidth - indent), indent);
    return out.str();
  }
};

}  // namespace

void fold_help(CLI::App& parser) { parser.formatter(std::make_shared<FoldedFormatter>()); }

}  // namespace isoflop::app

// A command line as a form: every option fills in one field of a request with the words that were
// typed. What the words mean is for the door of the verb to say; nothing here reads a number.
// form.cpp, help.cpp and program.cpp are the only files that know CLI11.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "apps/words/command_words.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

/// How an option is shown and what it fills in.
struct Option {
  const char* flags;  ///< as CLI11 has them: "--flops", "-o,--output", or "FILE" for a position
  std::string help;
  const char* type = "";  ///< "X"; none is shown where it is empty
  const char* group = "Options";
  const char* field = "";  ///< of the request; the long flag with underscores where it is empty
  ValueNames values = nullptr;  ///< what a shell may complete, beside the words that `type` lists
};

class Form {
 public:
  explicit Form(CLI::App& command);
  ~Form();
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;

  /// One word.
  void word(const Option& option);
  /// One word that has to be there.
  void required_word(const Option& option);
  /// All words up to the next flag, the flag perhaps several times.
  void words(const Option& option);
  /// The same; one has to be there.
  void required_words(const Option& option);
  /// One word each time that the flag stands there.
  void each(const Option& option);
  /// A flag without a word: true.
  void flag(const Option& option);
  /// Words of the form alone, which are no field of the request: where a file goes, how it is
  /// shown.
  void own_word(const Option& option);
  void own_flag(const Option& option);
  /// An own word that names a file to be written.
  void output(const Option& option);

  /// Of two options that were added, by their flags, only one may be typed.
  void exclusive(const char* flag, const char* other);

  /// LAW, or --law LAW.
  void law(const std::string& help_of_position, ValueNames values = nullptr);
  /// The last word of these fields' lists is the word of `position` where that is missing and the
  /// word `belongs` to no list: `plan --flops 1e21 LAW`.
  void reclaim(const char* position, std::vector<const char*> lists,
               bool (*belongs)(const std::string&));
  /// From the first word of this list on that names something, its words are those of the list
  /// `position`: `consensus --flops 1e21 LAW LAW`.
  void reclaim_all(const char* position, const char* list, bool (*names)(const std::string&));
  /// All words are for another program, --help too.
  void pass_on();
  std::vector<std::string> passed_on() const;
  /// --config FILE: what it says of these fields stands in the request where nothing was typed.
  void settings(std::vector<std::string_view> names);
  /// --quiet, unless all words are for another program.
  void quiet();
  /// Ends the help.
  void footer(const std::string& text);

  /// Every option in the order of the help, for completion and manual pages.
  const std::vector<OptionWords>& options() const { return options_; }
  bool passes_on() const { return passes_on_; }

  /// What was typed, as a request in JSON: words as texts, repeated ones as lists of texts, of
  /// several options with one field in the order of the options. Throws InvalidArgument where LAW
  /// is said twice or not at all.
  nlohmann::ordered_json request();
  /// Throws InvalidArgument where what one option is to write is a file that another word names: it
  /// would be gone.
  void require_outputs_apart() const;
  /// Of own_word and own_flag, by field.
  std::string own(std::string_view field) const;
  bool has_own(std::string_view field) const;

 private:
  struct Field;
  Field& add(const Option& option, OptionUse use);

  CLI::App& command_;
  std::vector<OptionWords> options_;
  std::vector<std::string_view> settings_;
  std::vector<std::unique_ptr<Field>> fields_;
  std::vector<std::function<void()>> reclaims_;
  bool takes_law_ = false;
  bool passes_on_ = false;
};

bool is_list_of_numbers(const std::string& word);
bool is_pair(const std::string& word);
/// Begins with anything but a digit, a sign, a point or a comma.
bool is_name(const std::string& word);

}  // namespace isoflop::app

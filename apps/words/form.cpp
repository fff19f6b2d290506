#include "apps/words/form.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/words/config.hpp"
#include "apps/words/terminal.hpp"
#include "io/in_quotes.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"

namespace isoflop::app {
namespace {

/// "max_memory_gb" of "--max-memory-gb", "output" of "-o,--output", "name" of "NAME".
std::string field_of(const Option& option) {
  if (*option.field != '\0') return option.field;
  std::string name = option.flags;
  name = name.substr(name.find("--") == std::string::npos ? 0 : name.find("--") + 2);
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::tolower(c));
  return name;
}

/// As it is typed: "FILE" of a position, the first of several flags.
const std::string& typed(const OptionWords& option) {
  return option.flags.empty() ? option.position : option.flags.front();
}

/// Whether both paths lead to one file that is there. Nothing is lost in a device or a pipe.
bool is_one_file(const std::string& path, const std::string& other) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) &&
         std::filesystem::equivalent(path, other, ignored);
}

/// Whether both would be: paths of files that are not there yet.
bool will_be_one_file(const std::string& path, const std::string& other) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (fs::exists(path, fault) || fs::exists(other, fault)) return false;
  const fs::path one = fs::weakly_canonical(fs::absolute(path, fault), fault);
  return !one.empty() && one == fs::weakly_canonical(fs::absolute(other, fault), fault);
}

}  // namespace

/// What one option was given. CLI11 fills in one of the three.
struct Form::Field {
  std::string name;
  bool own = false;     // of the form, not of the request
  bool many = false;    // a list even of one word
  bool output = false;  // a file that is written
  std::string word;
  std::vector<std::string> words;
  bool is_set = false;

  /// Whether the file that is written here is one that the other, shown so, reads or writes as
  /// well.
  bool overwrites(const Field& other, const OptionWords& shown) const {
    if (!output || !is_file(word)) return false;
    if (other.output) {
      return is_file(other.word) &&
             (is_one_file(word, other.word) || will_be_one_file(word, other.word));
    }
    const auto is_read = [&](const std::string& path) {
      if (!is_one_file(word, path)) return false;
      // A fixed word names no file; the name of a law may be that of one.
      const std::vector<std::string> fixed = fixed_values_of(shown);
      return std::find(fixed.begin(), fixed.end(), path) == fixed.end();
    };
    return is_read(other.word == "-" ? "/dev/stdin" : other.word) ||
           std::any_of(other.words.begin(), other.words.end(), is_read);
  }
};

Form::Form(CLI::App& command) : command_(command) {}
Form::~Form() = default;

Form::Field& Form::add(const Option& option, OptionUse use) {
  fields_.push_back(std::make_unique<Field>());
  fields_.back()->name = field_of(option);
  fields_.back()->many = use.is_list || use.is_often;
  OptionWords& words = options_.emplace_back();
  const std::string flags = option.flags;
  if (flags.starts_with("-")) {
    words.flags = split_at_commas(flags);
  } else {
    words.position = flags;
  }
  words.help = option.help;
  words.type = option.type;
  words.group = option.group;
  words.use = use;
  words.values = option.values;
  return *fields_.back();
}

namespace {

void show(CLI::Option& made, const Option& option) {
  if (*option.type != '\0') made.type_name(option.type);
  made.group(option.group);
  // Most often a variable of a shell that is not set: not the same as an option that is not given.
  made.check(CLI::Validator(
      [](std::string& word) { return word.empty() ? "is given an empty word" : std::string(); },
      ""));
}

}  // namespace

void Form::word(const Option& option) {
  show(*command_.add_option(option.flags, add(option, {}).word, option.help), option);
}

void Form::required_word(const Option& option) {
  Field& field = add(option, {.is_required = true});
  CLI::Option* made = command_.add_option(option.flags, field.word, option.help);
  show(*made, option);
  made->required();
}

void Form::words(const Option& option) {
  Field& field = add(option, {.is_list = true});
  show(*command_.add_option(option.flags, field.words, option.help)->take_all(), option);
}

void Form::required_words(const Option& option) {
  Field& field = add(option, {.is_required = true, .is_list = true});
  CLI::Option* made = command_.add_option(option.flags, field.words, option.help);
  show(*made, option);
  made->required()->take_all();
}

void Form::each(const Option& option) {
  Field& field = add(option, {.is_often = true});
  CLI::Option* made = command_.add_option(option.flags, field.words, option.help);
  show(*made->take_all()->allow_extra_args(false), option);
}

void Form::flag(const Option& option) {
  Field& field = add(option, {.takes_word = false});
  command_.add_flag(option.flags, field.is_set, option.help)->group(option.group);
}

void Form::own_word(const Option& option) {
  word(option);
  fields_.back()->own = true;
}

void Form::own_flag(const Option& option) {
  flag(option);
  fields_.back()->own = true;
}

void Form::output(const Option& option) {
  own_word(option);
  fields_.back()->output = true;
}

void Form::exclusive(const char* flag, const char* other) {
  command_.get_option(flag)->excludes(command_.get_option(other));
}

void Form::law(const std::string& help_of_position, ValueNames values) {
  takes_law_ = true;
  word({"LAW", help_of_position, "", "Options", "law", values});
  word({"--law", "the same, as an option", "LAW", "Options", "", values});
}

void Form::settings(std::vector<std::string_view> names) {
  settings_ = std::move(names);
  own_word({"--config", "fields of requests that stand where nothing else is typed", "FILE.json"});
}

void Form::quiet() {
  if (!passes_on_) own_flag({"--quiet", "no warnings and no progress on standard error"});
}

void Form::reclaim(const char* position, std::vector<const char*> lists,
                   bool (*belongs)(const std::string&)) {
  reclaims_.push_back([this, position, lists = std::move(lists), belongs] {
    std::string* place = nullptr;
    for (const auto& field : fields_) {
      if (field->many || field->name != position) continue;
      if (!field->word.empty()) return;
      if (place == nullptr) place = &field->word;
    }
    for (const char* list : lists) {
      for (const auto& field : fields_) {
        std::vector<std::string>& words = field->words;
        if (field->name != list || words.size() < 2 || belongs(words.back())) continue;
        *place = words.back();
        words.pop_back();
        return;
      }
    }
  });
}

void Form::reclaim_all(const char* position, const char* list, bool (*names)(const std::string&)) {
  reclaims_.push_back([this, position, list, names] {
    std::vector<std::string>*to = nullptr, *from = nullptr;
    for (const auto& field : fields_) {
      if (to == nullptr && field->name == position) to = &field->words;
      if (field->name == list) from = &field->words;
    }
    const auto first = std::find_if(from->begin(), from->end(), names);
    if (first == from->begin()) return;
    to->insert(to->end(), first, from->end());
    from->erase(first, from->end());
  });
}

void Form::pass_on() {
  passes_on_ = true;
  command_.set_help_flag();
  command_.prefix_command();
}

std::vector<std::string> Form::passed_on() const { return command_.remaining(); }

void Form::footer(const std::string& text) { command_.footer(text); }

nlohmann::ordered_json Form::request() {
  for (const auto& reclaim : reclaims_) reclaim();
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& field : fields_) {
    if (field->own) continue;
    if (field->is_set) {
      out[field->name] = true;
    } else if (field->many && !field->words.empty()) {
      nlohmann::ordered_json& list = out[field->name];
      for (const std::string& word : field->words) list.push_back(word);
    } else if (!field->word.empty()) {
      if (takes_law_ && field->name == "law" && out.contains("law")) {
        throw InvalidArgument(
            "law", "name one law: as LAW or as " + isoflop::field("law") + " LAW, not both");
      }
      out[field->name] = field->word;
    }
  }
  if (has_own("config")) {
    const nlohmann::ordered_json settings = read_config(own("config"), settings_);
    for (const auto& field : fields_) {
      if (!field->own) add_setting(settings, field->name, out);
    }
  }
  if (takes_law_ && !out.contains("law")) {
    throw InvalidArgument("law", "name a law: a published one or a file");
  }
  return out;
}

void Form::require_outputs_apart() const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    for (std::size_t j = 0; j < fields_.size(); ++j) {
      if (j == i || !fields_[i]->overwrites(*fields_[j], options_[j])) continue;
      throw InvalidArgument(typed(options_[i]) + " and " + typed(options_[j]) + " both name " +
                            in_quotes(fields_[i]->word) +
                            ", which would be overwritten; write to another file");
    }
  }
}

std::string Form::own(std::string_view name) const {
  for (const auto& field : fields_) {
    if (field->own && field->name == name) return field->word;
  }
  return "";
}

bool Form::has_own(std::string_view name) const {
  for (const auto& field : fields_) {
    if (field->own && field->name == name) return field->is_set || !field->word.empty();
  }
  return false;
}

bool is_list_of_numbers(const std::string& word) {
  return word.find_first_not_of("0123456789.,+-eEkKmMbBtT ") == std::string::npos;
}

bool is_name(const std::string& word) {
  return !word.empty() && word.find_first_of("0123456789+-.,") != 0;
}

bool is_pair(const std::string& word) { return word.find('=') != std::string::npos; }

}  // namespace isoflop::app

#include "apps/words/command_words.hpp"

#include <algorithm>
#include <cctype>

namespace isoflop::app {

std::vector<std::string> fixed_values_of(const OptionWords& option) {
  std::vector<std::string> out;
  const std::string& type = option.type;
  for (std::size_t begin = 0; type.find('|') != std::string::npos && begin <= type.size();) {
    const std::size_t end = std::min(type.find('|', begin), type.size());
    const std::string word = type.substr(begin, end - begin);
    const bool is_placeholder =
        std::any_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c) != 0; });
    if (!word.empty() && !is_placeholder) out.push_back(word);
    begin = end + 1;
  }
  return out;
}

std::vector<std::string> values_of(const OptionWords& option) {
  std::vector<std::string> out = fixed_values_of(option);
  if (option.values == nullptr) return out;
  for (std::string& name : option.values()) out.push_back(std::move(name));
  return out;
}

bool takes_file(const OptionWords& option) {
  const std::string& word = option.position.empty() ? option.type : option.position;
  return word.find("FILE") != std::string::npos || word.find(".json") != std::string::npos ||
         word.find("LAW") != std::string::npos;
}

}  // namespace isoflop::app

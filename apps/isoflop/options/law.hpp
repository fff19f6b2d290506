// The law that a command line names, with the conventions that it settles.
#pragma once

#include <optional>
#include <string>

#include "isoflop/laws/law_record.hpp"
#include "isoflop/text/law.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

/// LAW or --law LAW, and what may be said about its numbers.
struct LawArguments {
  std::string positional, option;
  std::string n_means, expansion;
  bool accept_unconverged = false;

  void add_law(CLI::App& command);
  void add_conventions(CLI::App& command);
  /// The words as typed. Throws UsageError unless exactly one law is named.
  std::string name() const;
  /// The law with n_means and expansion filled in. Throws UsageError where they contradict the law,
  /// Error for a fit that did not converge, unless that is accepted.
  LawRecord load() const;
};

using text::describe_origin;
using text::human_interval;
using text::notes_on_fit;

}  // namespace isoflop::app

// The law that a command line names, with the conventions that it settles.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/laws/law_record.hpp"

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

/// "published", "given", or that it is a fit with its verdict (its status in files without one),
/// for the head of a report.
std::string describe_origin(const LawRecord& law);

/// What the law's file says against relying on it, one line each: a verdict that is not certified
/// with its reasons, coefficients on a bound, warnings of the fit.
std::vector<std::string> notes_on_fit(const LawRecord& law);

/// "1.2B - 3.4B", each end as human_number writes it or with so many decimals; "-" for none.
std::string human_interval(const EstimatedInterval& interval,
                           std::optional<int> decimals = std::nullopt);

}  // namespace isoflop::app

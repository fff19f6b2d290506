// The runs that a command line names, and how a law is to be fitted to them: the options that every
// command which fits has in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isoflop/fit/options.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/law_record.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct FitArguments;

/// FILE and which of its columns and rows count.
struct RecordArguments {
  std::string file;
  std::vector<std::string> columns, where, best_of;
  std::string loss_unit = "nats", bytes_per_token;

  void add(CLI::App& command);
  /// Takes FILE back from a list that it was typed behind. Throws UsageError if there is none.
  void settle(FitArguments& fit);
  RecordOptions options() const;
  /// Of the tokenizer, where that was said.
  std::optional<double> bytes() const;
  /// The rows with every variable that one of these laws needs.
  Records read(const std::vector<AnyLaw>& laws) const { return read(laws, options()); }
  Records read(const std::vector<AnyLaw>& laws, const RecordOptions& how) const;
};

/// What the numbers of the runs mean.
struct ConventionArguments {
  std::string n_means, expansion;

  void add(CLI::App& command);
  /// A record without coefficients, with the conventions that were said.
  LawRecord record(const AnyLaw& law) const;
};

/// Objective, held coefficients and starts.
struct FitArguments {
  std::string huber_delta = "1e-3", residual = "log";
  std::vector<std::string> fix, tie;
  std::string starts, seed = "1", threads = "0";

  void add(CLI::App& command);
  FitOptions options() const;
};

}  // namespace isoflop::app

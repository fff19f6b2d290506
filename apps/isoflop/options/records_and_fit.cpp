#include "apps/isoflop/options/records_and_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <limits>
#include <numbers>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::app {
namespace {

CLI::Option* option(CLI::App& command, const char* name, auto& target, const char* help,
                    const char* type) {
  return command.add_option(name, target, help)->type_name(type);
}

}  // namespace

void RecordArguments::add(CLI::App& command) {
  command.add_option("FILE", file, "the runs: .csv with a header, .tsv or .jsonl");
  option(command, "--column", columns,
         "which column holds what: n, d, g and what else the law has ('isoflop laws NAME'), loss, "
         "weight, group (defaults N, D, G, ..., loss, weight, group)",
         "K=COL ...")
      ->take_all();
  option(command, "--where", where,
         "use rows that meet this; also !=, <, >, <=, >=; may be repeated", "'COL=VALUE'")
      ->take_all()
      ->allow_extra_args(false);
  option(command, "--best-of", best_of,
         "of rows alike in these columns keep the one of lowest loss", "COL,COL,...")
      ->take_all()
      ->allow_extra_args(false);
  option(command, "--loss-unit", loss_unit,
         "of the loss column: nats per token (default), or bits-per-byte with --bytes-per-token",
         "nats|bits-per-byte");
  option(command, "--bytes-per-token", bytes_per_token,
         "of the tokenizer on these data; kept in the law file", "X");
}

std::optional<double> RecordArguments::bytes() const {
  if (bytes_per_token.empty()) return std::nullopt;
  return positive_argument("--bytes-per-token", bytes_per_token);
}

void RecordArguments::settle(FitArguments& fit) {
  for (std::vector<std::string>* words : {&columns, &fit.fix, &fit.tie}) {
    reclaim_positional(file, *words, is_pair);
  }
  if (file.empty()) throw UsageError("name the FILE that holds the runs");
}

RecordOptions RecordArguments::options() const {
  RecordOptions out;
  if (loss_unit == "bits-per-byte") {
    if (!bytes()) {
      throw UsageError(
          "bits per byte become nats per token only with the tokenizer's --bytes-per-token");
    }
    out.loss_unit = std::numbers::ln2 * *bytes();
  } else if (loss_unit != "nats") {
    throw UsageError(
        fmt::format("--loss-unit: \"{}\" is neither nats nor bits-per-byte", loss_unit));
  }
  for (auto& [key, column] : pair_arguments("--column", columns)) out.columns[key] = column;
  for (const std::string& text : where) out.where.push_back(parse_condition(text));
  for (const std::string& word : best_of) {
    for (std::size_t begin = 0; begin <= word.size();) {
      const std::size_t comma = std::min(word.find(',', begin), word.size());
      if (comma == begin) {
        throw UsageError(fmt::format("--best-of: \"{}\" has an empty place for a column", word));
      }
      out.best_of.push_back(word.substr(begin, comma - begin));
      begin = comma + 1;
    }
  }
  return out;
}

Records RecordArguments::read(const std::vector<AnyLaw>& laws, const RecordOptions& how) const {
  RecordOptions options = how;
  std::vector<Variable> needed;
  for (const AnyLaw& law : laws) {
    visit_law(law, [&](const auto& own) {
      const std::string key(target_of(own).key);
      if (&law != &laws.front() && key != options.target) {
        throw UsageError(fmt::format("{} gives {}, {} gives {}: they cannot be compared",
                                     laws.front().name(), options.target, law.name(), key));
      }
      options.target = key;
      for (const Variable v : variables_of(own)) {
        if (std::find(needed.begin(), needed.end(), v) == needed.end()) needed.push_back(v);
      }
    });
  }
  return read_records(file, options, needed);
}

void ConventionArguments::add(CLI::App& command) {
  option(command, "--n-means", n_means,
         "what N counts: total_non_embedding, active_non_embedding, total, active, dense or "
         "unspecified (default)",
         "MEANING");
  option(command, "--expansion", expansion, "expansion rate E of the runs; 1 is dense", "E");
}

LawRecord ConventionArguments::record(const AnyLaw& law) const {
  LawRecord out;
  out.law = law;
  if (!n_means.empty()) out.n_means = parse_n_meaning(n_means);
  if (!expansion.empty()) {
    out.expansion = number_argument("--expansion", expansion);
    if (*out.expansion < 1.0) throw UsageError("--expansion must be at least 1");
  }
  visit_law(law, [&](const auto& own) {
    for (const Variable v : variables_of(own)) {
      if (v != Variable::kG) continue;
      out.g_means = target_of(own).key == kLossTarget.key ? GMeaning::kDffOverDexpert
                                                          : GMeaning::kUnspecified;
    }
  });
  return out;
}

void FitArguments::add(CLI::App& command) {
  option(
      command, "--huber-delta", huber_delta,
      "where the loss turns from squares to absolute values (default 1e-3); inf is least squares",
      "X|inf");
  option(command, "--residual", residual, "difference of log losses (default) or of losses",
         "log|raw");
  option(command, "--fix", fix, "hold a coefficient at a value", "NAME=X ...")->take_all();
  option(command, "--tie", tie, "let two coefficients take one value", "NAME=NAME ...")->take_all();
  option(command, "--starts", starts,
         "start from a seeded sample of this size instead of the law's default", "K");
  option(command, "--seed", seed, "seed of all that is random (default 1)", "S");
  option(command, "--threads", threads,
         "0 (default): one per core; the result does not depend on it", "T");
}

FitOptions FitArguments::options() const {
  FitOptions out;
  out.huber_delta = huber_delta == "inf" ? std::numeric_limits<double>::infinity()
                                         : positive_argument("--huber-delta", huber_delta);
  if (residual != "log" && residual != "raw") {
    throw UsageError(fmt::format("--residual: \"{}\" is neither log nor raw", residual));
  }
  out.residual = residual == "log" ? Residual::kLog : Residual::kRaw;
  for (const auto& [name, value] : pair_arguments("--fix", fix)) {
    out.fixed[name] = number_argument("--fix " + name, value);
  }
  for (auto& [a, b] : pair_arguments("--tie", tie)) out.tied.emplace_back(a, b);
  out.seed = count_argument("--seed", seed, 0);
  constexpr unsigned long long kMostThreads = 4096;
  const unsigned long long num_threads = count_argument("--threads", threads, 0);
  if (num_threads > kMostThreads) throw UsageError("--threads: at most 4096");
  out.num_threads = static_cast<unsigned>(num_threads);
  if (!starts.empty()) {
    constexpr unsigned long long kMost = 10'000'000;
    out.num_starts = count_argument("--starts", starts, 1);
    if (*out.num_starts > kMost) throw UsageError("--starts: at most 10M");
  }
  return out;
}

}  // namespace isoflop::app

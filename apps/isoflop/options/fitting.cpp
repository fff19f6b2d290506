#include "apps/isoflop/options/fitting.hpp"

#include "apps/isoflop/options/values.hpp"

namespace isoflop::app {

void runs_options(Form& form) {
  form.word({"FILE",
             "the runs: .csv with a header, .tsv, .json, .jsonl or .md, also .gz; - is "
             "standard input"});
  form.word({"--format", "of FILE, where its name does not say", "csv|tsv|json|jsonl|md"});
  form.words(
      {"--column",
       "which column holds what: n, d, g and what else the law has ('isoflop laws NAME'), "
       "loss, weight, group (defaults N, D, G, ..., loss, weight, group, then by their usual "
       "names); a column or an expression such as 'd=C/(6*N)'",
       "K=COL ..."});
  form.each({"--where", "use rows that meet this; also !=, <, >, <=, >=; may be repeated",
             "'COL=VALUE'"});
  form.each(
      {"--best-of", "of rows alike in these columns keep the one of lowest loss", "COL,COL,..."});
  form.word({"--last-of", "of the rows of each run, named by this column, keep the last", "COL"});
  form.word({"--melt", "make rows of the columns across of a wide table, whose fields are VALUE",
             "[ACROSS=]VALUE"});
  form.flag({"--strict", "refuse what would have to be guessed, and say what to write"});
  form.word({"--loss-unit",
             "of the loss column; bits-per-byte take --bytes-per-token, bits-per-character and "
             "other:NAME stay as they are; unsaid it is taken for nats per token",
             "nats|bits-per-token|bits-per-byte|bits-per-character|perplexity|other:NAME"});
  form.word({"--bytes-per-token", "of the tokenizer on these data; kept in the law file", "X"});
  form.reclaim("file", {"column", "fix", "tie"}, is_pair);
}

void run_conventions_options(Form& form) {
  form.word({"--n-means",
             "what N counts: total_non_embedding, active_non_embedding, total, active, dense or "
             "unspecified (default)",
             "MEANING", "Options", "", n_meanings});
  form.word({"--expansion", "expansion rate E of the runs; 1 is dense", "E"});
}

void expert_count_options(Form& form) {
  form.word(
      {"--k0", "experts per token before splitting, K = k0 G; laws of experts hold for 1", "X"});
  form.word({"--num-experts", "E' = E G: actual number of experts per block", "X"});
  form.word({"--top-k", "K = k0 G: experts that each token goes to", "X"});
  form.word({"--expert-width", "n = d_ff / G: refused here, because d_ff is chosen", "X"});
}

void fit_options(Form& form) {
  form.word({"--huber-delta",
             "where the loss turns from squares to absolute values (default 1e-3); inf is least "
             "squares",
             "X|inf"});
  form.word({"--residual", "difference of log losses (default) or of losses", "log|raw"});
  form.words({"--fix", "hold a coefficient at a value", "NAME=X ..."});
  form.words({"--tie", "let two coefficients take one value", "NAME=NAME ..."});
  form.word(
      {"--starts", "start from a seeded sample of this size instead of the law's default", "K"});
  form.flag(
      {"--all-starts", "run every start to its end; by default most are given up on the way"});
  form.word({"--seed", "seed of all that is random (default 1)", "S"});
  form.word({"--threads", "0 (default): one per core; the result does not depend on it", "T"});
}

}  // namespace isoflop::app

#include "column_names.hpp"

#include <algorithm>
#include <array>

#include "io/plain_text.hpp"
#include "io/spelled_number.hpp"

namespace isoflop {
namespace {

/// In lower case, with one "_" for whatever stands between letters and digits.
std::string normal(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

/// Names in normal form with a blank around each.
struct Names {
  std::string_view quantity, names;
};

bool has(std::string_view names, const std::string& name) {
  return names.find(" " + name + " ") != std::string_view::npos;
}

/// For each quantity the names that say it whole. What a name means is looked up in kByName.
constexpr std::array<Names, 13> kNames{{
    {"n",
     " n params n_params num_params nparams param_count params_count parameters"
     " n_parameters num_parameters parameter_count model_size model_params"
     " model_parameters total_params total_parameters n_params_total active_params"
     " active_parameters n_active n_active_params non_embedding_params"
     " non_embedding_parameters n_non_embedding params_non_embedding non_emb_params"
     " nonembedding_params params_nonembedding n_nonembedding n_total params_total"
     " params_active n_params_active activated_params n_params_non_embedding"
     " num_non_embedding_params "},
    {"d",
     " d tokens n_tokens num_tokens total_tokens tokens_seen tokens_total train_tokens"
     " training_tokens trained_tokens token_count tokens_trained n_train_tokens"
     " num_train_tokens dataset_tokens consumed_tokens d_tokens tokens_consumed"
     " data_tokens "},
    {"g", " g granularity "},
    {"e", " e expansion expansion_rate "},
    {"u", " u unique_tokens n_unique_tokens num_unique_tokens "},
    {"s", " s sparsity "},
    {"a", " a activation_ratio "},
    {"c",
     " c flops flop total_flops train_flops training_flops n_flops num_flops compute"
     " training_compute train_compute compute_flops total_compute c_flops budget"
     " budget_flops flops_budget compute_budget flop_budget "},
    {"loss",
     " loss final_loss eval_loss val_loss valid_loss validation_loss test_loss"
     " train_loss training_loss loss_val loss_eval loss_train loss_validation"
     " final_val_loss final_train_loss lm_loss ce_loss cross_entropy cross_entropy_loss"
     " nll "},
    {"perplexity",
     " ppl perplexity loss_ppl loss_perplexity val_ppl eval_ppl val_perplexity eval_perplexity"
     " validation_perplexity test_perplexity "},
    {"tokens_per_param",
     " tokens_per_param tokens_param tokens_params d_n tokens_per_parameter"
     " tokens_per_params tok_per_param tpp token_param_ratio tokens_to_params d_over_n"
     " d_per_n d_n_ratio "},
    {"run",
     " run run_id run_name runid name id experiment exp exp_name experiment_name trial"
     " job job_id "},
    {"state", " state status run_state run_status "},
}};

/// A name and the place in kNames of what it says.
struct Meaning {
  std::string_view name;
  std::size_t quantity = 0;
};

constexpr std::size_t kNumMeanings = [] {
  std::size_t out = 0;
  for (const Names& n : kNames) {
    out += static_cast<std::size_t>(std::count(n.names.begin(), n.names.end(), ' ')) - 1;
  }
  return out;
}();

/// Every name of kNames, in order: a header may have a million columns, each of which is asked for.
constexpr std::array<Meaning, kNumMeanings> kByName = [] {
  std::array<Meaning, kNumMeanings> out{};
  std::size_t num = 0;
  for (std::size_t q = 0; q < kNames.size(); ++q) {
    std::string_view rest = kNames[q].names.substr(1);
    for (std::size_t end = 0; (end = rest.find(' ')) != rest.npos; rest.remove_prefix(end + 1)) {
      out[num++] = {rest.substr(0, end), q};
    }
  }
  std::sort(out.begin(), out.end(), [](const Meaning& a, const Meaning& b) {
    return a.name != b.name ? a.name < b.name : a.quantity < b.quantity;
  });
  return out;
}();

/// What else a name may be made of.
constexpr std::array<Names, 9> kWords{{
    {"n", " n params param parameters parameter size "},
    {"d", " d tokens token "},
    {"g", " g granularity "},
    {"e", " e expansion experts "},
    {"u", " u unique "},
    {"s", " s sparsity "},
    {"a", " a activation "},
    {"c", " c flops flop compute "},
    {"loss", " loss ce nll xent crossentropy "},
}};

/// Parts of names of other things.
constexpr std::string_view kOtherWords =
    " per ratio log log2 log10 ln lr scale weight std var err stderr step steps batch time rate "
    "flops"
    " accuracy acc spike delta balance aux gpu seconds hours"
    " bits bit bpb ppl perplexity percent pct router throughput speed ";

/// Parts of what stands before the last dot or slash of something else: aux/loss, perf/tokens.
constexpr std::string_view kOtherPaths =
    " aux auxiliary router balance load throughput speed perf performance system grad gradient"
    " optimizer lr time per z ";

bool names_other_path(std::string_view path) {
  const std::string name = normal(path);
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('_', begin), name.size());
    if (end > begin && has(kOtherPaths, name.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

/// The scale in what stands behind a name: "M", "M params", "in billions".
double scale_of_unit(std::string_view unit) {
  std::string text(trimmed(unit));
  if (text.starts_with("in ")) text = trimmed(std::string_view(text).substr(3));
  if (const double scale = scale_of_word(text); scale > 0.0) return scale;
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string::npos || !is_unit_word(std::string_view(text).substr(blank + 1))) {
    return 0.0;
  }
  return scale_of_word(std::string_view(text).substr(0, blank));
}

}  // namespace

UnitName unit_name(std::string_view header) {
  const std::string_view name = trimmed(header);
  const auto with = [&](std::size_t length, std::string_view unit) -> UnitName {
    const double scale = scale_of_unit(unit);
    const std::string_view rest = trimmed(name.substr(0, length));
    if (scale <= 0.0 || rest.empty()) return {};
    return {std::string(rest), scale};
  };
  if (name.size() > 2 && (name.back() == ')' || name.back() == ']')) {
    const std::size_t open = name.rfind(name.back() == ')' ? '(' : '[');
    if (open != std::string_view::npos && open > 0) {
      const std::string_view unit = trimmed(name.substr(open + 1, name.size() - open - 2));
      // "loss (nats)", "D (tokens)" say what counts once.
      if (is_unit_word(unit) || unit == "nats/token") {
        return {std::string(trimmed(name.substr(0, open))), 1.0};
      }
      UnitName out = with(open, unit);
      if (!out.name.empty()) return out;
    }
  }
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos && slash > 0) {
    const std::string_view unit = trimmed(name.substr(slash + 1));
    if (unit.find_first_of("0123456789") == 0) {
      UnitName out = with(slash, unit);
      if (!out.name.empty()) return out;
    }
  }
  for (const char mark : {',', '_', ' ', '-'}) {
    const std::size_t at = name.rfind(mark);
    if (at == std::string_view::npos || at == 0 || at + 1 >= name.size()) continue;
    std::string_view unit = trimmed(name.substr(at + 1));
    // A letter alone is a unit only behind a count that is known by its name, in lower case only
    // behind a word: params_M, tokens_b, but not N_b.
    if (unit.size() == 1 && mark != ',') {
      std::string base = normal(name.substr(0, at));
      if (base.ends_with("_in")) base.resize(base.size() - 3);
      const bool is_upper = unit[0] >= 'A' && unit[0] <= 'Z';
      const std::vector<std::string> held = quantities_named(base);
      const bool is_count = std::any_of(held.begin(), held.end(), [](const std::string& q) {
        return q == "n" || q == "d" || q == "c" || q == "u";
      });
      if (!is_count || (!is_upper && base.size() < 2)) continue;
    }
    UnitName out = with(at, unit);
    if (out.name.empty()) continue;
    if (out.name.ends_with("_in") || out.name.ends_with(" in")) {
      out.name = std::string(trimmed(std::string_view(out.name).substr(0, out.name.size() - 3)));
    }
    return out;
  }
  return {std::string(name), 1.0};
}

std::vector<std::string> quantities_named(std::string_view header) {
  std::vector<std::string> out;
  if (header.find('%') != std::string_view::npos) return out;
  std::vector<std::string> forms{normal(header)};
  for (const char separator : {'.', '/'}) {
    const std::size_t at = header.rfind(separator);
    if (at == std::string_view::npos || at == 0) continue;
    // tokens/param is a ratio and no path.
    if (separator == '/' &&
        (header.size() - at < 4 || !quantities_named(trimmed(header.substr(0, at))).empty())) {
      continue;
    }
    if (!names_other_path(header.substr(0, at))) forms.push_back(normal(header.substr(at + 1)));
  }
  std::array<bool, kNames.size()> is_named{};
  for (const std::string& form : forms) {
    auto known =
        std::lower_bound(kByName.begin(), kByName.end(), form,
                         [](const Meaning& m, const std::string& f) { return m.name < f; });
    for (; known != kByName.end() && known->name == form; ++known) is_named[known->quantity] = true;
  }
  for (std::size_t q = 0; q < kNames.size(); ++q) {
    if (is_named[q]) out.emplace_back(kNames[q].quantity);
  }
  return out;
}

std::vector<std::size_t> columns_named(const TextTable& table, std::string_view quantity) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const std::vector<std::string> held = quantities_named(unit_name(table.header[i]).name);
    if (std::find(held.begin(), held.end(), quantity) != held.end()) out.push_back(i);
  }
  return out;
}

bool may_hold(std::string_view header, std::string_view quantity) {
  const std::size_t path = header.find_last_of("./");
  if (path != std::string_view::npos && names_other_path(header.substr(0, path))) return false;
  // A bracket that is not understood may be a unit.
  if (header.find_first_of("([%$") != std::string_view::npos && unit_name(header).name == header) {
    return !quantities_named(header).empty();
  }
  const std::vector<std::string> held = quantities_named(unit_name(header).name);
  if (!held.empty()) return std::find(held.begin(), held.end(), quantity) != held.end();
  const auto words = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const Names& w) { return w.quantity == quantity; });
  if (words == kWords.end()) return true;  // weight, group: any column
  const std::string name = normal(header);
  bool fits = false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('_', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    begin = end + 1;
    const bool is_own = has(words->names, part);
    if (!is_own && has(kOtherWords, part)) return false;
    fits = fits || is_own;
  }
  return fits;
}

}  // namespace isoflop

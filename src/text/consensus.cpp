#include "isoflop/text/consensus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::text {
namespace {

using api::Opinions;
using app::TextGrid;

std::string or_dash(double x, int decimals = -1) {
  if (!std::isfinite(x)) return "-";
  return decimals < 0 ? human_number(x) : fmt::format("{:.{}f}", x, decimals);
}

bool has_plan(const LawOpinion& o) { return o.applicable && std::isfinite(o.d_tokens); }

std::string range_text(const LawOpinion& o, Variable v) {
  const std::optional<Range>& range = o.ranges[v];
  return range ? human_number(range->low) + " - " + human_number(range->high) : "?";
}

std::string in_range_text(const LawOpinion& o) {
  if (!o.in_range) return "not known";
  if (*o.in_range) return "yes";
  std::vector<std::string_view> outside;
  for (const Variable v : o.outside) outside.push_back(info(v).symbol);
  if (o.outside_d_per_n) outside.push_back("D/N");
  return fmt::format("no: {}", fmt::join(outside, ", "));
}

std::string table_of(const Opinions& opinions) {
  TextGrid grid({0, 9, 10, 11});
  grid.add({"law", "N active", "", "N total", "D tokens", "D/N active", "loss", "E", "G",
            "in range", "its runs: N", "D"});
  bool marked = false;
  for (const LawOpinion& o : opinions) {
    if (!has_plan(o)) continue;
    const bool as_given = o.embeddings != Embeddings::kExcluded;
    marked = marked || as_given;
    grid.add({o.law, human_number(o.n_active), as_given ? "*" : "", or_dash(o.n_total),
              human_number(o.d_tokens), or_dash(o.tokens_per_active_parameter(), 1),
              or_dash(o.loss, 4), or_dash(o.expansion), or_dash(o.granularity), in_range_text(o),
              range_text(o, Variable::kN), range_text(o, Variable::kD)});
  }
  std::string out = grid.text();
  if (marked) out += "* N as the law counts it, with embeddings or not said; else without\n";
  return out;
}

std::string spread_line(const char* what, const std::optional<Spread>& spread, int decimals) {
  if (!spread) return "";
  if (spread->low_law == spread->high_law) {
    return fmt::format("  {:<10}  {} ({}), no other law says\n", what,
                       or_dash(spread->low, decimals), spread->low_law);
  }
  return fmt::format("  {:<10}  {} ({}) to {} ({}): {:.3g} times\n", what,
                     or_dash(spread->low, decimals), spread->low_law,
                     or_dash(spread->high, decimals), spread->high_law, spread->ratio());
}

std::string how_many_tokens(const Opinions& opinions) {
  const Disagreement apart = disagreement(opinions);
  std::string out = spread_line("N active", apart.n_active, -1) +
                    spread_line("D tokens", apart.d_tokens, -1) +
                    spread_line("D/N active", apart.tokens_per_active_parameter, 1);
  for (const LawOpinion& o : opinions) {
    const bool repeats = o.applicable && o.reason.empty() && o.epochs > 1.0;
    if (repeats) out += fmt::format("  {} sees the unique tokens {:.1f} times\n", o.law, o.epochs);
  }
  return out.empty() ? "  none of these laws says\n" : out;
}

/// What a law says of the number of experts; empty for one that says nothing.
std::string experts_line(const LawOpinion& o) {
  if (std::isfinite(o.cutoff_parameters)) {
    return fmt::format("more lower the loss up to a dense size of {}, not beyond",
                       human_number(o.cutoff_parameters));
  }
  if (!o.applicable || !(o.expansion > 1.0)) return "";
  if (!o.expansions_tried.empty()) {
    const ExpansionTried &first = o.expansions_tried.front(), &last = o.expansions_tried.back();
    return fmt::format("E = {}{}: loss {:.4f}, {:.4f} at E = {}{}", human_number(o.expansion),
                       o.expansion == last.expansion ? ", the most in the range of its runs" : "",
                       o.loss, first.loss, human_number(first.expansion),
                       o.accounting == FlopAccounting::kSixNd
                           ? "; experts that a token does not use cost no FLOPs"
                           : "");
  }
  if (std::isfinite(o.leverage)) {
    return fmt::format("at E = {} a dense model needs {:.3g} times the compute",
                       human_number(o.expansion), o.leverage);
  }
  const std::string head =
      o.one_expansion
          ? fmt::format("holds at E = {} only", human_number(o.expansion))
          : fmt::format("at E = {}, as asked, loss {:.4f}", human_number(o.expansion), o.loss);
  if (!std::isfinite(o.granularity)) return head;
  return head + fmt::format("; G = {:.4g} makes {:.4g} experts per block, {:.4g} per token",
                            o.granularity, o.num_experts(), o.granularity);
}

std::string fineness_line(const LawOpinion& o) {
  if (!o.applicable || !std::isfinite(o.granularity)) return "";
  if (!o.finer_is_better) return "knows whole experts only, G = 1";
  std::string out = "G = " + human_number(o.granularity);
  if (o.granularity != o.granularity_own) {
    out += fmt::format(" ({} as it counts, {})", human_number(o.granularity_own),
                       to_string(o.g_means));
  }
  std::vector<std::string> elsewhere;
  for (const GranularityAt& at : o.granularity_elsewhere) {
    elsewhere.push_back(
        fmt::format("{} at {}", human_number(at.granularity), human_number(at.budget_flops)));
  }
  if (!elsewhere.empty()) out += fmt::format("; {}", fmt::join(elsewhere, ", "));
  return out + (*o.finer_is_better ? "; finer is better but for the price of routing"
                                   : "; finer and coarser are both worse");
}

template <class F>
std::string lines_of(const Opinions& opinions, F&& line_of) {
  TextGrid grid({0, 1});
  bool any = false;
  for (const LawOpinion& o : opinions) {
    const std::string line = line_of(o);
    if (line.empty()) continue;
    grid.add({o.law, line});
    any = true;
  }
  return any ? grid.text("  ") : "  none of these laws says\n";
}

/// Texts with the laws that each of them is true of, in the order in which they first appear.
class Gathered {
 public:
  void add(const std::string& text, const std::string& law) {
    if (text.empty()) return;
    auto at = std::find_if(texts_.begin(), texts_.end(),
                           [&](const auto& entry) { return entry.first == text; });
    if (at == texts_.end()) at = texts_.insert(texts_.end(), {text, {}});
    std::vector<std::string>& laws = at->second;
    if (std::find(laws.begin(), laws.end(), law) == laws.end()) laws.push_back(law);
  }
  std::string text() const {
    std::string out;
    for (const auto& [text, laws] : texts_) {
      out += fmt::format("  {}\n      {}\n", text, fmt::join(laws, ", "));
    }
    return out;
  }
  bool empty() const { return texts_.empty(); }

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> texts_;
};

}  // namespace

std::string consensus(const api::ConsensusOutcome& outcome) {
  std::string out;
  if (outcome.rates) out += "Asked about: " + describe_rates(*outcome.rates) + "\n\n";
  Gathered silent, remarks, conventions;
  for (const Opinions& opinions : outcome.budgets) {
    if (opinions.empty()) continue;
    const std::string flops = human_number(opinions.front().budget_flops);
    const bool any_plan = std::any_of(opinions.begin(), opinions.end(), has_plan);
    out += fmt::format("{} training FLOPs\n\n", flops);
    if (any_plan) out += table_of(opinions) + "\n";
    out += "How many parameters, how many tokens?\n" + how_many_tokens(opinions);
    out += "How many experts?\n" + lines_of(opinions, experts_line);
    out += "How fine? G = d_ff / d_expert, d_ff = 4 d_model\n" + lines_of(opinions, fineness_line);
    out += "\n";
    for (const LawOpinion& o : opinions) {
      (o.applicable ? remarks : silent).add(o.reason, o.law);
      if (!o.applicable) continue;
      conventions.add(o.n_convention, o.law);
      conventions.add(o.g_convention, o.law);
      conventions.add(o.flops_convention, o.law);
    }
  }
  if (!silent.empty()) out += "Not applicable:\n" + silent.text();
  if (!remarks.empty()) out += "Remarks:\n" + remarks.text();
  if (!conventions.empty()) out += "What was converted:\n" + conventions.text();
  return out +
         "Losses of different papers are of different data and tokenizers: do not compare them.\n";
}

}  // namespace isoflop::text

#include "api/hyperparameter_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

double four_digits(double x) { return *parse_number(fmt::format("{:.3e}", x)); }

}  // namespace

void list_fields(FieldVisitor& f, HyperparameterChoice& choice) {
  f.file("hyperparameters", choice.hyperparameters);
}

nlohmann::ordered_json outside_json(const std::vector<OutsideRange>& outside) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const OutsideRange& o : outside) {
    out.push_back({{"quantity", info(o.quantity).symbol},
                   {"value", o.value},
                   {"range", {o.range.low, o.range.high}}});
  }
  return out;
}

std::optional<HyperparameterLaw> load_hyperparameters(const HyperparameterChoice& choice) {
  if (choice.hyperparameters.empty() || choice.hyperparameters == "none") return std::nullopt;
  return find_hyperparameters(choice.hyperparameters);
}

std::uint64_t sequences_of_batch(double sequences, std::uint64_t unit) {
  double multiple = static_cast<double>(unit);
  while (32.0 * multiple <= sequences) multiple *= 2.0;
  return static_cast<std::uint64_t>(std::fmax(1.0, std::round(sequences / multiple)) * multiple);
}

FilledRun filled_run(const std::optional<HyperparameterLaw>& law, const ModelShape& shape,
                     double tokens, const RunLayout& layout) {
  auto run = [&](double batch_tokens) {
    return launch_config(shape, tokens, batch_tokens, layout.expert_parallel,
                         layout.micro_batch_size);
  };
  const double otherwise =
      layout.batch_tokens.value_or(static_cast<double>(default_batch_tokens(tokens)));
  FilledRun out{run(otherwise), {}};
  if (!law) return out;
  if (!layout.batch_tokens) {
    if (const auto batch = batch_of(*law, shape, tokens)) {
      const auto seq_len = static_cast<double>(shape.seq_len);
      const std::uint64_t at_once = out.config.micro_batch_size * out.config.expert_parallel;
      out.config =
          run(seq_len * static_cast<double>(sequences_of_batch(*batch / seq_len, at_once)));
    }
  }
  const auto batch = static_cast<double>(out.config.batch_tokens());
  RunHyperparameters chosen = hyperparameters_of(*law, shape, tokens, batch);
  if (chosen.lr) out.config.lr = four_digits(*chosen.lr);
  out.outside = std::move(chosen.outside);
  return out;
}

}  // namespace isoflop::api

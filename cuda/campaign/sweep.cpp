#include "cuda/campaign/sweep.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "cuda/device/backend_name.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::bench {
namespace {

/// Place in a list, or behind all of it.
template <class T, std::size_t Size>
std::size_t rank_of(const T& value, const std::array<T, Size>& order) {
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), value) - order.begin());
}

auto priority(const PlannedRun& run) {
  constexpr std::array<double, 4> kGranularities{1.0, 8.0, 32.0, 2.0};
  const Configuration& x = run.configuration;
  return std::tuple(run.timing.regime, run.tier, backend_rank(x.backend, x.layer),
                    rank_of(x.layer.experts.granularity(), kGranularities));
}

bool is_of(const CostRow& row, const PlannedRun& run) {
  const Configuration& x = run.configuration;
  return row.layer == x.layer && row.backend == x.backend && row.routing == to_string(x.routing) &&
         row.seed == x.seed && row.capacity_factor == x.capacity_factor &&
         row.regime == run.timing.regime;
}

}  // namespace

std::array<std::string_view, 5> backend_order(const MoeLayer& layer) {
  // Something like a microsecond; a node of a graph was seen to take half of one to two.
  constexpr double kLongProduct = 5e8;
  const double product_flops =
      2.0 * layer.mean_rows_per_expert() * static_cast<double>(layer.d_model * layer.up_width());
  if (product_flops >= kLongProduct) {
    return {"wgmma", "lt-grouped", "loop", "grouped", "batched"};
  }
  return {"wgmma", "lt-grouped", "grouped", "loop", "batched"};
}

std::pair<std::size_t, std::size_t> backend_rank(std::string_view backend, const MoeLayer& layer) {
  const BackendName name = parse_backend_name(backend);
  return {rank_of(name.base, backend_order(layer)),
          kFusionParts.size() - words_of(name.fused).size()};
}

void order_by_priority(std::vector<PlannedRun>& runs, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t i = runs.size(); i > 1; --i) std::swap(runs[i - 1], runs[random.below(i)]);
  std::stable_sort(runs.begin(), runs.end(), [](const PlannedRun& a, const PlannedRun& b) {
    return priority(a) < priority(b);
  });
}

double planned_s(const PlannedRun& run, const RooflinePeaks& rates) {
  constexpr double kSetupSeconds = 1.0, kSoakSeconds = 0.3, kLeastSeconds = 0.1;
  constexpr double kOverRoofline = 3.0;
  const TimingOptions& timing = run.timing;
  const LayerSize size = size_of(run.configuration.layer);
  auto figure_s = [&](Pass pass) {
    const double samples_s =
        timing.min_samples * kOverRoofline * roofline_s(size, pass, Stage::kWhole, rates);
    return kSoakSeconds + std::min(timing.max_seconds, std::max(kLeastSeconds, samples_s));
  };
  auto pass_s = [&](Pass pass) {
    const double once_s = figure_s(pass);
    const bool has_stages = timing.stages && pass != Pass::kBoth;
    const bool is_eager = timing.eager && pass == timing.pass;
    return once_s * (1.0 + (is_eager ? 1.0 : 0.0) + (has_stages ? 1.0 : 0.0));
  };
  double out = kSetupSeconds;
  if (timing.pass != Pass::kBackward) out += pass_s(Pass::kForward);
  if (timing.pass != Pass::kForward) out += pass_s(Pass::kBackward);
  if (timing.pass == Pass::kBoth) out += pass_s(Pass::kBoth);
  return out;
}

std::string describe_run(const PlannedRun& run) {
  const Configuration& c = run.configuration;
  const ExpertLayer& x = c.layer.experts;
  std::string out = "d_model " + std::to_string(c.layer.d_model) + ", T " +
                    std::to_string(c.layer.tokens) + ", E' " + std::to_string(x.num_experts) +
                    ", n " + std::to_string(x.expert_width) + ", K " + std::to_string(x.top_k) +
                    ", " + std::string(to_string(c.layer.activation)) + ", " + c.backend;
  if (c.capacity_factor > 0.0) out += " (capacity " + format_number(c.capacity_factor) + ")";
  return out + ", " + to_string(c.routing) + ", " + std::string(to_string(run.timing.regime));
}

bool is_complete(const CostTable& table, const PlannedRun& run) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const CostRow& row) {
    return row.stage == Stage::kWhole && row.graph && row.pass == run.timing.pass &&
           is_of(row, run);
  });
}

std::vector<std::string> resumable_words(const std::vector<std::string>& command_line) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < command_line.size(); ++i) {
    const std::string& word = command_line[i];
    if (i == 0) {
      out.push_back(word.substr(word.rfind('/') + 1));
    } else if (word == "--time-limit") {
      ++i;
    } else if (word != "--resume" && !word.starts_with("--time-limit=")) {
      out.push_back(word);
    }
  }
  return out;
}

void require_resumable(const std::string& path, const CostTable& table,
                       const CostEnvironment& environment) {
  const CostEnvironment& before = table.environment;
  if (table.source != CostSource::kMeasured) {
    throw DataError(path, "holds a model and no measurement; there is nothing to resume");
  }
  if (before.gpu_uuid != environment.gpu_uuid) {
    throw DataError(path, "was measured on another device (" + before.gpu_name + ", " +
                              before.gpu_uuid + "); this one is " + environment.gpu_name + ", " +
                              environment.gpu_uuid);
  }
  if (resumable_words(before.command_line) != resumable_words(environment.command_line)) {
    throw DataError(path, "was written by another command: " + command_text(before.command_line));
  }
}

}  // namespace isoflop::bench

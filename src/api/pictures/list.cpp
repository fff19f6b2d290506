#include "api/pictures/picture.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/api/frontier.hpp"
#include "isoflop/api/granularity.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/profiles.hpp"
#include "isoflop/api/shape.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {

std::vector<Picture> pictures() {
  const std::vector<std::string_view> law{kLawFormat, kFirstLawFormat};
  return {
      {{"loss", "the law through its runs, over compute and over size", law}, draw_loss},
      {{"frontier",
        "compute-optimal size, tokens and granularity over budgets",
        {kLawFormat, kFirstLawFormat, kPlanFormat, kFrontierFormat}},
       draw_frontier},
      {{"residuals", "how far each run lies from the law", law}, draw_residuals},
      {{"profiles",
        "isoFLOP profiles: parabolas, their lowest points and their bias",
        {kProfilesFormat}},
       draw_profiles},
      {{"profile", "how the objective rises as each coefficient is moved", law}, draw_profile},
      {{"coefficients", "how refits to resampled runs scatter", law}, draw_coefficients},
      {{"granularity",
        "the loss over granularity, and how probable each is",
        {kPlanFormat, kGranularityFormat}},
       draw_granularity},
      {{"backtest", "forecasts of hidden runs against what they came to", {kBacktestFormat}},
       draw_backtest},
      {{"price", "time per token over granularity, by what multiplies", {kCostFormat}}, draw_price},
      {{"memory", "bytes of shapes in training", {kShapeFormat, kPlanFormat}}, draw_memory},
  };
}

}  // namespace isoflop::api

#include "api/pictures/picture.hpp"
#include "isoflop/api/frontier.hpp"
#include "isoflop/api/plan.hpp"
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
  };
}

}  // namespace isoflop::api

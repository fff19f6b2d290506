#include "api/pictures/picture.hpp"

namespace isoflop::api {

std::vector<Picture> pictures() {
  return {loss_picture(),    frontier_picture(),     residuals_picture(),   profiles_picture(),
          profile_picture(), coefficients_picture(), granularity_picture(), backtest_picture(),
          price_picture(),   memory_picture()};
}

}  // namespace isoflop::api

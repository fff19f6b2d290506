// The pictures that the page draws. Its own list, so that no other is in the WebAssembly.
#include "api/pictures/picture.hpp"

namespace isoflop::api {

std::vector<Picture> pictures() {
  return {frontier_picture(),  granularity_picture(),  loss_picture(),
          residuals_picture(), coefficients_picture(), memory_picture()};
}

}  // namespace isoflop::api

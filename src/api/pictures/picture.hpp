// One function per picture, from the JSON of an outcome to a figure. A picture is made from that
// and not from the outcome itself, so that a file of last year is drawn like the outcome of a
// moment ago; where more numbers of a law are needed than its file holds, the library is asked for
// them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields.hpp"
#include "isoflop/api/figure.hpp"

namespace isoflop::api {

struct PictureInput {
  nlohmann::ordered_json json;
  std::string origin;  ///< names it in faults
};

/// What of the outcome's own request is read for a picture is what the outcome was made with.
template <class Request>
void require_recorded(const PictureInput& input, Request request) {
  InputLister lister;
  list_fields(lister, request);
  require_recorded(input.json, input.origin, lister);
}

using DrawPicture = Figure (*)(const PictureInput& input, const FigureRequest& request,
                               const Context& context);

struct Picture {
  FigureKind kind;
  DrawPicture draw;
  bool over_budgets = false;  ///< takes "from", "to" and "flops"
};

/// Every picture that a program has: a new one is one function and one line in list.cpp. The page
/// in a browser has a list of its own, of those that it draws (web/pictures.cpp).
std::vector<Picture> pictures();

Picture backtest_picture();
Picture coefficients_picture();
Picture frontier_picture();
Picture granularity_picture();
Picture loss_picture();
Picture memory_picture();
Picture price_picture();
Picture profile_picture();
Picture profiles_picture();
Picture residuals_picture();

}  // namespace isoflop::api

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
};

/// Every picture that there is: a new one is one function and one line.
std::vector<Picture> pictures();

Figure draw_backtest(const PictureInput& input, const FigureRequest& request,
                     const Context& context);
Figure draw_coefficients(const PictureInput& input, const FigureRequest& request,
                         const Context& context);
Figure draw_granularity(const PictureInput& input, const FigureRequest& request,
                        const Context& context);
Figure draw_memory(const PictureInput& input, const FigureRequest& request, const Context& context);
Figure draw_price(const PictureInput& input, const FigureRequest& request, const Context& context);
Figure draw_profiles(const PictureInput& input, const FigureRequest& request,
                     const Context& context);
Figure draw_frontier(const PictureInput& input, const FigureRequest& request,
                     const Context& context);
Figure draw_loss(const PictureInput& input, const FigureRequest& request, const Context& context);
Figure draw_residuals(const PictureInput& input, const FigureRequest& request,
                      const Context& context);

}  // namespace isoflop::api

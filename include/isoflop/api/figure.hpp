/// Pictures of what the other verbs found: a law, a plan, profiles, a backtest, … as a figure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/figure/figure.hpp"

namespace isoflop::api {

struct FigureRequest {
  std::string kind;   ///< a word of figure_kinds()
  std::string input;  ///< a law, by its name or file, or the path of another verb's JSON
  std::optional<std::string> document;  ///< in the place of the path: that JSON itself
  std::optional<double> from, to;       ///< budgets of a frontier, training FLOPs
  std::vector<double> flops;            ///< budgets whose plans are marked there
};

/// A picture that there is, and what it can be made of.
struct FigureKind {
  std::string_view name, meaning;
  std::vector<std::string_view> formats;  ///< of the input: "isoflop.law/2"
};
std::vector<FigureKind> figure_kinds();

struct FigureOutcome {
  FigureRequest request;
  InputFiles inputs;
  Figure figure;

  bool usable() const { return !figure.panels.empty(); }
};

/// Throws InvalidArgument for a kind that there is not or that does not suit the input, naming
/// those that do; DataError for an input that is no such document or lacks what the picture needs.
FigureOutcome figure(const FigureRequest& request, const Context& context = {});

FigureRequest figure_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const FigureRequest& request);
/// isoflop.figure/1.
nlohmann::ordered_json to_json(const FigureOutcome& outcome);

}  // namespace isoflop::api

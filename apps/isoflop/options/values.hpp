// Words that options take, for the completion of a shell.
#pragma once

#include <string>
#include <vector>

namespace isoflop::app {

std::vector<std::string> published_laws();
std::vector<std::string> formulas();
std::vector<std::string> formulas_and_laws();
/// Of learning rate and batch, and "none".
std::vector<std::string> hyperparameter_laws();
/// What an N may count.
std::vector<std::string> n_meanings();
/// GPUs whose datasheet ships.
std::vector<std::string> gpus();
/// Whose compute multipliers a plan may show.
std::vector<std::string> rivals();

}  // namespace isoflop::app

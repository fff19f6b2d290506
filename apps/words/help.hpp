// How the help of a program and of its commands is laid out.
#pragma once

namespace CLI {
class App;
}

namespace isoflop::app {

/// No line of the help is wider.
inline constexpr unsigned kHelpWidth = 100;

/// Help of this command, and of those that are added to it from now on, goes on in a new line where
/// it would be wider.
void fold_help(CLI::App& parser);

}  // namespace isoflop::app

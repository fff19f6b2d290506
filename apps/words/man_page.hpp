// Manual pages, written from what the help is made of.
#pragma once

#include <string>
#include <string_view>

#include "apps/words/command_words.hpp"

namespace isoflop::app {

/// Troff of section 1, of the program where the command is empty. Throws InvalidArgument for a
/// command that the program does not have.
std::string man_page(const ProgramWords& program, std::string_view version,
                     std::string_view command);

/// "isoflop.1", "isoflop-plan.1" and so on into a folder that is there. Throws DataError.
void write_man_pages(const ProgramWords& program, std::string_view version,
                     const std::string& folder);

}  // namespace isoflop::app

# Writes OUTPUT, a header with the revision of the checkout SOURCE, if it is not that already.
# Run as: cmake -D SOURCE=... -D OUTPUT=... -P git_revision.cmake
set(revision "")
find_program(git git)
if(git AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND "${git}" -C "${SOURCE}" describe --always --dirty --abbrev=12 --exclude=*
                  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT
"// Written by cmake/git_revision.cmake.
#pragma once

namespace isoflop {
inline constexpr const char* kGitRevision = \"${revision}\";
}  // namespace isoflop
")

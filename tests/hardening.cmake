# Refuses programs and a library that are not hardened (cmake/hardening.cmake). That functions are
# checked is read off a library of our own: in a program it may be one of others that is.
# Run as: cmake -D READELF=... -D PROGRAMS=a,b -D LIBRARY=c.a [-D OBJDUMP=... -D DEEP=d.a] -P hardening.cmake
# DEEP has functions with large frames, which are to touch them page by page.
function(require file)
  execute_process(COMMAND "${READELF}" --file-header --program-headers --dynamic --symbols --wide "${file}"
                  OUTPUT_VARIABLE shown ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  foreach(claim IN LISTS ARGN)
    string(FIND "${claim}" ":" colon)
    string(SUBSTRING "${claim}" 0 ${colon} what)
    math(EXPR colon "${colon} + 1")
    string(SUBSTRING "${claim}" ${colon} -1 sign)
    if(NOT shown MATCHES "${sign}")
      message(SEND_ERROR "${file} is not ${what}")
    endif()
  endforeach()
endfunction()

string(REPLACE "," ";" programs "${PROGRAMS}")
foreach(program IN LISTS programs)
  require("${program}"
          "position-independent:Type: +DYN"
          "with read-only relocations:GNU_RELRO"
          "bound before it runs:(BIND_NOW|Flags: NOW)"
          "with a stack that cannot be executed:GNU_STACK[^\n]* RW ")
endforeach()
require("${LIBRARY}"
        "with checks of the stack:__stack_chk_fail"
        "with checks of buffers:_chk\n"
        "with checks of containers:__(glibcxx_assert_fail|replacement_assert)")
if(DEFINED DEEP)
  execute_process(COMMAND "${OBJDUMP}" --disassemble "${DEEP}"
                  COMMAND grep --count --extended-regexp "or[lq]? +\\$0x0,\\(%rsp\\)"
                  OUTPUT_VARIABLE num_probes)
  if(NOT num_probes GREATER 0)
    message(SEND_ERROR "${DEEP} is not with probes of the stack")
  endif()
endif()

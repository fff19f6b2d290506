# isoflop_harden(<interface target>): what is compiled and linked with it checks the sizes of buffers
# that the C library fills, the ends of the stack's arrays, whether the stack itself has room, and what
# containers of the standard library are asked for, and cannot have its tables of functions overwritten
# once it runs. Optimised builds of GCC and Clang for Linux; position-independent executables come from
# CMAKE_POSITION_INDEPENDENT_CODE. docs/development.md says what it costs.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported()

function(isoflop_harden target)
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    return()
  endif()
  target_compile_options(${target} INTERFACE
    "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2;-D_GLIBCXX_ASSERTIONS;-fstack-protector-strong>")
  # A large frame touches each of its pages: one that does not fit ends the program, where it would
  # reach over the guard into another thread's stack. Clang has this for some processors only.
  set(CMAKE_REQUIRED_FLAGS -Werror)
  check_cxx_compiler_flag(-fstack-clash-protection ISOFLOP_HAS_STACK_PROBES)
  if(ISOFLOP_HAS_STACK_PROBES)
    target_compile_options(${target} INTERFACE
      "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-fstack-clash-protection>")
  endif()
  target_link_options(${target} INTERFACE -Wl,-z,relro -Wl,-z,now)
endfunction()

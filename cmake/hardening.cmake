# isoflop_harden(<interface target>): what is compiled and linked with it checks the sizes of buffers
# that the C library fills, the ends of the stack's arrays and what containers of the standard library
# are asked for, and cannot have its tables of functions overwritten once it runs. Optimised builds of
# GCC and Clang for Linux; position-independent executables come from CMAKE_POSITION_INDEPENDENT_CODE.
# docs/development.md says what it costs.
include(CheckPIESupported)
check_pie_supported()

function(isoflop_harden target)
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    return()
  endif()
  target_compile_options(${target} INTERFACE
    "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2;-D_GLIBCXX_ASSERTIONS;-fstack-protector-strong>")
  target_link_options(${target} INTERFACE -Wl,-z,relro -Wl,-z,now)
endfunction()

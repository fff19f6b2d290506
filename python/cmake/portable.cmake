# The wheel that is handed on: everything in one module, for every x86-64 machine, its laws compiled
# once more for those with AVX2 and AVX-512.
set(ISOFLOP_ARCH "" CACHE STRING "Instruction set of the wheel (-march); empty: the compiler's default")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT ISOFLOP_ARCH)
  set(ISOFLOP_ALSO_ARCH x86-64-v4 x86-64-v3 CACHE STRING "Instruction sets to choose from at run time")
endif()
set(ISOFLOP_BUILD_TESTS OFF)
set(ISOFLOP_CUDA OFF)
set(ISOFLOP_UNITE ON CACHE BOOL "Compile sources in groups")
set(ISOFLOP_PRECOMPILE OFF)  # some are for size, below
set(ISOFLOP_FAST -O1)
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # the core takes these in place of its own options
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
add_compile_options(-ffunction-sections -fdata-sections)
# Of the hardening (cmake/hardening.cmake) what costs a few kilobytes.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-fstack-clash-protection ISOFLOP_HAS_STACK_PROBES)
if(ISOFLOP_HAS_STACK_PROBES)
  add_compile_options(-fstack-clash-protection)
endif()

# Ceres without the libraries that isoflop does not use.
if(EXISTS "${core}/build/ceres/lib/cmake/Ceres" AND NOT DEFINED Ceres_DIR)
  set(Ceres_DIR "${core}/build/ceres/lib/cmake/Ceres" CACHE PATH "Ceres of build_ceres.sh")
endif()
# Its code inline: the distribution has only a shared library, which a wheel would have to carry.
find_package(fmt REQUIRED)
set_property(TARGET fmt::fmt APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY=1)
find_library(Libcsv_LIBRARY NAMES libcsv.a csv)

add_subdirectory("${core}" core EXCLUDE_FROM_ALL)

# What puts answers into words, pictures and JSON is to be small: it takes no time that anybody sees.
# (A table is read, a law fitted and a plan found by code that stays fast.)
foreach(module IN ITEMS isoflop_api isoflop_commands isoflop_figure isoflop_requests isoflop_text
               isoflop_words)
  target_compile_options(${module} PRIVATE -Os)
endforeach()

# What is inside has licences that go with it. (Debian's files quote them; two stand in a file of their
# own.)
install(FILES "${core}/build/ceres/LICENSE" DESTINATION isoflop/licenses RENAME ceres-solver
        COMPONENT python OPTIONAL)
foreach(package IN ITEMS libcli11-dev libcsv-dev libeigen3-dev libfmt-dev nlohmann-json3-dev)
  install(FILES "/usr/share/doc/${package}/copyright" DESTINATION isoflop/licenses RENAME ${package}
          COMPONENT python OPTIONAL)
endforeach()
install(FILES /usr/share/common-licenses/LGPL-2.1 /usr/share/common-licenses/MPL-2.0
        DESTINATION isoflop/licenses COMPONENT python OPTIONAL)

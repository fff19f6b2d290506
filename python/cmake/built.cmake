# The wheel of this machine: the libraries of a build of the project are linked as they are, and the
# distribution's Ceres with them. Quick to make; for its tests, not to be handed on.
list(APPEND CMAKE_MODULE_PATH "${core}/cmake")
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Threads REQUIRED)
find_package(Ceres REQUIRED)
find_package(fmt REQUIRED)
find_package(Libcsv REQUIRED)
find_package(ZLIB REQUIRED)

file(GLOB archives "${ISOFLOP_BUILT}/src/libisoflop_*.a")
add_library(isoflop_commands INTERFACE)
target_include_directories(isoflop_commands INTERFACE "${core}" "${core}/include" "${core}/src")
target_compile_features(isoflop_commands INTERFACE cxx_std_20)
# Inline functions are those of the libraries, whichever copy the linker keeps.
file(STRINGS "${ISOFLOP_BUILT}/CMakeCache.txt" arch REGEX "^ISOFLOP_ARCH:")
string(REGEX REPLACE ".*=" "" ISOFLOP_ARCH "${arch}")
include(processor)
if(ISOFLOP_ARCH)
  isoflop_compile_for(isoflop_commands ${ISOFLOP_ARCH})
endif()
target_link_libraries(isoflop_commands INTERFACE
  -Wl,--start-group "${ISOFLOP_BUILT}/apps/libisoflop_commands.a" "${ISOFLOP_BUILT}/apps/libisoflop_words.a"
  ${archives} -Wl,--end-group
  Eigen3::Eigen nlohmann_json::nlohmann_json CLI11::CLI11 Threads::Threads Ceres::ceres fmt::fmt
  Libcsv::Libcsv ZLIB::ZLIB)

# What takes time are the same headers again and again.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 0)

# Installs the build tree BUILD into a fresh prefix, then configures, builds and runs the project
# of this folder against that prefix. Everything happens below WORK.
# Run as: cmake -D BUILD=... -D WORK=... -D GENERATOR=... -D COMPILER=... -D BUILD_TYPE=...
#               -D FLAGS=... -P run.cmake
file(REMOVE_RECURSE "${WORK}")
set(prefix "${WORK}/prefix")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --config "${BUILD_TYPE}")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}" "-DCMAKE_CXX_FLAGS=${FLAGS}")
run("${CMAKE_COMMAND}" --build "${WORK}/build" --config "${BUILD_TYPE}")
set(runs "${CMAKE_CURRENT_LIST_DIR}/../../data/published/krajewski2024_grid_simulated.csv")
foreach(name IN ITEMS consumer own_law doors call)
  find_program(${name} NAMES ${name} PATHS "${WORK}/build" "${WORK}/build/${BUILD_TYPE}"
               NO_DEFAULT_PATH REQUIRED)
  run("${${name}}" "${runs}")
endforeach()

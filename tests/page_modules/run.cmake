# Builds the modules of a page with Emscripten, asks them and compares with the program of this
# build.
# Run as: cmake -D PROGRAM=.../isoflop -D WORK=... -D GENERATOR=... -D EIGEN=... -P run.cmake
find_program(emcmake emcmake REQUIRED)
find_program(node node REQUIRED)
file(REMOVE_RECURSE "${WORK}")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${emcmake}" "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}" -G "${GENERATOR}"
    "-DEIGEN_INCLUDE_DIR=${EIGEN}")
run("${CMAKE_COMMAND}" --build "${WORK}")
# compare(<argument of the page> <arguments of the program>...)
function(compare argument)
  execute_process(COMMAND "${node}" "${WORK}/page_modules.js" ${argument}
                  OUTPUT_FILE "${WORK}/page.json" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${PROGRAM}" ${ARGN} --json OUTPUT_FILE "${WORK}/program.json"
                  COMMAND_ERROR_IS_FATAL ANY)
  run("${node}" "${CMAKE_CURRENT_LIST_DIR}/same_outcome.js" "${WORK}/page.json"
      "${WORK}/program.json")
endfunction()
compare("" plan krajewski2024-e64 --flops 1e21)
compare(figure figure frontier krajewski2024-e64 --flops 1e21)

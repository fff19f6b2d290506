# Configures and builds isoflop-bench alone, as it travels to a machine with a GPU: packages that only
# the rest needs are made impossible to find, nvcc is not looked for. Then writes a roofline table.
# Run as: cmake -D SOURCE=... -D WORK=... -D GENERATOR=... -D COMPILER=... -P run.cmake
file(REMOVE_RECURSE "${WORK}")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(without "")
foreach(package IN ITEMS Ceres fmt Libcsv)
  list(APPEND without "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0
    -DISOFLOP_BENCH_ONLY=ON -DISOFLOP_CUDA=OFF ${without})
run("${CMAKE_COMMAND}" --build "${WORK}" --target isoflop_bench_program)
set(program "${WORK}/apps/isoflop-bench")
run("${program}" model --gpu a100-80gb --tokens 16384 --d-model 384 --d-ff 1536 --expansion 64
    --activation gelu --granularity 1,2,4,8,16,32,64 -o "${WORK}/COST.json")
run("${program}" show "${WORK}/COST.json")
execute_process(COMMAND "${program}" --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "CUDA: not built")
  message(FATAL_ERROR "a build without nvcc says: ${version}")
endif()
execute_process(COMMAND "${program}" peaks RESULT_VARIABLE code ERROR_VARIABLE said)
if(NOT code EQUAL 1 OR NOT said MATCHES "^isoflop-bench: [^\n]+\n$")
  message(FATAL_ERROR "peaks without CUDA: exit code ${code}, ${said}")
endif()

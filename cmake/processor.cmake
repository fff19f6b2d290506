# Sets ISOFLOP_ARCH (cache): the instruction set that our own code is compiled for, by default the
# richest of x86-64-v4, x86-64-v3 that this processor has. Set it to x86-64 for a program that has to
# run on every machine, and ISOFLOP_ALSO_ARCH to the richer sets that a fit is to choose from where it
# runs. docs/decisions/0005-instruction-set.md says why.
include(CheckCXXSourceRuns)

set(x86-64-v3_needs avx2 fma bmi2)
set(x86-64-v4_needs avx512f avx512bw avx512cd avx512dq avx512vl ${x86-64-v3_needs})

function(isoflop_detect_arch out)
  set(${out} "" PARENT_SCOPE)
  if(CMAKE_CROSSCOMPILING OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    return()
  endif()
  foreach(arch x86-64-v4 x86-64-v3)
    set(test "")
    foreach(feature ${${arch}_needs})
      string(APPEND test " && __builtin_cpu_supports(\"${feature}\")")
    endforeach()
    set(CMAKE_REQUIRED_FLAGS "-march=${arch}")
    string(MAKE_C_IDENTIFIER "ISOFLOP_RUNS_${arch}" runs)
    check_cxx_source_runs("int main() { __builtin_cpu_init(); return (1${test}) ? 0 : 1; }" ${runs})
    if(${runs})
      set(${out} ${arch} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

if(NOT DEFINED ISOFLOP_ARCH)
  isoflop_detect_arch(detected)
  set(ISOFLOP_ARCH "${detected}" CACHE STRING "Instruction set of our own code (-march); empty: the compiler's default")
endif()
set(ISOFLOP_ALSO_ARCH "" CACHE STRING "Instruction sets besides ISOFLOP_ARCH for which the laws are compiled, richest first")

# isoflop_compile_for(<target> <instruction set>). Eigen would align its types, and pick the functions
# that take and free its memory, by the instruction set: both held at what its other users, Ceres among
# them, were compiled with. Else memory taken by one copy of an inline function is freed by the other,
# whichever the linker kept.
function(isoflop_compile_for target arch)
  get_target_property(type ${target} TYPE)
  set(scope PRIVATE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  endif()
  target_compile_options(${target} ${scope} -march=${arch})
  target_compile_definitions(${target} ${scope} EIGEN_MAX_ALIGN_BYTES=16
                                                EIGEN_MALLOC_ALREADY_ALIGNED=1)
  if(arch STREQUAL "x86-64-v4")
    target_compile_options(${target} ${scope}
      -mprefer-vector-width=512
      # False alarms of g++ 12 in its own header (its bug 105593) and in Eigen on bounded sizes.
      $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized -Wno-stringop-overread>)
  endif()
endfunction()

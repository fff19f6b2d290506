#!/usr/bin/env bash
# sanitized.sh <asan|tsan> <jobs>: builds and tests that preset, through ccache where it is installed.
# The last line counts the tests.
set -euo pipefail
preset=$1 num_jobs=$2
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
if command -v ccache; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_SLOPPINESS=pch_defines,time_macros
  export CCACHE_BASEDIR=${CCACHE_BASEDIR-$PWD}
fi

cmake --preset "$preset"
time cmake --build --preset "$preset" --parallel "$num_jobs"
report="$PWD/build/$preset/tests.xml"
rm -f "$report"
time ctest --preset "$preset" --parallel "$num_jobs" --output-junit "$report" || true
python3 cmake/count_tests.py "$report" 0 0

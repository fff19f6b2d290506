#!/usr/bin/env bash
# Builds the Ceres Solver that goes into the wheel.
set -euo pipefail

usage() {
  cat <<'END'
Usage: python/build_ceres.sh [FOLDER]
Builds Ceres Solver 2.1 from the distribution's source package, without what isoflop does not use
(SuiteSparse, CXSparse, LAPACK, glog), position-independent, and installs it into FOLDER (default:
build/ceres). Takes about five minutes of one core; does nothing where FOLDER holds it already.
The library of the distribution would bring 19 shared libraries into a wheel, one of them under the
GPL; a fit polishes with dense QR alone. Needs apt-get, dpkg-source, CMake, Ninja and Eigen.
CERES_SOURCE=FOLDER: take the three files of the source package from there, and load nothing.
Exit code: 0 built, 1 something failed, 2 bad command line, or the source package cannot be had.
END
}

case "${1-}" in
  -h | --help) usage; exit 0 ;;
  -*) printf 'unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
esac

root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
into=$(realpath -m -- "${1:-$root/build/ceres}")
version=2.1.0+really2.1.0+dfsg
recipe="$version-1, $(sha256sum -- "${BASH_SOURCE[0]}" | cut -c 1-16)"
if [[ -f $into/recipe && $(<"$into/recipe") == "$recipe" ]]; then
  echo "Ceres is in $into"
  exit 0
fi

sums="acd5774187a8ea92bdf9e6d1faeb22c00bf30b1ad226ef6e2ade8b7636bbc336  ceres-solver_$version.orig.tar.xz
ab385b8a0c750dcb4a074ecc072ff5d6f125a110e18e477d983ca2cd159c6b25  ceres-solver_$version-1.debian.tar.xz"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"

# The machine's own sources of packages, asked for source packages, in lists of our own: those of
# the system stay as they are.
fetch_source() {
  local file
  mkdir -p apt/parts apt/lists/partial apt/cache/archives/partial
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -f $file ]] && sed 's/^Types:.*/Types: deb-src/' "$file" >"apt/parts/$(basename "$file")"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -f $file ]] && sed -n 's/^deb /deb-src /p' "$file" >"apt/parts/$(basename "$file" .list).list"
  done
  local apt=(apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt/parts"
             -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
             -o APT::Sandbox::User=root)
  # A source of something else may have no source packages; only this one has to be found.
  "${apt[@]}" update || true
  "${apt[@]}" source --download-only "ceres-solver=$version-1"
}

if [[ -n ${CERES_SOURCE-} ]]; then
  cp -- "$CERES_SOURCE"/ceres-solver_"$version"* .
else
  fetch_source || { echo "The source package of Ceres could not be loaded." >&2; exit 2; }
fi
sha256sum --check --quiet <<<"$sums"
mkdir source
tar -xf "ceres-solver_$version.orig.tar.xz" -C source --strip-components=1
tar -xf "ceres-solver_$version-1.debian.tar.xz" -C source
while read -r patch _; do
  if [[ -n $patch && $patch != \#* ]]; then
    patch -d source -p1 --quiet <"source/debian/patches/$patch"
  fi
done < <(cat source/debian/patches/series 2>/dev/null || true)

off=()
for part in BUILD_BENCHMARKS BUILD_EXAMPLES BUILD_SHARED_LIBS BUILD_TESTING CUDA CXSPARSE EIGENSPARSE \
            GFLAGS LAPACK PROVIDE_UNINSTALL_TARGET SCHUR_SPECIALIZATIONS SUITESPARSE; do
  off+=("-D$part=OFF")
done
cmake -S source -B build -G Ninja "${off[@]}" -DMINIGLOG=ON -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_CXX_FLAGS="-ffunction-sections -fdata-sections -w" \
  -DCMAKE_INSTALL_PREFIX="$into" -DCMAKE_INSTALL_LIBDIR=lib >configure.log 2>&1 ||
  { cat configure.log >&2; exit 1; }
rm -rf -- "$into"
cmake --build build --target install >build.log 2>&1 || { tail -n 40 build.log >&2; exit 1; }
cp source/LICENSE "$into"
printf '%s\n' "$recipe" >"$into/recipe"
echo "Ceres is in $into"

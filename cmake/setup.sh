# Sourced by ./demo and ./check after they have changed to the root of the project: sees to the
# packages that the build needs, then configures and builds the preset "release".
# Exit codes: 1 a step failed; 2 this machine lacks something.

packages=(g++ cmake ninja-build libeigen3-dev libceres-dev nlohmann-json3-dev libcli11-dev catch2
          libfmt-dev libcsv-dev zlib1g-dev)
build_folder="$PWD/build/release"
num_jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)

lacks() {
  printf '%s\n' "$@" >&2
  exit 2
}

# timed <label> <log file> <command>...: one line with the time; the log only if it fails.
timed() {
  local label=$1 log=$2 start=$SECONDS
  shift 2
  printf '%-20s' "$label"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    printf 'failed\n'
    cat "$log" >&2
    return 1
  fi
  printf '%5d s\n' $((SECONDS - start))
}

install_packages() {
  local package status missing=()
  for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  local install=(install -y --no-install-recommends "${missing[@]}")
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      lacks "These packages are missing: ${missing[*]}" \
            "Install them as root, then run this again:" \
            "  apt-get update && apt-get ${install[*]}" \
            "If you have these libraries from elsewhere: cmake --workflow --preset release"
    fi
    apt=(sudo -n "${apt[@]}")
  fi
  echo "+ ${apt[*]} update"
  # A stale list of packages may still do: only the installation has to succeed.
  timed "update package list" build/packages.log "${apt[@]}" update || true
  echo "+ ${apt[*]} ${install[*]}"
  timed "install packages" build/packages.log "${apt[@]}" "${install[@]}" ||
    lacks "These packages could not be installed: ${missing[*]}"
}

require_cmake() {
  local version major minor
  command -v cmake >/dev/null || lacks "CMake is missing; isoflop needs 3.25 or newer."
  version=$(cmake --version | sed -n '1s/^cmake version //p')
  IFS=. read -r major minor _ <<<"$version"
  if ((major < 3 || (major == 3 && minor < 25))); then
    lacks "isoflop needs CMake 3.25 or newer; $(command -v cmake) is $version."
  fi
}

# Configures where that was never done, or was done for a tree that has since been moved; after
# that the build configures again by itself when it has to.
configure() {
  local cache="$build_folder/CMakeCache.txt"
  if [[ -f $build_folder/build.ninja ]] &&
     grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
    return 0
  fi
  timed configure build/configure.log cmake --preset release --fresh && return 0
  if ! command -v dpkg-query >/dev/null; then
    lacks "" "isoflop needs what Debian and Ubuntu call: ${packages[*]}"
  fi
  exit 1
}

prepare() {
  mkdir -p build
  if command -v dpkg-query >/dev/null; then
    install_packages
  fi
  require_cmake
}

# build_release <target>...
build_release() {
  prepare
  configure
  timed build build/build.log \
    cmake --build --preset release --parallel "$num_jobs" --target "$@" || exit 1
}

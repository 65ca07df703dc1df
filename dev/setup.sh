#!/usr/bin/env bash
# Make the environment this checkout is built, tested and shown in: ROS 2 from wheels in a
# virtual environment, this package built by colcon. Does only what is not done yet.
# Usage: dev/setup.sh [jazzy|kilted]
set -euo pipefail
cd "$(dirname "$0")/.."
source dev/names.sh "${1:-jazzy}"

say() { printf '==> %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

case "$PWD" in
  *[[:space:]]*) die "the path of this checkout has a space in it, which ROS cannot live with" ;;
esac
[ -f "constraints/$distro.txt" ] || die "there is no constraints/$distro.txt (known: jazzy, kilted)"
for tool in gcc g++ cmake make; do
  command -v "$tool" >/dev/null || die "$tool is missing: sudo apt install build-essential cmake"
done

find_python() {
  local name
  for name in ${PYTHON:-python3.12 python3.11 python3}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
        2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

install_packages() {
  local python
  python="$(find_python)"
  [ -n "$python" ] || die "needs Python 3.11 or 3.12: ROS 2 wheels exist for these only \
(on a robot, source its ROS distro and use colcon build instead)"
  "$python" -c 'import venv, ensurepip' 2>/dev/null \
    || die "$python cannot make virtual environments: sudo apt install python3-venv"
  [ -f "$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] \
    || die "the headers of $python are missing: sudo apt install python3-dev"
  if made_here; then
    # what is there stays, also what somebody has added
    say "ROS 2 $distro and libraries in $VENV: what has changed"
  else
    say "ROS 2 $distro and libraries into $VENV (some 700 MB, about a minute)"
    rm -rf "$VENV" "$PREFIX"
    "$python" -m venv "$VENV"
  fi
  # a line per package is progress enough; no line is no failure: there was nothing to install
  "$VENV/bin/pip" install --disable-pip-version-check --progress-bar off \
    -r "constraints/$distro.txt" -c "constraints/$distro.lock" \
    | { grep --line-buffered -E '^(Collecting|Installing)' || [ $? = 1 ]; } | cut -c1-60
  "$VENV/bin/python" dev/fix_prefix.py
}

# whether a whole environment is there that was made in this folder: its scripts name the folder
made_here() {
  [ -f "$VENV/.stamp" ] && "$VENV/bin/python" -c '' 2>/dev/null \
    && [ "$(cut -d- -f2- "$VENV/.stamp")" = "$PWD" ]
}

build_packages() {
  say "building messages and package into $PREFIX (about half a minute)"
  # CMake refuses to export a target whose headers lie below its own source folder, as numpy's
  # do in an environment inside the checkout: so build from a folder of links beside it
  local source="$PREFIX/source/edge_sched_ros" entry
  rm -rf "$PREFIX/source"
  mkdir -p "$source"
  "$VENV/bin/python" dev/fix_prefix.py
  # a build must not find its own former result, with other paths it would compile everything anew
  rm -f "$VENV"/lib/python3*/site-packages/edge_sched_ros.pth
  for entry in package.xml CMakeLists.txt pyproject.toml msg native edge_sched_ros launch config models dev test; do
    ln -s "$PWD/$entry" "$source/$entry"
  done
  local paths=("$source") testing=OFF
  # the packages that CMake wants for tests are there for this distro only
  [ "$distro" = kilted ] || testing=ON
  for entry in dev/overlay/*; do
    [ -d "$VENV/share/$(basename "$entry")" ] || paths+=("$entry")
  done
  # without a -j of ours colcon adds -l, with which make waits for a machine that is never idle
  AMENT_PREFIX_PATH="$PWD/$VENV" CMAKE_PREFIX_PATH="$PWD/$VENV" PATH="$PWD/$VENV/bin:$PATH" \
  CMAKE_BUILD_PARALLEL_LEVEL="$(nproc)" MAKEFLAGS="-j$(nproc)" \
  "$VENV/bin/colcon" --log-base "$PREFIX/log" build \
    --base-paths "${paths[@]}" \
    --build-base "$PREFIX/build" --install-base "$PREFIX/install" \
    --symlink-install --event-handlers console_direct- console_cohesion- \
    --cmake-args "-DPython3_EXECUTABLE=$PWD/$VENV/bin/python" "-DBUILD_TESTING=$testing" \
      -DCMAKE_BUILD_TYPE=Release -Wno-dev \
    || die "the build failed: see $PREFIX/log/latest_build"
  # what was removed from the checkout leaves dangling links behind
  find "$PREFIX/install" -xtype l -delete
  "$VENV/bin/python" dev/link_command.py "$PREFIX/install"
}

# a stamp holds what its step was made from; the step is redone when that has changed
stamp() { cat "$@" | sha256sum | cut -d' ' -f1; }
fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# two at once would undo each other
mkdir -p build
exec 9> "build/.lock-$distro"
flock 9

packages="$(stamp "constraints/$distro.txt" "constraints/$distro.lock" constraints/common.txt dev/fix_prefix.py)-$PWD"
if ! fresh "$VENV/.stamp" "$packages"; then
  install_packages
  echo "$packages" > "$VENV/.stamp"
fi
# installed files are links into this checkout: only what CMake lists matters, and which files
# there are
built="$(stamp CMakeLists.txt package.xml msg/*.msg dev/overlay/*/*.* \
  dev/overlay/*/msg/*.msg dev/setup.sh dev/link_command.py dev/venv/* dev/executables/* native/CMakeLists.txt native/src/* <(find edge_sched_ros launch config models -type f \
    ! -path '*/__pycache__/*' | sort))"
if ! fresh "$PREFIX/.stamp" "$built"; then
  build_packages
  echo "$built" > "$PREFIX/.stamp"
fi

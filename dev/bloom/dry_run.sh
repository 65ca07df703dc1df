#!/usr/bin/env bash
# Resolve the keys of package.xml for each ROS distro, and make bloom's debian folders; offline.
# Usage: dev/bloom/dry_run.sh ROSDISTRO [FOLDER]    ROSDISTRO is a clone of github.com/ros/rosdistro
# Needs `pip install bloom rosdep` in the path. Nothing is built: what the packages depend on is
# where ROS's packages are.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
rosdistro="$(realpath -- "$1")"
folder="$(realpath -m -- "${2:-$root/out/bloom}")"
mkdir -p "$folder/sources" "$folder/home"
for file in base python; do echo "yaml file://$rosdistro/rosdep/$file.yaml"; done \
  > "$folder/sources/20-default.list"
export ROSDEP_SOURCE_PATH="$folder/sources" ROSDISTRO_INDEX_URL="file://$rosdistro/index-v4.yaml"
export HOME="$folder/home" ROS_PYTHON_VERSION=3

for target in humble:jammy jazzy:noble kilted:noble lyrical:resolute; do
  distro="${target%:*}" release="${target#*:}"
  rm -rf "${folder:?}/$distro"
  mkdir -p "$folder/$distro"
  cp "$root/package.xml" "$root/CMakeLists.txt" "$root/CHANGELOG.rst" "$folder/$distro/"
  cd "$folder/$distro"
  # other distros go out of the cache with each update
  rosdep update --rosdistro "$distro" > "$folder/update.log" 2>&1 || { tail -3 "$folder/update.log"; exit 1; }
  rosdep install --simulate --reinstall --os="ubuntu:$release" --rosdistro "$distro" --from-paths . \
    --ignore-src > "$folder/keys.log" 2>&1 || { cat "$folder/keys.log"; exit 1; }
  echo "$distro on $release: $(grep -c 'apt-get install' "$folder/keys.log") keys are packages," \
    "$(grep -c 'pip3 install' "$folder/keys.log") are pip's:$(sed -n 's/.*pip3 install.* / /p' "$folder/keys.log" | tr -d '\n')"
  bloom-generate rosdebian --os-name ubuntu --os-version "$release" --ros-distro "$distro" \
    > "$folder/bloom.log" 2>&1 || { tail -20 "$folder/bloom.log"; exit 1; }
  echo "  bloom-generate rosdebian: $(ls debian | tr '\n' ' ')"
  sed -n 's/^Package: /  package /p' debian/control
done

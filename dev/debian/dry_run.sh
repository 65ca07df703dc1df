#!/usr/bin/env bash
# Build a .deb of the ROS-free part in a chroot of Debian, install it in another one, and run it.
# Usage: dev/debian/dry_run.sh [FOLDER]    as root, with debootstrap; 3.5 GB and a registry
# Variables: SUITE (trixie, which is Debian 13), MIRROR.
# ROS is not in Debian: what package.xml asks of it is left out, and said.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
folder="$(realpath -m -- "${1:-$root/out/debian}")"
suite="${SUITE:-trixie}"
[ "$(id -u)" = 0 ] || { echo "dry_run: a chroot needs root" >&2; exit 1; }
command -v debootstrap > /dev/null || { echo "dry_run: apt install debootstrap" >&2; exit 1; }
mkdir -p "$folder"

if [ ! -e "$folder/base/.whole" ]; then
  rm -rf "$folder/base"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$folder/base" \
    "${MIRROR:-http://deb.debian.org/debian}" > "$folder/debootstrap.log"
  touch "$folder/base/.whole"
fi

fresh() { rm -rf "${folder:?}/$1"; cp -a --reflink=auto "$folder/base" "$folder/$1"; }
# a clean environment: what this machine has on its paths is not there. ONNX Runtime ends the process
# where /proc is missing
inside() {
  local name="$1"; shift
  unshare --mount --pid --fork bash -c '
    mount -t proc proc "$0/proc" && exec chroot "$0" /usr/bin/env -i \
      PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
  ' "$folder/$name" "$@"
}

fresh build
python3 "$root/dev/debian" "$folder/build/build/source"
inside build sh -ec '
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends build-essential > /build/tools.log 2>&1
  cd /build/source
  apt-get build-dep -y -qq --no-install-recommends ./ > /build/needs.log 2>&1
  dpkg-buildpackage -us -uc -b > /build/build.log 2>&1 || { tail -30 /build/build.log; exit 1; }
'
cp "$folder"/build/build/*.deb "$folder/"
dpkg-deb --info "$folder"/edge-sched_*.deb | sed -n '/Package:/,$p'

fresh try
cp "$folder"/edge-sched_*.deb "$folder/try/tmp/"
began="$(date +%s)"
inside try sh -ec 'apt-get update -qq
  apt-get install -y -qq --no-install-recommends /tmp/edge-sched_*.deb > /tmp/install.log 2>&1 \
    || { tail -30 /tmp/install.log; exit 1; }'
echo "installed in $(($(date +%s) - began)) s"
share=/usr/share/edge_sched_ros
try() {
  began="$(date +%s%N)"
  inside try "$@" > "$folder/answer.log" 2>&1 || { cat "$folder/answer.log"; exit 1; }
  echo "ran in $((($(date +%s%N) - began) / 1000000)) ms: $*"
}
try edge-sched --help
try edge-sched doctor --json
try edge-sched simulate --workload robot_drone --platform orin_nx --seconds 0.5
try edge-sched import "$share/models/demo_detector.onnx" --output /tmp

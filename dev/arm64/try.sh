#!/usr/bin/env bash
# Run the part without ROS on aarch64, emulated by qemu-user, and compare its networks with this machine's.
# Usage: dev/arm64/try.sh [FOLDER]    as root, with debootstrap, qemu-user-static and `pip install .` here;
# 1 GB and registries. Times are the emulator's, not arm64's. Processes that a command starts cannot run:
# the system's loader knows nothing of the emulator, so `doctor` says of probes that they cannot be made.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
folder="$(realpath -m -- "${1:-$root/out/arm64}")"
system="$folder/root"
emulator="$(command -v qemu-aarch64-static)" || { echo "try: apt install qemu-user-static" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "try: a chroot needs root" >&2; exit 1; }
mkdir -p "$folder"

if [ ! -e "$folder/.system" ]; then
  rm -rf "$system"
  debootstrap --arch=arm64 --foreign --variant=minbase --include=python3 trixie "$system" \
    "${MIRROR:-http://deb.debian.org/debian}" > "$folder/debootstrap.log"
  # unpacked is enough: nothing of it is configured
  for package in "$system"/var/cache/apt/archives/*.deb; do dpkg-deb -x "$package" "$system"; done
  touch "$folder/.system"
fi
cp "$emulator" "$system/usr/bin/qemu-aarch64-static"

if [ ! -e "$folder/.site" ]; then
  rm -rf "$folder/wheel" "$system/opt/site"
  # without compiled parts, which would be of this machine
  CXX=none EDGE_SCHED_COMPILED=0 python3 -m pip wheel -q --no-deps -w "$folder/wheel" "$root"
  platforms=()
  for glibc in 28 27 26 24 17; do platforms+=(--platform "manylinux_2_${glibc}_aarch64"); done
  python3 -m pip install -q --target "$system/opt/site" --python-version 3.13 --only-binary=:all: \
    "${platforms[@]}" --platform manylinux2014_aarch64 "$folder"/wheel/*.whl
  touch "$folder/.site"
fi

inside() {
  local python=(/usr/bin/qemu-aarch64-static /usr/bin/python3.13)
  unshare --mount --pid --fork bash -c '
    mkdir -p "$0/work" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"
  ' "$system" /usr/bin/qemu-aarch64-static /usr/bin/env -i PATH=/usr/bin HOME=/root LANG=C.UTF-8 \
    PYTHONPATH=/opt/site "${python[@]}" "$@"
}
try() {
  local what="$1" began; shift
  began="$(date +%s)"
  inside "$@" > "$folder/answer.log" 2>&1 || { tail -20 "$folder/answer.log"; echo "failed: $what"; return 1; }
  echo "ran in $(($(date +%s) - began)) s: $what"
}
command_() {
  try "edge-sched $*" -c 'import sys; from edge_sched_ros.cli.main import main; main()' "$@"
}
try versions -c 'import platform, numpy, cv2, onnxruntime, scipy
print(platform.machine(), platform.python_version(), *(m.__version__ for m in (numpy, cv2, onnxruntime, scipy)))'
tail -1 "$folder/answer.log"
models=/opt/site/share/edge_sched_ros/models
failed=0
command_ --help || failed=1
command_ simulate --workload robot_drone --platform orin_nx --seconds 0.5 || failed=1
tail -4 "$folder/answer.log"
command_ import "$models/demo_detector.onnx" --output /work || failed=1
command_ doctor --json || failed=1
cp "$root/dev/arm64/networks.py" "$system/work/"
try 'the three bundled networks' /work/networks.py "$models" /work/arm64.npz || failed=1
python3 "$root/dev/arm64/networks.py" "$root/models" "$folder/here.npz"
python3 "$root/dev/arm64/networks.py" --compare "$folder/here.npz" "$system/work/arm64.npz"
exit "$failed"

#!/usr/bin/env bash
# Run a command in the environment dev/setup.sh made.
# Usage: [DISTRO=jazzy] [PYTHONPATH=FOLDER:...] dev/env.sh COMMAND [ARGUMENT...]
# Folders of one's own code in PYTHONPATH stay; those of another ROS around us do not.
set -eo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"

own_entries() {
  local entry prefix foreign
  while IFS= read -r -d : entry; do
    [ -n "$entry" ] && [ "$(realpath -m -- "$entry")" != "$root" ] || continue
    foreign=
    [ ! -d "$entry/rclpy" ] && [ ! -d "$entry/ament_index_python" ] || foreign=yes
    while IFS= read -r -d : prefix; do
      case "$entry/" in "${prefix:-//}"/*) foreign=yes ;; esac
    done <<<"${AMENT_PREFIX_PATH:-}:${COLCON_PREFIX_PATH:-}:"
    [ -n "$foreign" ] || printf ':%s' "$entry"
  done <<<"${PYTHONPATH:-}:"
}

own_code="$(own_entries)"
source "$root/dev/names.sh" "${DISTRO:-jazzy}"
if [ ! -f "$root/$PREFIX/.stamp" ]; then
  echo "env: nothing is built for $distro yet: make setup DISTRO=$distro" >&2
  exit 1
fi
export PATH="$root/$VENV/bin:$PATH"
export AMENT_PREFIX_PATH="$root/$VENV"
export COLCON_PYTHON_EXECUTABLE="$root/$VENV/bin/python"
source "$root/$PREFIX/install/setup.bash"
case ":$AMENT_PREFIX_PATH:" in
  *":$root/$VENV:"*) ;;
  *) AMENT_PREFIX_PATH="$AMENT_PREFIX_PATH:$root/$VENV" ;;
esac
export AMENT_PREFIX_PATH
# large images vanish in Fast DDS' default shared-memory segment
profile="$root/config/dds/large_images.xml"
own="${FASTDDS_DEFAULT_PROFILES_FILE:-}${FASTRTPS_DEFAULT_PROFILES_FILE:-}${FASTDDS_BUILTIN_TRANSPORTS:-}"
# only where the user has said nothing to Fast DDS, as in launch/scheduler.launch.py; the second
# name is what Fast DDS before 3.0 looks for, and later ones warn about it
if [ -z "$own" ]; then
  export FASTDDS_DEFAULT_PROFILES_FILE="$profile"
  [ "$distro" != jazzy ] || export FASTRTPS_DEFAULT_PROFILES_FILE="$profile"
fi
export ROS_LOG_DIR="${ROS_LOG_DIR:-$root/log/ros}"
# the checkout's root would shadow the installed package, which has the generated messages
export PYTHONSAFEPATH=1
# behind what is ours, so that no name of ours is taken
if [ -n "$own_code" ]; then
  PYTHONPATH="${PYTHONPATH:-}$own_code"
  export PYTHONPATH="${PYTHONPATH#:}"
fi
exec "$@"

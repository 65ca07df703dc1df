#!/usr/bin/env bash
# Run a command in the environment dev/setup.sh made: dev/env.sh ros2-less-python -c '...'
# Usage: [DISTRO=jazzy] dev/env.sh COMMAND [ARGUMENT...]
set -eo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
source "$root/dev/names.sh" "${DISTRO:-jazzy}"
export PATH="$root/$VENV/bin:$PATH"
export AMENT_PREFIX_PATH="$root/$VENV"
COLCON_PYTHON_EXECUTABLE="$root/$VENV/bin/python"
export COLCON_PYTHON_EXECUTABLE
source "$root/$PREFIX/install/setup.bash"
case ":$AMENT_PREFIX_PATH:" in
  *":$root/$VENV:"*) ;;
  *) AMENT_PREFIX_PATH="$AMENT_PREFIX_PATH:$root/$VENV" ;;
esac
export AMENT_PREFIX_PATH
# the checkout's root would shadow the installed package, which has the generated messages
export PYTHONSAFEPATH=1
exec "$@"

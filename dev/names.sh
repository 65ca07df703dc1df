# Folders of a distro's environment, all inside the checkout. Source with the distro's name.
distro="${1:-jazzy}"
if [ "$distro" = jazzy ]; then VENV=.venv; else VENV=".venv-$distro"; fi
PREFIX="build/$distro"

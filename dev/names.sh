# Folders of a distro's environment, all inside the checkout. Source with the distro's name.
distro="${1:-jazzy}"
if [ "$distro" = jazzy ]; then VENV=.venv; else VENV=".venv-$distro"; fi
PREFIX="build/$distro"
# another ROS or Python environment around us must not leak in
unset PYTHONPATH PYTHONHOME LD_LIBRARY_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH \
  AMENT_PREFIX_PATH ROS_DISTRO _ROS_WHEELS_BOOTSTRAP_COMPLETE

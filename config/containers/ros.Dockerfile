# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
# docker build -f config/containers/ros.Dockerfile --build-arg ROS_DISTRO=jazzy -t edge-sched-ros:jazzy .
# For ROS_DISTRO humble, jazzy, kilted and lyrical. A Jetson needs l4t.Dockerfile instead.
ARG ROS_DISTRO=jazzy
FROM ros:${ROS_DISTRO}-ros-base
ARG ROS_DISTRO
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# Ubuntu 24.04 asks for this before pip may install beside its packages; 22.04 does not know it
ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_NO_CACHE_DIR=1
WORKDIR /ws
COPY . src/edge_sched_ros
# the distro's packages are what its apt has, all of one release
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-pip \
       "ros-${ROS_DISTRO}-foxglove-bridge" "ros-${ROS_DISTRO}-v4l2-camera" \
    && rosdep update --rosdistro "${ROS_DISTRO}" \
    && rosdep install --from-paths src --ignore-src -y --rosdistro "${ROS_DISTRO}" \
    && rm -rf /var/lib/apt/lists/*
# not in Ubuntu up to 24.04: pydantic 2. ROS was compiled for the distro's numpy: 1 up to Kilted, and
# 2 on Lyrical, which has both from apt
RUN case "${ROS_DISTRO}" in \
      humble | jazzy | kilted) pip3 install 'pydantic>=2,<3' 'numpy<2' ;; \
      *) python3 -c 'import numpy, pydantic; assert min(numpy.__version__, pydantic.VERSION) >= "2"' ;; \
    esac
RUN . "/opt/ros/${ROS_DISTRO}/setup.bash" \
    && colcon build --packages-select edge_sched_ros --cmake-args -DCMAKE_BUILD_TYPE=Release \
    && useradd --uid 65532 --create-home --groups video robot
ENV ROS_DISTRO=${ROS_DISTRO}
USER 65532:65532
ENTRYPOINT ["/ws/src/edge_sched_ros/config/containers/entrypoint.sh"]
CMD ["edge-sched", "doctor"]

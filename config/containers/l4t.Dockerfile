# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
# docker build -f config/containers/l4t.Dockerfile -t edge-sched-ros:humble .
# On a Jetson with JetPack 6 (Ubuntu 22.04, so Humble). JetPack 7 has Ubuntu 24.04: give its image as
# BASE and ROS_DISTRO=jazzy. BASE must have TensorRT with its Python package, VPI and the CUDA toolkit.
ARG BASE=nvcr.io/nvidia/l4t-jetpack:r36.4.0
# the tag is in BASE
# hadolint ignore=DL3006
FROM ${BASE}
ARG ROS_DISTRO=humble
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 \
    PIP_BREAK_SYSTEM_PACKAGES=1 PIP_NO_CACHE_DIR=1
# the distro's packages are what its apt has, all of one release
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && curl -fsSL https://raw.githubusercontent.com/ros/rosdistro/master/ros.key \
       -o /usr/share/keyrings/ros-archive-keyring.gpg \
    && . /etc/os-release \
    && echo "deb [signed-by=/usr/share/keyrings/ros-archive-keyring.gpg] http://packages.ros.org/ros2/ubuntu ${UBUNTU_CODENAME} main" \
       > /etc/apt/sources.list.d/ros2.list \
    && apt-get update \
    && apt-get install -y --no-install-recommends build-essential python3-pip python3-dev \
       python3-colcon-common-extensions python3-rosdep "ros-${ROS_DISTRO}-ros-base" \
       "ros-${ROS_DISTRO}-foxglove-bridge" "ros-${ROS_DISTRO}-v4l2-camera" \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /ws
COPY . src/edge_sched_ros
# hadolint ignore=DL3008
RUN apt-get update \
    && (test -f /etc/ros/rosdep/sources.list.d/20-default.list || rosdep init) \
    && rosdep update --rosdistro "${ROS_DISTRO}" \
    && rosdep install --from-paths src --ignore-src -y --rosdistro "${ROS_DISTRO}" \
    && rm -rf /var/lib/apt/lists/*
# pycuda is compiled with the CUDA toolkit of BASE
RUN PATH="/usr/local/cuda/bin:${PATH}" pip3 install 'pydantic>=2,<3' 'numpy<2' 'pycuda>=2022.1,<2027'
RUN . "/opt/ros/${ROS_DISTRO}/setup.bash" \
    && colcon build --packages-select edge_sched_ros --cmake-args -DCMAKE_BUILD_TYPE=Release \
    && useradd --uid 65532 --create-home --groups video robot
ENV ROS_DISTRO=${ROS_DISTRO}
USER 65532:65532
ENTRYPOINT ["/ws/src/edge_sched_ros/config/containers/entrypoint.sh"]
CMD ["edge-sched", "doctor"]

#!/bin/bash
# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
# Run a command with the ROS distro and this package in its environment.
set -e
# shellcheck disable=SC1090,SC1091
source "/opt/ros/$ROS_DISTRO/setup.bash"
# shellcheck disable=SC1091
source /ws/install/setup.bash
exec "$@"

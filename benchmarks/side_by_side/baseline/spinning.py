# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Spinning as most nodes do it: rclpy's own executor and signal handlers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.executors import SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node


def spin(make: Callable[[], list[Node]]) -> None:
    """
    Make nodes and spin them until SIGINT or SIGTERM.

    :param make: called once ROS is initialised
    """
    rclpy.init()
    executor = SingleThreadedExecutor()
    try:
        for node in make():
            executor.add_node(node)
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        # rclpy's signal handler may shut down between this one's look and its call
        with suppress(rclpy_implementation.RCLError):
            rclpy.try_shutdown()

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Running nodes until a signal, with time to say goodbye."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

#: how soon a signal is noticed while nothing else happens
_LOOK_S = 0.2


class InterruptibleExecutor(SingleThreadedExecutor):
    """
    Spins until SIGINT or SIGTERM, and leaves the context valid.

    rclpy's own handlers shut the context down at once: nothing could be published any more,
    not even that the node stops.
    """

    def __init__(self) -> None:
        super().__init__()
        #: whether a signal came
        self.interrupted = False

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self.interrupted = True

    def spin(self) -> None:
        """Execute callbacks until interrupted."""
        while not self.interrupted and self.context.ok():
            self.spin_once(timeout_sec=_LOOK_S)


@contextmanager
def running() -> Iterator[InterruptibleExecutor]:
    """Initialise ROS, yield an executor, shut down; signals end it cleanly."""
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    executor = InterruptibleExecutor()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, executor.interrupt)
    try:
        yield executor
    except ExternalShutdownException:
        pass
    finally:
        executor.shutdown()
        rclpy.try_shutdown()

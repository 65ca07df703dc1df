# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks of a coordinator: a network in segments bound to an input stream, with a deadline."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import NetworkGraph

#: what ``TaskChanged`` may set on a task
CHANGEABLE = (
    'deadline_ns',
    'period_ns',
    'priority',
    'every_n',
    'queue_depth',
    'max_in_flight',
    'enabled',
)


@dataclass(frozen=True, slots=True)
class FleetTask:
    """
    What the high-level dispatcher must know of a task.

    :param stream: the input stream whose frames activate it
    :param home: the device that has the stream's frames and publishes the answers; it need not
        offer units
    :param every_n: activated by every n-th frame of the stream
    :param queue_depth: jobs that may wait; the oldest is superseded when one more arrives
    :param max_in_flight: jobs that may have started and not ended
    """

    name: str
    graph: NetworkGraph
    stream: str
    home: str
    deadline_ns: int
    period_ns: int = 0
    priority: int = 0
    every_n: int = 1
    queue_depth: int = 1
    max_in_flight: int = 4
    enabled: bool = True

    def __post_init__(self) -> None:
        """:raises ConfigError: naming ``<task>.<key>``."""
        positive = {
            'deadline_ms': self.deadline_ns,
            'every_n': self.every_n,
            'queue_depth': self.queue_depth,
            'max_in_flight': self.max_in_flight,
        }
        for key, value in positive.items():
            if value <= 0:
                raise ConfigError(f'{self.name}.{key}', 'must be greater than zero')
        if not self.stream:
            raise ConfigError(f'{self.name}.stream', 'needs an input stream')
        if not self.home:
            raise ConfigError(f'{self.name}.home', 'needs the device that has the frames')

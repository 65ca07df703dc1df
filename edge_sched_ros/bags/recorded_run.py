# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs of a recorded run, from the messages about them in a bag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.inputs.topics import JOB_TIMING
from edge_sched_ros.reporting.top.played import Ended
from edge_sched_ros.reporting.top.played import FAILED
from edge_sched_ros.reporting.top.played import LATE
from edge_sched_ros.reporting.top.played import LOST
from edge_sched_ros.reporting.top.played import ON_TIME
from edge_sched_ros.reporting.top.snapshot import known

#: of JobTiming.msg
_OUTCOMES = {0: ON_TIME, 1: LATE, 3: FAILED}


def read_jobs(path: Path) -> list[Ended]:
    """
    Return the jobs in a bag in the order of their ends.

    :raises ConfigError: when it is no bag, or tells of no job
    """
    with open_bag(path) as bag:
        told = [one for one in bag.connections if one.msgtype == JOB_TIMING]
        jobs = [
            _ended(bag.deserialize(data, one.msgtype), at_ns)
            for one, at_ns, data in bag.messages(told)
        ]
        if not jobs:
            why = bag.damage or f'has no message of the type {JOB_TIMING} (topic scheduler/timing)'
            raise ConfigError(str(path), why)
    return sorted(jobs, key=lambda job: job.end_s)


def _ended(message: Any, at_ns: int) -> Ended:
    stamp = message.header.stamp
    # an unknown stamp is zero
    begin_s = stamp.sec + stamp.nanosec / 1e9 or at_ns / 1e9
    response_ms = known(message.response_ms)
    return Ended(
        task=message.task,
        end_s=begin_s + (response_ms or 0.0) / 1e3,
        deadline_ms=message.deadline_ms,
        age_ms=message.age_ms,
        response_ms=response_ms,
        outcome=_OUTCOMES.get(message.outcome, LOST),
        reason=message.reason,
        busy=tuple(
            (stage.unit, begin_s + stage.start_ms / 1e3, begin_s + stage.end_ms / 1e3)
            for stage in message.stages
        ),
    )

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a pipeline's tasks and learned costs as a system file for simulation and planning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.system.learned import Shares
from edge_sched_ros.system.snapshot import snapshot_data

_HEAD = '# Written by scheduler_node: what it ran, and the costs it learned (docs/ros.md).\n'
#: minimum number of messages for a rate
_FEWEST = 2


class RatesSeen:
    """
    Mean rates of streams since the pipeline was started, up to the last message of each.

    So the rate of a source that has ended does not fall.
    """

    def __init__(self) -> None:
        self._before: dict[str, int] = {}
        self._started_ns = 0

    def begin(self, inputs: Mapping[str, InputAccount], now_ns: int) -> None:
        """Restart counting."""
        self._before = {topic: account.received for topic, account in inputs.items()}
        self._started_ns = now_ns

    def hz(self, inputs: Mapping[str, InputAccount]) -> dict[str, float]:
        """Return stream -> messages a second; streams with unknown rate are left out."""
        found = {}
        for topic, account in inputs.items():
            came = account.received - self._before.get(topic, 0)
            span_ns = (account.last_ns or 0) - self._started_ns
            if came >= _FEWEST and span_ns > 0:
                found[topic] = came * 1e9 / span_ns
        return found


def write_system_file(
    name: str,
    runtime: Runtime,
    *,
    seen_hz: Mapping[str, float],
    networks: Mapping[str, str],
    files: Mapping[str, str],
    shares: Shares,
    root: Path,
) -> None:
    """
    Write the present state of a runtime's dispatcher atomically; nothing without a name.

    While nothing is known of any task, the file stays as it is.

    :param name: path of the file; ``~`` is the home folder
    :param seen_hz: stream -> messages a second
    :param networks: task -> the name of its network
    :param files: task -> the YAML file of its network, for tasks that have one
    :param shares: how stages that run as one divide into the stages of the file
    :param root: root of the machine's file system
    :raises ConfigError: when it cannot be written, or nothing is known of any task
    """
    if not name:
        return
    # imported only here: a robot that saves nothing does not need the writer
    from edge_sched_ros.pipeline.costs.saved_segments import with_segments
    from edge_sched_ros.profiling.additions import empty_profile
    from edge_sched_ros.profiling.fingerprint import read_fingerprint
    from edge_sched_ros.system.parsing import parse_system
    from edge_sched_ros.system.writing import write_system

    data = runtime.read(partial(snapshot_data, seen_hz=seen_hz, networks=networks, shares=shares))
    if 'tasks' not in data:
        # what the file may have of an earlier run is worth more
        told = '; '.join(f'{task}: {why}' for task, why in data['notes']['left_out'].items())
        raise ConfigError(name, f'not written, as there is no task to write: {told}')
    system = with_segments(parse_system((name, data)), files)
    measured = empty_profile(read_fingerprint(root)).measured
    system = system.model_copy(update={'measured': measured})
    write_system(Path(name).expanduser(), system, _HEAD)

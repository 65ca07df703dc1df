# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What policies keep of tasks, worked out between frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.device_table import DeviceTable
    from edge_sched_ros.core.high_level.links import LinkTable
    from edge_sched_ros.core.high_level.policy import HighLevelPolicy
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class Preparation:
    """
    Has the policy work out what holds no more, a task at a time.

    A policy works that out for the first job that needs it, which takes milliseconds. Devices say
    ten times a second how they are; each time one task is made ready, so that its next frame need
    not wait. Decisions are the same with and without it.

    :param choices: task -> the task with each variant that its jobs may run
    """

    def __init__(
        self, choices: Mapping[str, tuple[FleetTask, ...]], devices: DeviceTable, links: LinkTable
    ) -> None:
        self._choices = choices
        self._devices = devices
        self._links = links
        #: tasks that may have to be made ready
        self._left: list[FleetTask] = []
        self._of: tuple[object, ...] = ()

    def go_on(self, policy: HighLevelPolicy, view: HighLevelView) -> None:
        """Have the next task made ready, if there is one that is not."""
        prepare = getattr(policy, 'prepare', None)
        if prepare is None:
            return
        of = (policy, self._devices.changes, self._devices.drifts, self._links.version)
        if of != self._of:
            self._of = of
            most = None if getattr(policy, 'chooses_variants', False) else 1
            self._left = [task for every in self._choices.values() for task in every[:most]]
        while self._left:
            if prepare(self._left.pop(), view):
                return

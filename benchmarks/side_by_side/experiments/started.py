# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A contender that runs: its processes, its place, what they cost."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.contenders.base import Contender
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.rig.child import Child
from benchmarks.side_by_side.rig.child import STOP_TIMEOUT_S
from benchmarks.side_by_side.rig.place import Place
from benchmarks.side_by_side.rig.rig import Rig


class Started:
    """
    The processes of one contender in a DDS domain of their own.

    :param order: what it is to run; the arguments of its place are filled in here
    :param pictures: shown until it answers on every topic
    """

    def __init__(self, contender: Contender, order: Order, *, rig: Rig, pictures: Path) -> None:
        self.contender = contender
        self.order = order
        self._pictures = pictures
        topics = {task.result_topic: task.kind.type for task in order.workload.tasks}
        name = f'{contender.name}_{order.workload.name}'
        self.place: Place = rig.place(name, cameras=order.workload.cameras, topics=topics)
        self._children: list[Child] = []
        #: when its first process was started, on the clock of stamps
        self.started_ns = 0
        try:
            self._start()
        except BaseException:
            self._end()
            raise

    def wait_for_answers(self) -> None:
        """
        Wait until every topic has had an answer.

        :raises BenchFault: when one has not, or a process has ended
        """
        self.place.wait_for_answers(self._pictures, self.check)

    @property
    def pids(self) -> list[int]:
        """All its processes, children of children too."""
        return procfs.processes_of(child.pid for child in self._children)

    def check(self) -> None:
        """
        Make sure that every process runs.

        :raises BenchFault: naming the one that does not
        """
        for child in self._children:
            child.check()

    def set_rate(self, rate_hz: float) -> None:
        """Tell it what follows from the camera rate."""
        for node, values in self.contender.parameters(self.order.workload, rate_hz).items():
            self.place.set_parameters(node, values)

    def stop(self) -> None:
        """
        End it as Ctrl-C does.

        :raises BenchFault: when a process does not end, or not with 0
        """
        problems = []
        for child in self._children:
            child.interrupt()
        for child in self._children:
            try:
                if code := child.wait(STOP_TIMEOUT_S):
                    problems.append(f'{child.name} ended with exit code {code} ({child.log})')
            except BenchFault as fault:
                problems.append(str(fault))
        self._end()
        if problems:
            raise BenchFault('; '.join(problems))

    def close(self) -> None:
        """End it at once."""
        with contextlib.suppress(BenchFault):
            self._end()

    def _start(self) -> None:
        order = replace(
            self.order, ros_arguments=[*self.place.ros_arguments, *self.order.ros_arguments]
        )
        for name, command in self.contender.commands(order).items():
            log = order.folder / f'{self.place.name}_{name}.log'
            self._children.append(Child(name, command, log=log, added=self.place.variables))
        self.started_ns = self._children[0].started_ns

    def _end(self) -> None:
        for child in self._children:
            child.close()
        self._children.clear()
        self.place.close()

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs faults, each beside the same robot without it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from random import Random
from typing import Any

from hosts import why_no_hosts

from faults.bag_robot import BagRobot
from faults.fault import Fault
from faults.fault import Outcome
from faults.fleet_robot import FleetRobot
from faults.hosts_robot import HostsRobot
from faults.node_robot import NodeRobot
from faults.pipeline_robot import PipelineRobot
from faults.scene import OTHERS
from faults.scene import share_on_time
from faults.scene import unaccounted

#: how long the diagnostics, and a task, get to show that a fault began or ended
PATIENCE_S = 20.0
SCENES: dict[str, Callable[[dict[str, Any]], Any]] = {
    'pipeline': PipelineRobot,
    'node': NodeRobot,
    'bag': BagRobot,
    'fleet': FleetRobot,
    'hosts': HostsRobot,
}
#: scenes of processes, for the long campaign alone
LONG = ('hosts',)


def run(fault: Fault, scene: str, seed: int, *, clean_seed: int | None = None) -> Outcome:
    """
    Return what became of a fault in a scene, beside the same robot without it.

    :param clean_seed: of the run without it, which is made once for each seed; by default ``seed``
    """
    outcome = Outcome(fault.name, fault.group, scene, seed)
    try:
        clean = _clean(scene, seed if clean_seed is None else clean_seed)
        faulty = _Run(fault, scene, seed, outcome).tasks
    except Exception as error:
        outcome.problem = f'{type(error).__name__}: {error}'[:300]
        return outcome
    outcome.unaccounted = unaccounted(faulty)
    outcome.loss_points = 100 * max(
        share_on_time(clean[name]) - share_on_time(faulty[name]) for name in OTHERS
    )
    return outcome


@lru_cache(maxsize=8)
def _clean(scene: str, seed: int) -> dict[str, Any]:
    """Return the tasks of a run without a fault."""
    return _Run(None, scene, seed, Outcome('', '', scene, seed)).tasks


def why_not(fault: Fault, scene: str) -> str | None:
    """Return why a fault cannot be tried in a scene on this machine; ``None`` when it can."""
    return fault.why_not() or (why_no_hosts() if scene == HostsRobot.name else None)


def campaign(
    faults: Iterable[Fault], seeds: Iterable[int], *, scenes: Iterable[str] = tuple(SCENES)
) -> Iterator[Outcome]:
    """Yield the outcome of every fault in every scene that it is for, with every seed."""
    wanted = set(scenes)
    chosen = [(fault, scene) for fault in faults for scene in fault.scenes if scene in wanted]
    chosen = [(fault, scene) for fault, scene in chosen if why_not(fault, scene) is None]
    # DDS remembers the network of its first participant: hosts need a process without others
    spawn = get_context('spawn')
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as apart:
        for seed in seeds:
            for fault, scene in chosen:
                if scene in LONG:
                    yield apart.submit(_run_named, fault.name, scene, seed).result()
                else:
                    yield run(fault, scene, seed)


def _run_named(name: str, scene: str, seed: int) -> Outcome:
    """Run a fault by its name: its functions cannot be sent to another process."""
    # which imports this module
    from faults.kinds import FAULTS

    return run(next(fault for fault in FAULTS if fault.name == name), scene, seed)


class _Run:
    """One robot from start to end."""

    def __init__(self, fault: Fault | None, scene: str, seed: int, outcome: Outcome) -> None:
        self._random = Random(f'{seed} {fault.name if fault else ""}')
        self._outcome = outcome
        self._robot = SCENES[scene](dict(fault.parameters) if fault is not None else {})
        try:
            self._rounds(self._random.randint(3, 12))
            if fault is None:
                self._rounds(20)
            else:
                self._with(fault)
        finally:
            #: as in a summary
            self.tasks = self._robot.close()
        outcome.service_s = self._robot.service_s

    def _rounds(self, count: int) -> None:
        for _ in range(count):
            self._robot.round()

    def _with(self, fault: Fault) -> None:
        robot, outcome = self._robot, self._outcome
        robot.health()
        fault.begin(robot, self._random)
        try:
            self._rounds(self._random.randint(5, 15))
            outcome.told = self._until(lambda: _tells(fault, robot.health()))
        finally:
            fault.end(robot)
        ended, answers = time.monotonic(), robot.answers()
        if fault.returns:
            outcome.returned = self._until(lambda: robot.answers() > answers)
            outcome.recovery_s = time.monotonic() - ended
        self._rounds(5)
        if fault.clears:
            robot.health()
            outcome.cleared = self._until(lambda: not _tells(fault, robot.health()))

    def _until(self, condition: Callable[[], bool]) -> bool:
        """Do rounds until a condition holds; whether it came to hold."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                return False
            self._robot.round()
            # a fault may need time, e.g. until a call counts as hung
            time.sleep(0.01)
        return True


def _tells(fault: Fault, found: list[Any]) -> bool:
    return any(
        one.name == fault.line
        and one.level >= fault.level
        and re.search(fault.says, f'{one.message} {one.values}')
        for one in found
    )

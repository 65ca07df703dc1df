# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Simulates the nodes of a placement, by the same dispatcher that runs on a robot.

The simulator does not use the queueing models: requests are drawn, wait, and are served; a swap of
networks takes time when the previous request was of another network.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_sched_ros.capacity.placement.feasibility import overdue
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.simulation import draws
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.machine import Machine
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import RunCost
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

#: more requests than any queue can have
_MANY = 1_000_000
_MS = 1e6
_SPREAD = 77


@dataclass(frozen=True, slots=True)
class Seen:
    """
    The result of an application in a simulation.

    :param response_ms: the figure of its objective, including the network to the node
    :param problem: how it misses its deadline; empty if it does not
    """

    answers: int
    mean_ms: float
    response_ms: float
    problem: str


def simulate_nodes(
    nodes: Iterable[NodeState], *, seconds: float, seed: int = 0
) -> dict[str, Seen]:
    """
    Return the results of all applications on some nodes; each node has a separate run.

    :param seconds: virtual time; requests waiting at its end are still served
    :raises ConfigError: for a unit that cannot be simulated; names it
    """
    found: dict[str, Seen] = {}
    nodes = list(nodes)
    check_nodes(nodes)
    for node in nodes:
        if node.hosted:
            found.update(_simulate(node, seconds, seed))
    return found


def check_nodes(nodes: Iterable[NodeState]) -> None:
    """
    Check that nodes can be simulated.

    :raises ConfigError: naming the unit that cannot
    """
    for node in nodes:
        for name, unit in node.spec.units.items():
            if unit.batch > 1 or unit.order == 'priority':
                what = 'batches' if unit.batch > 1 else 'priorities'
                raise ConfigError(f'{node.name}/{name}', f'{what} on a node cannot be simulated')


def _simulate(node: NodeState, seconds: float, seed: int) -> dict[str, Seen]:
    plan = _Plan(node)
    # equal nodes should not get equal requests
    simulator = _NodeSimulator(plan, draws.mix(seed, draws.key_of(node.name)))
    simulator.run(seconds)
    network_ms = node.spec.network_ms
    found = {}
    for task, name in plan.names.items():
        app = node.hosted[name].app
        times = np.array(simulator.responses_ms[task]) + network_ms
        if not len(times):
            found[name] = Seen(0, math.nan, math.nan, '')
            continue
        mean_ms, objective = float(times.mean()), app.objective
        share = {'mean': None, 'p95': 0.95, 'p99': 0.99}[objective]
        got = mean_ms if share is None else float(np.quantile(times, share))
        found[name] = Seen(len(times), mean_ms, got, overdue(app, got))
    return found


class _Plan:
    """A node in the simulator's form; tasks and units get new names."""

    def __init__(self, node: NodeState) -> None:
        self.names = {f'a{index}': name for index, name in enumerate(node.hosted)}
        self.units = {name: f'u{index}' for index, name in enumerate(node.spec.units)}
        #: (task, index of stage) -> demand
        self.demands: dict[tuple[str, int], Demand] = {}
        self.cores: dict[str, int] = {}
        units: dict[str, Any] = {}
        for name, unit in node.spec.units.items():
            units[self.units[name]] = {'slots': _MANY if unit.order == 'ps' else 1}
            self.cores[self.units[name]] = unit.cores
        workload: dict[str, Any] = {'streams': {}, 'tasks': {}, 'networks': {}}
        for task, name in self.names.items():
            hosted = node.hosted[name]
            for index, demand in enumerate(hosted.option):
                self.demands[(task, index)] = demand
            workload['streams'][task] = {
                'period_ms': 1e3 / hosted.app.rate_per_s,
                'arrivals': 'poisson',
            }
            workload['networks'][task] = {
                'stages': [
                    {'name': f's{index}', 'cost': {self.units[demand.unit]: demand.service_ms}}
                    for index, demand in enumerate(hosted.option)
                ]
            }
            workload['tasks'][task] = {
                'network': task,
                'stream': task,
                'deadline_ms': 1e7,
                'queue_depth': _MANY,
                'max_in_flight': _MANY,
            }
        self.system = System(
            SystemFile.model_validate(workload), SystemFile.model_validate({'units': units})
        )


class _NodeSimulator(Simulator):
    """A run of a node; adds what nodes have and robots do not: swaps and shared cores."""

    def __init__(self, plan: _Plan, seed: int) -> None:
        super().__init__(plan.system, policy='fcfs', seed=seed, listener=self._listen)
        self._model = _SwappingModel(plan, seed)
        self._machine = _Cores(plan, self._foresee_end)
        self._begun: dict[int, tuple[str, int]] = {}
        self._last = {
            task: f's{max(index for name, index in plan.demands if name == task)}'
            for task in plan.names
        }
        self.responses_ms: dict[str, list[float]] = {task: [] for task in plan.names}

    def _listen(self, at_ns: int, event: Event, decisions: list[Decision]) -> None:
        if isinstance(event, StageFinished):
            task, release_ns = self._begun[event.job]
            if event.stage == self._last[task]:
                self.responses_ms[task].append((at_ns - release_ns) / _MS)
        for decision in decisions:
            if isinstance(decision, Release):
                self._begun[decision.job] = (decision.task, decision.release_ns)


class _SwappingModel(ExecutionModel):
    """A request takes longer when the previous one on its unit was of another network."""

    def __init__(self, plan: _Plan, seed: int) -> None:
        super().__init__(plan.system, seed)
        self._demands = plan.demands
        self._loaded: dict[str, str] = {}

    def work_ns(self, cost: RunCost, items: int, task: str, seq: int, stage: int) -> float:
        """Return the time of a run at full speed, in nanoseconds."""
        demand = self._demands[(task, stage)]
        time_ns = super().work_ns(cost, items, task, seq, stage)
        cv = demand.entry.load.service.cv
        if cv:
            z = draws.normal(seq, stage, _SPREAD, state=self._states[task])
            sigma = math.sqrt(math.log1p(cv * cv))
            time_ns *= math.exp(sigma * z - sigma * sigma / 2)
        before = self._loaded.get(demand.unit, demand.network)
        self._loaded[demand.unit] = demand.network
        return time_ns + (demand.swap_ms * _MS if before != demand.network else 0.0)


class _Cores(Machine):
    """Units shared by requests, each of which uses at most one core."""

    def __init__(self, plan: _Plan, end_at: Any) -> None:
        super().__init__(plan.system, end_at)
        self._cores = plan.cores

    def _refresh(self, unit: str, now_ns: int) -> None:
        running = self._active[unit]
        pace = self.speeds[unit] * min(1.0, self._cores[unit] / max(1, len(running)))
        for active in running:
            self._set_pace(active, pace, now_ns)

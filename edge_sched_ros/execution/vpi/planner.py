# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From wanted operations to steps a unit can do, with the conversions they need in between."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from edge_sched_ros.execution.preprocess.formats import KEEPING
from edge_sched_ros.execution.preprocess.formats import SEMI_PLANAR
from edge_sched_ros.execution.vpi.capability import BACKENDS
from edge_sched_ros.execution.vpi.capability import HELPERS
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.capability import Version
from edge_sched_ros.execution.vpi.plans import Plan
from edge_sched_ros.execution.vpi.plans import Refusal
from edge_sched_ros.execution.vpi.plans import Step
from edge_sched_ros.execution.vpi.table import CAPABILITIES
from edge_sched_ros.execution.vpi.table import capabilities

_STEP_COST = 10
_CONVERSION_COST = 15
_HELPER_COST = 30


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a search has come to: ``done`` operations, their result in ``format``."""

    done: int
    format: str
    upload_format: str
    steps: tuple[Step, ...]


def plan(
    requests: Sequence[Request],
    source_format: str,
    size: Size,
    *,
    kind: str,
    version: Version,
    wanted: str = '',
    assumed: bool = False,
) -> Plan | Refusal:
    """
    Return the cheapest way, or why there is none.

    Every operation runs on the unit; conversions run on it, on the CPU while copying, and on the
    unit's helpers, nowhere else: a plan must not take time of a unit the scheduler does not know
    of.

    :param source_format: of the picture in the CPU's memory
    :param kind: of the unit
    :param wanted: format of the result in the CPU's memory; empty where the last operation gives
        no picture
    :param assumed: whether to rely on what is assumed of a backend
    """
    search = _Search(tuple(requests), size, BACKENDS[kind], version, assumed)
    return search.run(source_format, wanted)


class _Search:
    """Cheapest first over (operations done, format)."""

    def __init__(
        self,
        requests: tuple[Request, ...],
        size: Size,
        backend: str,
        version: Version,
        assumed: bool,
    ) -> None:
        self._requests = requests
        self._backend = backend
        self._version = version
        self._assumed = assumed
        self._sizes = [size]
        for request in requests:
            self._sizes.append(request.size or self._sizes[-1])
        #: operation -> what stopped it, with its rank
        self._problems: dict[int, set[tuple[int, str]]] = {}

    def run(self, source_format: str, wanted: str) -> Plan | Refusal:
        order = count()
        ways: list[tuple[int, int, _Way, bool]] = []

        def push(cost: int, way: _Way, *, arrived: bool = False) -> None:
            heapq.heappush(ways, (cost, next(order), way, arrived))

        for name, cost in _host_ways(source_format):
            if name not in SEMI_PLANAR or not (self._sizes[0][0] % 2 or self._sizes[0][1] % 2):
                push(cost, _Way(0, name, name, ()))
        seen = set()
        while ways:
            cost, _, way, arrived = heapq.heappop(ways)
            if arrived:
                return Plan(source_format, way.upload_format, way.steps, wanted)
            if (way.done, way.format, way.upload_format) in seen:
                continue
            seen.add((way.done, way.format, way.upload_format))
            if way.done == len(self._requests):
                last = 0 if not wanted else dict(_host_ways(way.format)).get(wanted)
                if last is not None:
                    push(cost + last, way, arrived=True)
            for extra, following in self._onward(way):
                push(cost + extra, following)
        return Refusal(self._reason(wanted))

    def _onward(self, way: _Way) -> Iterator[tuple[int, _Way]]:
        if way.done < len(self._requests):
            step = self._step(self._requests[way.done], self._backend, way, note=True)
            if step is not None:
                yield _STEP_COST, _after(way, step, way.done + 1)
        for backend in (self._backend, *HELPERS.get(self._backend, ())):
            for target in self._targets(backend, way.format):
                request = Request(op='convert', target=target)
                step = self._step(request, backend, way, note=False)
                if step is not None:
                    own = backend == self._backend
                    yield _CONVERSION_COST if own else _HELPER_COST, _after(way, step, way.done)

    def _targets(self, backend: str, name: str) -> list[str]:
        return sorted(
            {
                target
                for way in capabilities('convert', backend, self._version)
                if name in way.formats
                for target in way.formats
                if target != name
            }
        )

    def _step(self, request: Request, backend: str, way: _Way, *, note: bool) -> Step | None:
        size = self._sizes[way.done]
        for capability in capabilities(request.op, backend, self._version):
            if capability.assumed and not self._assumed:
                self._note(note, way.done, 0, 'it is not documented with which formats')
                continue
            problem = capability.problem(request, way.format, size)
            if not problem:
                made = capability.result_format(request, way.format)
                return Step(request, backend, way.format, size, made, request.size or size)
            takes = capability.takes(way.format, request.target)
            self._note(note, way.done, 0 if takes else 1, problem)
        return None

    def _note(self, wanted: bool, index: int, rank: int, problem: str) -> None:
        if wanted:
            self._problems.setdefault(index, set()).add((rank, problem))

    def _reason(self, wanted: str) -> str:
        """Return what stopped the way that came farthest; a wrong size before a wrong format."""
        index = max(self._problems, default=0)
        op = self._requests[index].op
        if not capabilities(op, self._backend, self._version):
            return f'{self._backend} has no {op} in VPI {_dotted(self._version)}{self._since(op)}'
        problems = self._problems.get(index)
        if not problems:
            return f'{self._backend}: the result of {op} cannot be had as {wanted}'
        return f'{self._backend} {op}: {min(problems)[1]}'

    def _since(self, op: str) -> str:
        versions = [way.since for way in CAPABILITIES[op] if way.backend == self._backend]
        later = [version for version in versions if version > self._version]
        return f', only from {_dotted(min(later))} on' if later else ''


def _after(way: _Way, step: Step, done: int) -> _Way:
    return _Way(done, step.format, way.upload_format, (*way.steps, step))


def _host_ways(name: str) -> list[tuple[str, int]]:
    """Return what the CPU can make of a format while it copies, with the cost."""
    return [(name, 0), *((b, cost) for (a, b), cost in KEEPING.items() if a == name)]


def _dotted(version: Version) -> str:
    return '.'.join(map(str, version))

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks with several first-come-first-served stages in a row, drawn request by request."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from edge_sched_ros.capacity.load import Array
from edge_sched_ros.capacity.response import DrawnResponse
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.system.unit import Unit

Place = tuple[str, str]
Chains = Mapping[str, Sequence[Entry]]
#: requests of all tasks together; of a task, the fewest that tell its p99; the fixed seed
_REQUESTS, _FEWEST, _SEED = 120_000, 1_500, 20260101
#: number of rows, each with phases of its own, where a task is periodic; a row starts with empty
#: queues, so its first part does not count
_ROWS, _WARM = 40, 0.15
#: points of the distribution of a stage on another unit
_POINTS = 400
_TINY = 1e-9


@dataclass
class _Stage:
    """A stage of all requests of a task."""

    entry: Entry
    row: npt.NDArray[np.int64]
    begins: Array
    takes: Array
    ends: Array


def rows_of(chains: Chains, units: Mapping[Place, Unit]) -> set[str]:
    """Return the tasks with stages on several units that serve in order."""
    return {
        task
        for task, chain in chains.items()
        if len({entry.place for entry in chain if _in_order(units[entry.place])}) > 1
    }


def drawn_rows(
    chains: Chains,
    units: Mapping[Place, Unit],
    parts: Mapping[str, Sequence[Response]],
) -> dict[str, Response]:
    """
    Return the response over all stages of the tasks of :func:`rows_of`.

    A queue in order makes arrivals at the next one more regular, so that a sum of the stages'
    responses is up to a quarter too long; approximations by two moments (Whitt's QNA) were 13 to
    18 % off. Here the requests of all tasks are drawn with a fixed seed, and each unit in order
    serves them by Lindley's recursion (1952). Swaps are those of the drawn order. A stage on
    another unit takes a time drawn from its own model. A task so rare that too few of its requests
    are drawn keeps the sum of its stages.

    :param chains: task -> its stages, in order; no unit is overloaded
    :param parts: task -> the response of each stage by the model of its unit
    """
    wanted = rows_of(chains, units)
    if not wanted:
        return {}
    generator = np.random.default_rng(_SEED)
    rate = sum(chain[0].load.rate_per_ms for chain in chains.values())
    rows = _ROWS if any(chain[0].periodic for chain in chains.values()) else 1
    span_ms = _REQUESTS / rate / rows
    drawn = {
        task: _stages(chain, units, parts[task], generator, rows, span_ms)
        for task, chain in chains.items()
    }
    # without a circle of units, each sweep settles one more stage of every task
    for _ in range(max(map(len, drawn.values()))):
        for place, unit in units.items():
            if _in_order(unit):
                _serve(
                    [
                        one
                        for stages in drawn.values()
                        for one in stages
                        if one.entry.place == place
                    ]
                )
        for stages in drawn.values():
            _pass_on(stages, units)
    found: dict[str, Response] = {}
    for task in wanted:
        first, last = drawn[task][0], drawn[task][-1]
        counted = first.begins - first.row * 2 * span_ms >= _WARM * span_ms
        taken = (last.ends - first.begins)[counted]
        if len(taken) >= _FEWEST:
            drift_ms = _drift_ms(first, parts[task][0], counted)
            least_ms = float(taken.min())
            scale = 1 - drift_ms / max(float(taken.mean()) - least_ms, _TINY)
            found[task] = DrawnResponse(least_ms + (taken - least_ms) * scale)
    return found


def _drift_ms(first: _Stage, part: Response, counted: npt.NDArray[np.bool_]) -> float:
    """
    Return by how much the drawn mean of the first stage is above that of its model.

    The model's is exact for Poisson arrivals; what chance adds there goes on to the stages behind.
    """
    if first.entry.periodic or first.entry.load.swap_ms:
        return 0.0
    return float((first.ends - first.begins)[counted].mean()) - part.mean_ms


def _in_order(unit: Unit) -> bool:
    return unit.order == 'fcfs' and unit.batch == 1


def _stages(
    chain: Sequence[Entry],
    units: Mapping[Place, Unit],
    parts: Sequence[Response],
    generator: np.random.Generator,
    rows: int,
    span_ms: float,
) -> list[_Stage]:
    """Return the stages of a task's requests, before any has been served."""
    row, begins = _arrivals(chain[0], generator, rows, span_ms)
    found = []
    for entry, part in zip(chain, parts):
        if _in_order(units[entry.place]):
            takes = entry.load.service.draw(generator, begins.shape)
        else:
            takes = _sampled(part, generator, len(begins))
        found.append(_Stage(entry, row, begins, takes, begins + takes))
    return found


def _arrivals(
    entry: Entry, generator: np.random.Generator, rows: int, span_ms: float
) -> tuple[npt.NDArray[np.int64], Array]:
    """Return rows and times of requests; a pause between rows empties all queues."""
    rate = entry.load.rate_per_ms
    if entry.periodic:
        count = max(1, round(span_ms * rate))
        phases = generator.uniform(0, 1 / rate, (rows, 1))
        times = (phases + np.arange(count) / rate).ravel()
        row = np.repeat(np.arange(rows), count)
    else:
        # Poisson arrivals given their number: its chance would be most of the error
        row = np.repeat(np.arange(rows), _shares(rate * span_ms * rows, rows))
        times = generator.uniform(0, span_ms, len(row))
    times = times + row * 2 * span_ms
    order = np.argsort(times)
    return row[order], times[order]


def _shares(total: float, rows: int) -> npt.NDArray[np.int64]:
    """Return whole numbers that differ by at most one and have the nearest sum."""
    return np.diff(np.round(np.linspace(0, round(total), rows + 1)).astype(np.int64))


def _sampled(part: Response, generator: np.random.Generator, count: int) -> Array:
    times = np.linspace(part.least_ms, part.longest_ms, _POINTS)
    within = np.array([part.share_within(float(time)) for time in times])
    return np.interp(generator.uniform(0, 1, count), within, times)


def _serve(stages: list[_Stage]) -> None:
    """Serve all requests of a unit in order of arrival."""
    begins = np.concatenate([one.begins for one in stages])
    order = np.argsort(begins, kind='stable')
    takes = np.concatenate([one.takes for one in stages])[order]
    takes = takes + _swaps(stages, order)
    total = np.cumsum(takes)
    ends = np.empty_like(total)
    ends[order] = total + np.maximum.accumulate(begins[order] - (total - takes))
    for one, mine in zip(stages, np.split(ends, np.cumsum([len(s.begins) for s in stages])[:-1])):
        one.ends = mine


def _swaps(stages: list[_Stage], order: npt.NDArray[np.int64]) -> Array:
    """Return the swap before each request, in the order of service."""
    sizes = [len(one.begins) for one in stages]
    numbers = {entry: number for number, entry in enumerate({s.entry.network for s in stages})}
    network = np.repeat([numbers[one.entry.network] for one in stages], sizes)[order]
    swap_ms = np.repeat([one.entry.load.swap_ms for one in stages], sizes)[order]
    changed = np.append(False, network[1:] != network[:-1])
    return np.asarray(swap_ms * changed, dtype=np.float64)


def _pass_on(stages: list[_Stage], units: Mapping[Place, Unit]) -> None:
    """A stage begins when the one before it has ended."""
    for before, after in pairwise(stages):
        after.begins = before.ends
        if not _in_order(units[after.entry.place]):
            after.ends = after.begins + after.takes

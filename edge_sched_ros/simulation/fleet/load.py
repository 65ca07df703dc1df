# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much the tasks of a fleet ask of its devices at least."""

from __future__ import annotations

from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.load import least_busy


def fleet_least_load(fleet: FleetSystem) -> float:
    """
    Return the utilisation of the busiest unit under the best possible division of all segments.

    As :func:`edge_sched_ros.simulation.load.least_load`, over all devices: cascades count by their
    probability, segments by their chances. Links and further items take no time.
    """
    #: (network, segment, the only device that may run it or empty) -> runs per nanosecond
    rates: dict[tuple[str, str, str], float] = {}
    for task in fleet.tasks.values():
        rate, shares = _probability(fleet, task.name) / task.period_ns, _shares(fleet, task.name)
        for segment, share in zip(task.graph.segments, shares):
            # a segment that keeps a state runs on the device that has the frames
            key = (task.graph.name, segment.name, task.home if segment.home_only else '')
            rates[key] = rates.get(key, 0.0) + rate * share
    return least_busy(
        [
            {
                (name, unit): cost.latency_ns * rate
                for name in ([only] if only else fleet.devices)
                for unit, cost in fleet.devices[name].costs.get((network, segment), {}).items()
            }
            for (network, segment, only), rate in rates.items()
        ],
        fleet.file.at('tasks'),
    )


def _probability(fleet: FleetSystem, name: str) -> float:
    """Return how often a task of a cascade has something to do."""
    task = fleet.file.tasks[name]
    if not task.before:
        return 1.0
    # a join has no more frames than the rarest task before it
    return task.probability * min(_probability(fleet, one) for one in task.before)


def _shares(fleet: FleetSystem, name: str) -> list[float]:
    """Return how often each segment of a task's network is needed."""
    graph = fleet.tasks[name].graph
    network = next(iter(fleet.devices.values())).skipping.get(name)
    if network is None:
        return [1.0] * len(graph.segments)
    shares, reach = [], 1.0
    for index, stage in enumerate(network.stages):
        shares.append(reach * (stage.chance if index else 1.0))
        reach *= 1 - stage.exit_chance
    return shares

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much the tasks of a fleet ask of its devices at least."""

from __future__ import annotations

from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.load import least_busy


def fleet_least_load(fleet: FleetSystem) -> float:
    """
    Return the utilisation of the busiest unit under the best possible division of all segments.

    As :func:`edge_sched_ros.simulation.load.least_load`, over all devices; links take no time.
    """
    #: (network, segment, the only device that may run it or empty) -> runs per nanosecond
    rates: dict[tuple[str, str, str], float] = {}
    for task in fleet.tasks.values():
        for segment in task.graph.segments:
            # a segment that keeps a state runs on the device that has the frames
            key = (task.graph.name, segment.name, task.home if segment.home_only else '')
            rates[key] = rates.get(key, 0.0) + 1 / task.period_ns
    return least_busy(
        [
            {
                (name, unit): cost.latency_ns * rate
                for name in ([only] if only else fleet.devices)
                for unit, cost in fleet.devices[name].costs.get((network, segment), {}).items()
            }
            for (network, segment, only), rate in rates.items()
        ]
    )

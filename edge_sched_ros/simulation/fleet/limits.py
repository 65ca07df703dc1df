# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a run of a fleet may become."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.fleet.change_checks import check_fleet_changes
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.limits import MOST_FRAMES

#: maximum number of devices: coordinator and simulator know the way from each to each other one
MOST_DEVICES = 1000


def check_fleet(fleet: FleetSystem, seconds: float) -> None:
    """
    Refuse a run that would take hours, or has changes that cannot be.

    :raises ConfigError: naming the change, or the system
    """
    if len(fleet.devices) > MOST_DEVICES:
        problem = f'{len(fleet.devices)} devices; a run may have {MOST_DEVICES}'
        raise ConfigError(fleet.file.at('devices'), problem)
    check_fleet_changes(fleet)
    periods = {name: stream.period_ms for name, stream in fleet.streams.items()}
    for change in fleet.changes:
        name = change.stream or change.task
        if name in periods and 'period_ms' in change.set:
            periods[name] = min(periods[name], float(change.set['period_ms']))
    frames = sum(seconds * 1e3 / period_ms for period_ms in periods.values())
    if frames > MOST_FRAMES:
        problem = f'up to {frames:.3g} frames in {seconds:g} s; a run may have {MOST_FRAMES:.0e}'
        raise ConfigError(fleet.file.where, problem)

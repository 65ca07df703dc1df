# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Carries out what a system file changes during the run of a fleet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.units import AVAILABLE

if TYPE_CHECKING:
    from edge_sched_ros.simulation.execution_model import ExecutionModel
    from edge_sched_ros.simulation.fleet.clock import VirtualClock
    from edge_sched_ros.simulation.fleet.coordinator import Coordinator
    from edge_sched_ros.simulation.fleet.device import SimulatedDevice
    from edge_sched_ros.simulation.fleet.links import Links
    from edge_sched_ros.simulation.fleet.lives import Lives
    from edge_sched_ros.simulation.sources import Source
    from edge_sched_ros.system.change import Change


class Changeable(Protocol):
    """The parts of a simulated fleet that may change during its run."""

    clock: VirtualClock
    links: Links
    sources: dict[str, Source]
    coordinator: Coordinator
    lives: Lives
    cascades: ExecutionModel

    @property
    def devices(self) -> Mapping[str, SimulatedDevice]:
        """The devices that live, by name."""


def apply_change(simulator: Changeable, change: Change) -> None:
    """Put a change in force now; it was checked before the run."""
    if change.link:
        _change_link(simulator, change)
    elif change.device:
        _change_device(simulator, change)
    elif change.stream:
        period_ms = float(change.set['period_ms'])
        simulator.sources[change.stream].set_period(period_ms, simulator.clock.now_ns)
    else:
        _change_task(simulator, change)


def _change_link(simulator: Changeable, change: Change) -> None:
    values = change.set
    assert change.link is not None
    for source, target in (change.link, change.link[::-1]):
        link = simulator.links.all.get((source, target))
        if link is None:
            continue
        link.up = values.get('state', AVAILABLE if link.up else '') == AVAILABLE
        if 'latency_ms' in values:
            link.latency_ns = round(values['latency_ms'] * NS_PER_MS)
        if 'bandwidth_mbps' in values:
            link.bytes_per_s = values['bandwidth_mbps'] * 125_000
        link.loss = values.get('loss', link.loss)
    simulator.lives.links_changed()


def _change_device(simulator: Changeable, change: Change) -> None:
    name, values = change.device, change.set
    if change.unit:
        _change_unit(simulator, change)
        return
    if values.get('state', AVAILABLE) != AVAILABLE:
        simulator.lives.die(name)
        return
    simulator.lives.come_back(name)
    runs = simulator.devices[name].runs
    for unit in runs.dispatcher.units:
        runs.set_unit(unit, state=AVAILABLE, speed=values.get('speed', 1.0), energy=1.0)


def _change_unit(simulator: Changeable, change: Change) -> None:
    device = simulator.devices.get(change.device)
    if device is None:
        return  # it is gone
    values = change.set
    modes = device.spec.device.units[change.unit].modes
    mode = modes.get(values.get('mode', ''))
    speed = values.get('speed', 1.0 if mode is None else mode.speed)
    device.runs.set_unit(
        change.unit,
        state=values.get('state', AVAILABLE),
        speed=speed,
        energy=1.0 if mode is None else mode.energy,
    )
    simulator.lives.say(change.device)


def _change_task(simulator: Changeable, change: Change) -> None:
    values = dict(change.set)
    cascade = {key: values.pop(key) for key in ('probability', 'fan_out') if key in values}
    if cascade:
        simulator.cascades.set_cascade(change.task, **cascade)
    for key in ('deadline_ms', 'period_ms'):
        if key in values:
            values[key.replace('_ms', '_ns')] = round(float(values.pop(key)) * NS_PER_MS)
    period_ns = values.pop('period_ns', None)
    if period_ns is not None and change.task in simulator.sources:
        source = simulator.sources[change.task]
        source.set_period(period_ns / NS_PER_MS, simulator.clock.now_ns)
    if values:
        simulator.coordinator.tell(TaskChanged(values, change.task))

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices, links and tasks of a system file, in the terms of the high-level dispatcher."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import partial

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.tasks import origins_of
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.simulation.fleet.links import Link
from edge_sched_ros.simulation.fleet.links import Links
from edge_sched_ros.simulation.fleet.skipping import network_of_chances
from edge_sched_ros.system.change import Change
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.checks import whole_ns
from edge_sched_ros.system.contention import Contention
from edge_sched_ros.system.counted import counted
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.graph import task_graph
from edge_sched_ros.system.links import link_table
from edge_sched_ros.system.offers import device_offers
from edge_sched_ros.system.offers import segments_on
from edge_sched_ros.system.streams import own_streams
from edge_sched_ros.system.streams import period_at
from edge_sched_ros.system.streams import period_ms_of
from edge_sched_ros.system.system import run_cost
from edge_sched_ros.system.system import RunCost
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Stream
from edge_sched_ros.system.workload import Task

#: (network, segment) -> unit -> what it really takes
SegmentCosts = dict[tuple[str, str], dict[str, RunCost]]

#: jobs of a task that may have started and not ended, where the file does not say
IN_FLIGHT = 4

#: why a task of several devices has no minimum rate
NO_MIN_RATE = 'a coordinator of devices keeps no minimum rates'


@dataclass(frozen=True, slots=True)
class FleetDevice:
    """
    One device of a fleet.

    :param offer: as it presents itself to the coordinator
    :param costs: (network, segment) -> unit -> what it really takes
    :param order: network -> segment -> its place
    :param workload: the file with the tasks
    :param skipping: task -> its network, where jobs do not need every segment
    """

    name: str
    device: Device
    contention: Contention | None
    offer: DeviceOffer
    costs: SegmentCosts
    order: Mapping[str, Mapping[str, int]]
    workload: SystemFile
    skipping: Mapping[str, VariantSpec] = field(default_factory=dict)


class FleetSystem:
    """
    A system file with one device or several.

    A task's ``device`` is its home: there its frames are taken and its answers needed. The
    coordinator runs on the first device.

    :raises ConfigError: when something does not fit; names file and key
    """

    def __init__(self, file: SystemFile) -> None:
        self.file = file
        self.name = file.name
        devices = file.all_devices()
        names = counted(devices, partial(file.at, 'devices'))
        #: device that counts -> name in the file
        origin = {name: of for of, many in names.items() for name in many}
        self.coordinator = next(iter(origin))
        self.streams: dict[str, Stream] = {**file.streams, **own_streams(file)}
        self.changes: tuple[Change, ...] = file.changes
        graphs = {name: task_graph(file, name) for name in file.tasks}
        self.tasks = {
            name: self._task(name, task, graphs[name], names) for name, task in file.tasks.items()
        }
        self._check_ways_of_tasks()
        #: stream -> the device that has its frames
        self.homes = self._homes()
        self._skipping = self._networks_of_chances()
        offers = {offer.name: offer for offer in device_offers(file)}
        made = {
            of: self._device(of, device, offers[names[of][0]], graphs)
            for of, device in devices.items()
        }
        self.devices = {name: _named(made[of], name) for name, of in origin.items()}
        self._check_costs(graphs)
        self._check_ways()

    def _check_ways_of_tasks(self) -> None:
        try:
            origins_of(self.tasks.values())
        except ConfigError as error:
            raise ConfigError(f'{self.file.at("tasks")}.{error.where}', error.problem) from None

    @property
    def links(self) -> Iterator[Link]:
        """Return links with nothing on them."""
        for (source, target), speed in link_table(self.file).items():
            yield Link(source, target, speed.latency_ns, speed.bytes_per_s, speed.loss)

    def _task(
        self, name: str, task: Task, graph: NetworkGraph, names: Mapping[str, tuple[str, ...]]
    ) -> FleetTask:
        where = self.file.at('tasks', name)
        if task.min_rate_hz:
            raise ConfigError(f'{where}.min_rate_hz', NO_MIN_RATE)
        period_ms = period_ms_of(task, self.file, self.streams, where)
        period_key = period_at(name, self.file)
        deadline_key = f'{where}.deadline_ms' if task.deadline_ms else period_key
        return FleetTask(
            name=name,
            graph=graph,
            stream=task.stream or name,
            home=self._home_of(task, names, where),
            after=task.before[0] if task.before else '',
            joined_with=task.before[1:],
            needs_items=bool(task.before),
            deadline_ns=whole_ns(task.deadline_ms or period_ms, deadline_key),
            period_ns=whole_ns(period_ms, period_key),
            priority=task.priority,
            every_n=task.every_n,
            queue_depth=task.queue_depth,
            max_in_flight=_in_flight(task),
            enabled=task.enabled,
        )

    def _home_of(self, task: Task, names: Mapping[str, tuple[str, ...]], where: str) -> str:
        """Return the home of a task; a cascade works where the answers before it come home."""
        first = task
        while first.before:
            first = self.file.tasks[first.before[0]]
        home = self._home(first.device, names, f'{where}.device')
        if task.device and self._home(task.device, names, f'{where}.device') != home:
            problem = f"the answers of '{task.after}' come home to {home}"
            raise ConfigError(f'{where}.device', problem)
        return home

    def _home(self, asked: str, names: Mapping[str, tuple[str, ...]], where: str) -> str:
        if not asked:
            return self.coordinator
        if asked in names:
            return names[asked][0]
        known = [name for many in names.values() for name in many]
        if asked not in known:
            raise ConfigError(where, not_there(asked, known))
        return asked

    def _homes(self) -> dict[str, str]:
        homes: dict[str, str] = {}
        for name, task in self.tasks.items():
            home = homes.setdefault(task.stream, task.home)
            if home != task.home:
                problem = f"other tasks have the frames of '{task.stream}' on {home}"
                raise ConfigError(self.file.at('tasks', name, 'device'), problem)
        return {stream: homes.get(stream, self.coordinator) for stream in self.streams}

    def _device(
        self, name: str, device: Device, offer: DeviceOffer, graphs: Mapping[str, NetworkGraph]
    ) -> FleetDevice:
        at = partial(self.file.at, 'devices', name) if name in self.file.devices else self.file.at
        costs: SegmentCosts = {}
        for task, graph in graphs.items():
            pieces = self.file.tasks[task].pieces
            for segment, on in segments_on(self.file, device, name, pieces):
                if on:
                    costs[graph.name, segment] = {u: run_cost(cost) for u, cost in on.items()}
        contention = device.contention_law(at('contention'))
        order = {
            graph.name: {segment.name: place for place, segment in enumerate(graph.segments)}
            for graph in graphs.values()
        }
        # what everybody simulates is the same
        digests = {graph.name: graph.digest for graph in graphs.values()}
        return FleetDevice(
            name,
            device,
            contention,
            replace(offer, digests=digests),
            costs,
            order,
            self.file,
            self._skipping,
        )

    def _networks_of_chances(self) -> dict[str, VariantSpec]:
        found = {
            name: network_of_chances(self.file, task, self.file.at('tasks', name))
            for name, task in self.file.tasks.items()
        }
        return {name: network for name, network in found.items() if network is not None}

    def _check_ways(self) -> None:
        """Refuse a task whose home the links do not join with the coordinator, to and fro."""
        links = Links(self.devices, self.links)
        for name, task in self.tasks.items():
            for pair in ((task.home, self.coordinator), (self.coordinator, task.home)):
                if links.way(*pair) is None:
                    problem = f'no link leads from {pair[0]} to {pair[1]}'
                    raise ConfigError(self.file.at('tasks', name, 'device'), problem)

    def _check_costs(self, graphs: Mapping[str, NetworkGraph]) -> None:
        """Refuse a task that has a segment which no device can run."""
        able = {key for device in self.devices.values() for key in device.costs}
        for name, graph in graphs.items():
            for segment in graph.segments:
                if (graph.name, segment.name) not in able:
                    problem = f'no device can run {graph.name}/{segment.name}'
                    raise ConfigError(self.file.at('tasks', name), problem)


def has_several_devices(file: SystemFile) -> bool:
    """Whether a file has more than one device, by name or by count."""
    return sum(device.count or 1 for device in file.named_devices().values()) > 1


def _in_flight(task: Task) -> int:
    return task.max_in_flight if 'max_in_flight' in task.model_fields_set else IN_FLIGHT


def _named(device: FleetDevice, name: str) -> FleetDevice:
    """Return one of several equal devices."""
    offer = replace(device.offer, name=name)
    return replace(device, name=name, offer=offer)

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices that come, say how they are, die, and come back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import TYPE_CHECKING

from edge_sched_ros.core.free_times import free_at_ns
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.core.high_level.events import DeviceLost
from edge_sched_ros.core.high_level.events import LinkMeasured
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.high_level.signs_of_life import LOST_AFTER_NS
from edge_sched_ros.core.high_level.signs_of_life import SIGN_NS
from edge_sched_ros.core.high_level.signs_of_life import SILENT
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.device import SimulatedDevice
from edge_sched_ros.simulation.fleet.links import Links
from edge_sched_ros.simulation.fleet.post import Post

if TYPE_CHECKING:
    from edge_sched_ros.simulation.fleet.coordinator import Coordinator

#: how often the same is said of a way
_MEASUREMENTS = 8
#: how much of a run counts as joining, in what is said of its progress
JOINING_SHARE = 0.2


class Lives:
    """
    The devices that live.

    :param devices: filled by this
    :param make: makes a device by its name, with nothing in it
    :param known: what the coordinator was told of the ways at the start
    """

    def __init__(
        self,
        names: tuple[str, ...],
        coordinator: Coordinator,
        clock: VirtualClock,
        post: Post,
        links: Links,
        devices: dict[str, SimulatedDevice],
        make: Callable[[str], SimulatedDevice],
        known: Mapping[tuple[str, str], Link],
    ) -> None:
        self._names = names
        self._coordinator = coordinator
        self._clock = clock
        self._post = post
        self._links = links
        self._devices = devices
        self._make = make
        #: (source, target) -> what was said last of the way
        self._measured: dict[tuple[str, str], tuple[Link | None, int]] = {
            pair: (way, _MEASUREMENTS) for pair, way in known.items()
        }
        #: until when ways may be other than was said
        self._measure_until_ns = 0

    def begin(self, progress: Callable[[float], None] | None = None) -> None:
        """Let all devices that can be reached join, and measure the links between them."""
        for number, name in enumerate(self._names):
            self._devices[name] = self._make(name)
            self._join(name)
            if progress is not None:
                progress(JOINING_SHARE * number / len(self._names))
        self._clock.at(SIGN_NS, self._say_all, idle=True)

    def die(self, name: str) -> None:
        """Let a device end without a word."""
        device = self._devices.pop(name, None)
        if device is not None:
            device.account.deaths += 1
            device.die()
            self._miss(name)

    def come_back(self, name: str) -> None:
        """Let a device that died begin anew."""
        if name not in self._devices:
            self._devices[name] = self._make(name)
            self._post.send(name, self._coordinator.home, self._join, name)

    def links_changed(self) -> None:
        """Let devices that cannot be reached any more be missed, and others join again."""
        self._links.changed()
        self._measure_until_ns = self._clock.now_ns + 2 * _MEASUREMENTS * SIGN_NS
        for name, device in list(self._devices.items()):
            reached = self._reached(name)
            if not reached:
                self._miss(name)
            elif name not in self._coordinator.joined:
                # it has given up what it was told before
                device.die()
                self._devices[name] = self._make(name)
                self._post.send(name, self._coordinator.home, self._join, name)

    def measure(self) -> None:
        """
        Tell the coordinator of ways that are other than they were.

        Several times, as it takes a mean of what it is told.
        """
        joined = self._coordinator.joined
        for pair, way in self._links.known().items():
            before, times = self._measured.get(pair, (None, 0))
            times = times + 1 if way == before else 0
            self._measured[pair] = (way, times)
            if times < _MEASUREMENTS and joined.issuperset(pair):
                self._coordinator.tell(LinkMeasured(*pair, way.latency_ns, way.bytes_per_s))

    def _reached(self, name: str) -> bool:
        return self._links.way(name, self._coordinator.home) is not None

    def _join(self, name: str) -> None:
        if name in self._devices and self._reached(name):
            self._coordinator.joined.add(name)
            self._coordinator.tell(DeviceJoined(self._devices[name].spec.offer))

    def _miss(self, name: str) -> None:
        device = self._devices.get(name)
        self._clock.at(self._clock.now_ns + LOST_AFTER_NS, self._lose, name, device)

    def _lose(self, name: str, device: SimulatedDevice | None) -> None:
        """Give a device up, unless it is there again."""
        there = self._devices.get(name)
        again = there is not None and (there is not device or self._reached(name))
        if name in self._coordinator.joined and not again:
            self._coordinator.joined.discard(name)
            self._coordinator.tell(DeviceLost(name, SILENT))

    def _say_all(self) -> None:
        for name in self._names:
            if name in self._devices:
                self.say(name)
        if self._clock.now_ns < self._measure_until_ns:
            self.measure()
        self._clock.at(self._clock.now_ns + SIGN_NS, self._say_all, idle=True)

    def say(self, name: str) -> None:
        """Let a device say how much waits for each of its units."""
        dispatcher = self._devices[name].runs.dispatcher
        gone = [unit for unit, state in dispatcher.units.items() if state.state != AVAILABLE]
        load = DeviceLoad(name, free_at_ns(dispatcher, self._clock.now_ns), tuple(gone))
        self._post.send(name, self._coordinator.home, self._coordinator.hear, name, load)

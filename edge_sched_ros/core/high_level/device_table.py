# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The devices there are now: what they can run, how fast, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey

#: unit -> expected latency in nanoseconds
Times = Mapping[str, int]
_NOTHING: Mapping[str, Times] = {}


class DeviceState:
    """
    What is known of a device that is there. Policies read it and never write it.

    :param refused: network -> why the device may not run it
    """

    __slots__ = (
        '_kinds', '_own', '_times', 'blocked', 'name', 'offer', 'order', 'refused', 'unavailable',
    )  # fmt: skip

    def __init__(self, offer: DeviceOffer, order: int, refused: dict[str, str]) -> None:
        self.name = offer.name
        self.offer = offer
        #: devices that joined earlier have smaller numbers
        self.order = order
        self.refused = refused
        #: units that cannot be used now
        self.unavailable: frozenset[str] = frozenset()
        #: networks that it gets no more of for now, but for segments that must stay at home
        self.blocked: frozenset[str] = frozenset()
        #: network -> segment -> unit -> time
        self._times: dict[str, dict[str, dict[str, int]]] = {}
        self._kinds: dict[str, int] = {}
        #: network -> (segment, its units) of the offer
        self._own: dict[str, list[tuple[str, Times]]] = {}
        for (network, segment), costs_ns in offer.costs_ns.items():
            self._own.setdefault(network, []).append((segment, costs_ns))

    def times_ns(self, network: str) -> Mapping[str, Times]:
        """Return what each segment takes on each unit now; what cannot run here is absent."""
        return self._times.get(network, _NOTHING)

    def kind(self, network: str) -> int:
        """Return what devices have in common that take the same times for a network; or -1."""
        return self._kinds.get(network, -1)

    def refresh(
        self,
        profiles: Profiles,
        graphs: Mapping[str, NetworkGraph],
        kinds: dict[object, int],
    ) -> None:
        """
        Work out :meth:`times_ns` of networks anew.

        :param kinds: times -> their number; those that are new are added
        """
        for network, graph in graphs.items():
            if network in self._own and network not in self.refused:
                times = self.usable_ns(network, profiles)
                if network in self.blocked:
                    stay = {one.name for one in graph.segments if one.home_only}
                    times = {name: on for name, on in times.items() if name in stay}
                self._times[network] = times
                key = tuple((name, tuple(on.items())) for name, on in times.items())
                self._kinds[network] = kinds.setdefault(key, len(kinds))

    def usable_ns(self, network: str, profiles: Profiles) -> dict[str, dict[str, int]]:
        """Return what :meth:`times_ns` is where the network is not blocked."""
        times: dict[str, dict[str, int]] = {}
        for segment, costs_ns in self._own.get(network, ()):
            known = profiles.on_units(network, self.name, segment)
            on = {
                unit: known[unit].mean_ns
                for unit in costs_ns
                if unit not in self.unavailable and unit in known
            }
            if on:
                times[segment] = on
        return times


class DeviceTable:
    """
    Devices by name, and what segments cost on them.

    :param graphs: networks that are scheduled, by name
    """

    def __init__(self, graphs: Mapping[str, NetworkGraph]) -> None:
        self._graphs = graphs
        self._profiles = Profiles()
        self._drifts = 0
        self._joined = 0
        self._kinds: dict[object, int] = {}
        #: those that are there, in the order in which they joined
        self.devices: dict[str, DeviceState] = {}
        #: device -> reason -> how often it was lost
        self.losses: dict[str, dict[str, int]] = {}
        #: grows when the set of devices, or of units or segments they can run, changes
        self.changes = 0
        #: network -> grows when one of its costs becomes another
        self.drifts_of = dict.fromkeys(graphs, 0)

    @property
    def drifts(self) -> int:
        """How often the cost of a segment has become another one."""
        return self._drifts

    @property
    def problems(self) -> list[str]:
        """What keeps devices that are there from networks, one line each."""
        return [
            f'device {device.name}: {problem}'
            for device in self.devices.values()
            for problem in device.refused.values()
        ]

    @staticmethod
    def check(offer: DeviceOffer) -> None:
        """:raises ConfigError: for an offer that contradicts itself."""
        _check_offer(offer)

    def join(self, offer: DeviceOffer) -> None:
        """Take in a device whose offer was checked."""
        refused = {}
        for network in sorted({network for network, _ in offer.costs_ns}):
            graph = self._graphs.get(network)
            if graph is not None and (problem := _why_refused(graph, offer)):
                refused[network] = problem
        device = DeviceState(offer, self._joined, refused)
        self._joined += 1
        for (network, segment), costs_ns in offer.costs_ns.items():
            if network in self._graphs:
                for unit, latency_ns in costs_ns.items():
                    key = StageKey(network, offer.name, segment, unit)
                    self._profiles.set(key, latency_ns, source=offer.name)
        device.refresh(self._profiles, self._graphs, self._kinds)
        self.devices[offer.name] = device
        self.changes += 1

    def lose(self, name: str, reason: str) -> None:
        """Take out a device that is there."""
        del self.devices[name]
        counts = self.losses.setdefault(name, {})
        counts[reason] = counts.get(reason, 0) + 1
        self.changes += 1

    def set_unavailable(self, name: str, units: Iterable[str]) -> None:
        """Note which units of a device cannot be used now."""
        device = self.devices[name]
        own = {unit.name for unit in device.offer.units}
        unavailable = frozenset(unit for unit in units if unit in own)
        if unavailable != device.unavailable:
            device.unavailable = unavailable
            device.refresh(self._profiles, self._graphs, self._kinds)
            self.changes += 1

    def set_blocked(self, name: str, networks: Iterable[str]) -> None:
        """Note which networks a device gets no more of for now."""
        device, blocked = self.devices[name], frozenset(networks)
        if blocked != device.blocked:
            changed = {one: self._graphs[one] for one in blocked ^ device.blocked}
            device.blocked = blocked
            device.refresh(self._profiles, changed, self._kinds)
            self.changes += 1

    def can_replace(self, name: str, network: str, others: Iterable[str]) -> bool:
        """Return whether others can run every segment of a network that a device can."""
        device, graph = self.devices.get(name), self._graphs[network]
        if device is None:
            return False
        own = device.usable_ns(network, self._profiles).keys()
        needed = own - {one.name for one in graph.segments if one.home_only}
        for other in others:
            state = self.devices[other]
            if network not in state.refused:
                needed = needed - state.usable_ns(network, self._profiles).keys()
        return not needed

    def note_change(self) -> None:
        """Note that tasks want to run other networks of those that are scheduled."""
        self.changes += 1

    def learn(self, device: str, network: str, costs_ns: Mapping[str, tuple[str, int]]) -> None:
        """Take in what segments took: segment -> (unit, time)."""
        profiles = self._profiles
        for segment, (unit, latency_ns) in costs_ns.items():
            cost = profiles.cost(network, device, segment, unit)
            if cost is None:  # not of the offer: nothing may be made of it
                continue
            if cost.observe(latency_ns, 1):
                profiles.note_drift(StageKey(network, device, segment, unit))
        if profiles.drifts != self._drifts:
            self._drifts = profiles.drifts
            self.devices[device].refresh(profiles, {network: self._graphs[network]}, self._kinds)
            self.drifts_of[network] += 1


def _check_offer(offer: DeviceOffer) -> None:
    where = f'device {offer.name}'
    units = [unit.name for unit in offer.units]
    if not offer.name:
        raise ConfigError('device', 'needs a name')
    if len(set(units)) != len(units):
        raise ConfigError(where, 'two units have the same name')
    for (network, segment), costs_ns in offer.costs_ns.items():
        for unit, latency_ns in costs_ns.items():
            if unit not in units:
                raise ConfigError(where, f"{network}/{segment} names unknown unit '{unit}'")
            if latency_ns < 0:
                raise ConfigError(where, f'{network}/{segment} takes less than no time on {unit}')


def _why_refused(graph: NetworkGraph, offer: DeviceOffer) -> str:
    """Return why a device may not run a network; empty when it may."""
    own = offer.digests.get(graph.name, '')
    if own == graph.digest or not graph.digest:
        return ''
    return f'network {graph.name}: has other files ({own or "no digest"}), not {graph.digest}'

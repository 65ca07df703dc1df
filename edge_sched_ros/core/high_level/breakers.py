# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Circuit breakers: a device that keeps failing with a network gets no more of it for a while."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from edge_sched_ros.core.high_level.device_table import DeviceTable

#: latest partitions of a network on a device that count
RECENT = 16
#: a breaker opens at so many failures, when more than half of the latest partitions failed
LEAST_FAILURES = 4
#: pause after it opened first; each that follows without success is twice as long, up to the most
PAUSE_NS, MOST_PAUSE_NS = 1_000_000_000, 60_000_000_000
#: successes in a row after a pause with which it is closed for good
CLOSES_AFTER = 4
#: a single failure says nothing of a device
_WORTH_TELLING = 2


@dataclass(frozen=True, slots=True)
class Failing:
    """
    A network that fails on a device.

    :param failed: how many of the latest partitions failed
    :param recent: how many those are
    :param reason: of the last failure, a short code
    :param open_until_ns: end of the pause; 0 where there is none
    :param blocked: whether the device gets none of it; not where no other device could take over
    """

    device: str
    network: str
    failed: int
    recent: int
    reason: str
    open_until_ns: int
    blocked: bool


class Breaker:
    """The latest partitions of one network on one device, from the first that failed on."""

    __slots__ = ('open_until_ns', 'pause_ns', 'reason', 'recent', 'trial')

    def __init__(self) -> None:
        #: whether each failed, the newest last
        self.recent: deque[bool] = deque(maxlen=RECENT)
        self.reason = ''
        #: the next pause
        self.pause_ns = PAUSE_NS
        #: end of the pause; 0 while it is closed
        self.open_until_ns = 0
        #: successes still to come after a pause; 0 while it is closed
        self.trial = 0

    def is_open(self, now_ns: int) -> bool:
        """Whether the device has a pause now."""
        return now_ns < self.open_until_ns

    def failed(self, reason: str, now_ns: int) -> None:
        """Count a failure; in a pause it belongs to the time before."""
        if self.is_open(now_ns):
            return
        self.reason = reason
        self.recent.append(True)
        failures = sum(self.recent)
        if self.trial or (failures >= LEAST_FAILURES and 2 * failures > len(self.recent)):
            self.open_until_ns = now_ns + self.pause_ns
            self.pause_ns = min(2 * self.pause_ns, MOST_PAUSE_NS)
            self.trial = CLOSES_AFTER

    def succeeded(self, now_ns: int) -> None:
        """Count a success; in a pause it belongs to the time before."""
        if self.is_open(now_ns):
            return
        self.recent.append(False)
        if self.trial:
            self.trial -= 1
            if not self.trial:
                self.recent.clear()
                self.pause_ns, self.open_until_ns = PAUSE_NS, 0

    @property
    def clean(self) -> bool:
        """Whether nothing that counts has failed."""
        return not self.trial and not any(self.recent)


class Breakers:
    """
    Breakers by device and network, and the networks that devices get no more of for now.

    A network is blocked on a device only while other devices can run all that it would: without
    them a device that fails is tried on, so that one broken picture or file cannot stop a task
    that has nowhere else to go. Segments that must stay at home are never blocked.
    """

    def __init__(self, devices: DeviceTable) -> None:
        self._devices = devices
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._applied: tuple[frozenset[tuple[str, str]], int] = (frozenset(), -1)

    def failed(self, device: str, network: str, reason: str, now_ns: int) -> None:
        """Count a partition that a device could not run."""
        self._breakers.setdefault((device, network), Breaker()).failed(reason, now_ns)

    def succeeded(self, device: str, network: str, now_ns: int) -> None:
        """Count a partition that a device has run."""
        breaker = self._breakers.get((device, network))
        if breaker is not None:
            breaker.succeeded(now_ns)
            if breaker.clean:
                del self._breakers[device, network]

    def forget_device(self, device: str) -> None:
        """Let a device that was lost begin anew."""
        for key in [key for key in self._breakers if key[0] == device]:
            del self._breakers[key]

    def apply(self, now_ns: int) -> None:
        """Block what is paused now on devices, and unblock what no longer is."""
        if not self._breakers and not self._applied[0]:
            return
        paused = frozenset(key for key, one in self._breakers.items() if one.is_open(now_ns))
        if (paused, self._devices.changes) == self._applied:
            return
        blocked: dict[str, set[str]] = {}
        for device, network in paused:
            others = (name for name in self._devices.devices if (name, network) not in paused)
            if self._devices.can_replace(device, network, others):
                blocked.setdefault(device, set()).add(network)
        for name in self._devices.devices:
            self._devices.set_blocked(name, blocked.get(name, ()))
        self._applied = (paused, self._devices.changes)

    def failing(self, now_ns: int) -> Iterable[Failing]:
        """Yield what fails more often than not, or is not yet trusted again."""
        for (device, network), one in sorted(self._breakers.items()):
            failures = sum(one.recent)
            state = self._devices.devices.get(device)
            often = failures >= _WORTH_TELLING and 2 * failures > len(one.recent)
            if state is not None and (one.trial or often):
                yield Failing(
                    device,
                    network,
                    failures,
                    len(one.recent),
                    one.reason,
                    one.open_until_ns if one.is_open(now_ns) else 0,
                    network in state.blocked,
                )

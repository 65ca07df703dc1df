# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The devices a coordinator knows: who is claimed, alive, lost or refused."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.core.high_level.events import DeviceLost
from edge_sched_ros.core.high_level.events import LinkMeasured
from edge_sched_ros.core.high_level.signs_of_life import SILENT
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.fleet.clock_offset import ClockOffset
from edge_sched_ros.fleet.coordinator.roster import Roster
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.offers import PROTOCOL

#: why a device was lost: it fell silent, began a new life, let go of us, or told an untruth
RESTARTED, RELEASED, BAD_TENSOR = 'restarted', 'released', 'bad_tensor'
#: a link's latency is told again when it has changed by more than this share
_NEWS = 0.2

MemberEvent = DeviceJoined | DeviceLost | DeviceLoad | LinkMeasured


@dataclass(slots=True)
class Member:
    """
    A device.

    :param epoch: number of the present claim; a new one for every time it was lost
    :param refused: why it is not claimed; empty when it may be
    """

    name: str
    offer: Offer
    epoch: int = 1
    joined: bool = False
    refused: str = ''
    heard_ns: int = 0
    #: when and why it was lost last
    lost: str = ''
    times_lost: int = 0
    #: of another device of this name, which is taken once this one is silent
    successor: Offer | None = None
    clock: ClockOffset = field(default_factory=ClockOffset)
    status: DeviceStatus | None = None
    told_latency_ns: int = 0

    @property
    def state(self) -> str:
        """Its state in a word."""
        if self.refused:
            return 'refused'
        if self.joined:
            return 'in use'
        return 'lost' if self.lost else 'found'


class Members:
    """
    Keeps track of devices by what they say and when they say it.

    Methods return what the dispatcher is to be told.

    :param home: the local device, which lives and dies with the coordinator
    :param wanted: names of devices to claim; empty for whoever offers
    :param session: of the coordinator
    :param lost_after_ns: silence after which a device counts as lost
    :param reaches: whether a device would get orders now
    """

    def __init__(
        self,
        home: str,
        wanted: tuple[str, ...],
        session: int,
        lost_after_ns: int,
        *,
        reaches: Callable[[str], bool],
    ) -> None:
        self._reaches = reaches
        self._home = home
        self.roster = Roster(wanted)
        self._session = session
        self._lost_after_ns = lost_after_ns
        self._members: dict[str, Member] = {}
        self._checked_ns: int | None = None

    def __iter__(self) -> Iterator[Member]:
        """Yield all devices that were ever heard of, by name."""
        return iter(sorted(self._members.values(), key=lambda one: one.name))

    def get(self, name: str) -> Member | None:
        """Return a device, if it is known."""
        return self._members.get(name)

    def epochs(self) -> dict[str, int]:
        """Return whom to claim, by the number of the claim."""
        return {one.name: one.epoch for one in self if not one.refused}

    def instances(self) -> dict[str, int]:
        """Return which life of each device is known."""
        return {one.name: one.offer.instance for one in self}

    def offset_ns(self, name: str) -> int:
        """Return a device's clock less ours."""
        one = self._members.get(name)
        return 0 if one is None or name == self._home else one.clock.offset_ns

    def take_offer(self, offer: Offer, now_ns: int) -> list[MemberEvent]:
        """Take in a device's offer."""
        name = offer.device
        if name != self._home and not self.roster.wants(name):
            return []
        known = self._members.get(name)
        if known is None:
            known = self._members[name] = Member(name, offer, heard_ns=now_ns)
        elif known.offer.instance != offer.instance:
            if name == self._home:
                return []  # somebody else has the name of the local device
            if offer.previous == known.offer.instance:
                return self._succeed(known, offer, now_ns)
            if known.joined and now_ns - known.heard_ns <= self._lost_after_ns:
                known.successor = offer
                return []
            return self._succeed(known, offer, now_ns)
        known.offer = offer
        self._check_protocol(known)
        return []

    def _succeed(self, member: Member, offer: Offer, now_ns: int) -> list[MemberEvent]:
        """Let a device's next life take its place."""
        events = self._lose(member, RESTARTED)
        member.offer, member.refused, member.successor = offer, '', None
        member.clock.forget()
        member.status = None
        member.heard_ns = now_ns
        self._check_protocol(member)
        return events

    @staticmethod
    def _check_protocol(member: Member) -> None:
        if member.offer.protocol != PROTOCOL:
            theirs = member.offer.protocol
            member.refused = f'it speaks protocol {theirs}, this coordinator {PROTOCOL}'

    def take_status(self, status: DeviceStatus, now_ns: int) -> list[MemberEvent]:
        """Take in a device's sign of life."""
        one = self._members.get(status.device)
        if one is None or one.offer.instance != status.instance:
            return []  # its offer is still to come, or it has the name of another device
        if one.status is not None and status.sent_ns < one.status.sent_ns:
            return []  # overtaken by a later one
        one.heard_ns, one.status = now_ns, status
        if status.session != self._session:
            return self._lose(one, RELEASED)
        if status.beat_sent_ns:
            one.clock.note(
                sent_ns=status.beat_sent_ns,
                received_there_ns=status.beat_received_ns,
                sent_there_ns=status.sent_ns,
                received_ns=now_ns,
            )
        if status.epoch != one.epoch or one.refused:
            return []
        events: list[MemberEvent] = []
        if not one.joined:
            if not self._reaches(one.name):
                return []
            one.joined, one.lost, one.told_latency_ns = True, '', 0
            events.append(DeviceJoined(one.offer.offer))
        return [*events, self._load(one, status), *self._latency(one)]

    def _load(self, member: Member, status: DeviceStatus) -> DeviceLoad:
        offset_ns = self.offset_ns(member.name)
        return DeviceLoad(
            member.name,
            {load.unit: load.free_at_ns - offset_ns for load in status.units},
            tuple(load.unit for load in status.units if load.state != AVAILABLE),
        )

    def _latency(self, member: Member) -> list[MemberEvent]:
        """Tell the latency of the links between a device and home, when it is news."""
        latency_ns, told_ns = member.clock.latency_ns, member.told_latency_ns
        if member.name == self._home or abs(latency_ns - told_ns) <= _NEWS * told_ns:
            return []
        member.told_latency_ns = latency_ns
        return [
            LinkMeasured(self._home, member.name, latency_ns),
            LinkMeasured(member.name, self._home, latency_ns),
        ]

    def check(self, now_ns: int) -> list[MemberEvent]:
        """Find those that have fallen silent; to be called several times in that time."""
        before_ns, self._checked_ns = self._checked_ns, now_ns
        late_ns = 0 if before_ns is None else now_ns - before_ns
        if late_ns > self._lost_after_ns // 2:
            # we stood still ourselves: what they said meanwhile is still to be read
            for one in self._members.values():
                one.heard_ns += late_ns
        events: list[MemberEvent] = []
        for one in self:
            silent = now_ns - one.heard_ns > self._lost_after_ns
            if silent and one.joined and one.name != self._home:
                events += self._lose(one, SILENT)
            if silent and one.successor is not None:
                events += self._succeed(one, one.successor, now_ns)
        return events

    def refuse(self, name: str, why: str) -> list[MemberEvent]:
        """Claim a device no more until it begins a new life."""
        one = self._members.get(name)
        if one is None or one.refused or name == self._home:
            return []
        one.refused = why
        return self._lose(one, BAD_TENSOR)

    @staticmethod
    def _lose(member: Member, reason: str) -> list[MemberEvent]:
        if not member.joined:
            return []
        member.joined, member.lost = False, reason
        member.times_lost += 1
        # whatever it still does belongs to the claim before
        member.epoch += 1
        return [DeviceLost(member.name, reason)]

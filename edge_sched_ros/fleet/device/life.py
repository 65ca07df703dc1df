# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The lives of a device: what it offers, and which coordinator it serves."""

from __future__ import annotations

import logging
from collections.abc import Callable

from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.fleet.device.claim import Change
from edge_sched_ros.fleet.device.claim import Claim
from edge_sched_ros.fleet.device.claim import Claims
from edge_sched_ros.fleet.ports import DevicePort
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import Offer

_log = logging.getLogger(__name__)

#: instances are random numbers below this
_MOST_INSTANCES = 2**63 - 1


class DeviceLife:
    """
    Offers the device, and judges who claims it.

    :param name: of the device
    :param instance: random number of this life; it begins a new one when its coordinator fell
        silent
    :param tell: called with lines for people
    """

    def __init__(
        self,
        name: str,
        *,
        offer: DeviceOffer,
        instance: int,
        lease_ns: int,
        port: DevicePort,
        tell: Callable[[str], None],
    ) -> None:
        self.offered = offer
        self.instance = instance
        self._previous = 0
        self._name = name
        self._claims = Claims(name, lease_ns)
        self._port = port
        self._tell = tell

    @property
    def claim(self) -> Claim:
        """Whom the device serves."""
        return self._claims.current

    def offer(self) -> None:
        """Offer this life of the device to every coordinator."""
        self._port.offer(Offer(self._name, self.instance, self.offered, previous=self._previous))

    @property
    def ready(self) -> bool:
        """Whether whom it serves would hear of what it does."""
        claim, port = self.claim, self._port
        home = not claim.home or claim.home == self._name or port.reaches_device(claim.home)
        return bool(claim.coordinator) and home and port.reaches(claim.coordinator)

    def hear(self, beat: Beat, now_ns: int) -> Change:
        """Take in a coordinator's beat; return what it changes."""
        change = self._claims.hear(beat, now_ns, self.instance)
        self._note_other_life(beat)
        if self.claim.session == beat.session and self.claim.coordinator:
            others = (name for name in beat.epochs if name != self._name)
            self._port.meet(beat.coordinator, others)
        if change == 'refused':
            why = self._claims.refused[beat.coordinator]
            self._tell(f"refused the coordinator '{beat.coordinator}': {why}")
        elif change == 'claimed':
            _log.info('%s: serves the coordinator %s', self._name, beat.coordinator)
        elif change == 'released':
            self._serves_nobody(beat.coordinator, 'lets it go')
        return change

    def _serves_nobody(self, coordinator: str, why: str) -> None:
        _log.info('%s: serves nobody: the coordinator %s %s', self._name, coordinator, why)

    def _note_other_life(self, beat: Beat) -> None:
        """Look whether a coordinator means an earlier life of this device, or another device."""
        meant = beat.instances.get(self._name, self.instance)
        if meant == self.instance:
            return
        if meant == self._previous:
            self.offer()  # the first offer may have been lost on a link that was cut
        else:
            self._tell(
                f"the coordinator '{beat.coordinator}' uses another device called "
                f"'{self._name}': give this one a name of its own"
            )

    def lease_ended(self, now_ns: int) -> bool:
        """Let go of a coordinator that has fallen silent; return whether one has."""
        coordinator = self.claim.coordinator
        if not self._claims.check(now_ns):
            return False
        self._serves_nobody(coordinator, 'is silent')
        return True

    def begin_anew(self) -> None:
        """Offer a new life: the coordinator may not know that everything it sent is forgotten."""
        self._previous = self.instance
        self.instance = self._previous % _MOST_INSTANCES + 1
        self.offer()

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which coordinator a device serves: one at a time, until it lets go or falls silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import PROTOCOL

#: what a beat changes: nothing, the claim is a new one (begin empty), it has ended, it is refused
Change = Literal['', 'claimed', 'released', 'refused']


@dataclass(slots=True)
class Claim:
    """
    Whom the device serves; an empty name for nobody.

    :param epoch: number of the claim within the coordinator's session
    :param home: the coordinator's local device
    """

    coordinator: str = ''
    session: int = 0
    epoch: int = 0
    home: str = ''
    beat_sent_ns: int = 0
    beat_received_ns: int = 0


class Claims:
    """
    Judges the beats of coordinators.

    :param device: whose claims they are
    :param lease_ns: a coordinator that was not heard for so long has lost the device
    """

    def __init__(self, device: str, lease_ns: int) -> None:
        self._device = device
        self._lease_ns = lease_ns
        self.current = Claim()
        #: coordinator that was refused -> why
        self.refused: dict[str, str] = {}

    def hear(self, beat: Beat, now_ns: int, instance: int = 0) -> Change:
        """
        Take in a beat of any coordinator.

        :param instance: this life of the device; a beat may claim another device of its name
        """
        epoch, claim = beat.epochs.get(self._device), self.current
        if beat.instances.get(self._device, instance) != instance:
            epoch = None
        if claim.coordinator and beat.session == claim.session:
            if epoch is None:
                self.current = Claim()
                return 'released'
            claim.beat_sent_ns, claim.beat_received_ns = beat.sent_ns, now_ns
            if epoch == claim.epoch:
                return ''
            claim.epoch = epoch
            return 'claimed'
        if epoch is None:
            return ''
        if beat.protocol != PROTOCOL:
            return self._refuse(beat, f'it speaks protocol {beat.protocol}, this is {PROTOCOL}')
        if claim.coordinator:
            return self._refuse(beat, f"this device serves '{claim.coordinator}'")
        self.refused.pop(beat.coordinator, None)
        self.current = Claim(
            beat.coordinator, beat.session, epoch, beat.home, beat.sent_ns, now_ns
        )
        return 'claimed'

    def _refuse(self, beat: Beat, why: str) -> Change:
        if self.refused.get(beat.coordinator) == why:
            return ''
        self.refused[beat.coordinator] = why
        return 'refused'

    def check(self, now_ns: int) -> Change:
        """Let go of a coordinator that has fallen silent."""
        claim = self.current
        if claim.coordinator and now_ns - claim.beat_received_ns > self._lease_ns:
            self.current = Claim()
            return 'released'
        return ''

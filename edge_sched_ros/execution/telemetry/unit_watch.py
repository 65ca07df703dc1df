# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Detects when a unit becomes slower or faster, with hysteresis: a single reading is ignored."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import UNAVAILABLE

#: number of readings in a row until throttling counts as started, and as ended
BEGIN_AFTER = 2
END_AFTER = 5
#: number of readings in a row until a new clock cap counts
CAP_AFTER = 2
#: a busy unit with a clock below this share of its cap counts as throttled
HELD_BACK = 0.85
#: minimum busy share for judging the clock: governors slow idle units down
BUSY = 0.9
#: smaller relative changes of speed cause no event
WORTH_TELLING = 0.05
_SLOWEST = 0.01


@dataclass(frozen=True, slots=True)
class UnitSigns:
    """
    The observed state of a unit at one moment; ``None`` for unknown values.

    :param cap_mhz: upper limit of its clock
    :param busy: busy share of the time since the last sample, 0..1
    :param slowed_by: name of the cooling device that slows it; empty for none
    :param online: whether it is switched on
    :param mode: the power mode
    """

    clock_mhz: float | None = None
    cap_mhz: float | None = None
    busy: float = 0.0
    slowed_by: str = ''
    online: bool = True
    mode: str | None = None


class UnitWatch:
    """
    Watches one unit.

    Its speed is its cap divided by the clock of its profiles; while it is throttled and busy, its
    clock divided by that clock.

    :param profile_mhz: the clock of its profiles; the first observed cap if not given
    """

    def __init__(self, unit: str, profile_mhz: float | None = None) -> None:
        self._unit = unit
        self._profile_mhz = profile_mhz
        self._cap_mhz: float | None = None
        self._new_cap: tuple[float | None, int] = (None, 0)
        #: number of readings in a row that contradict ``throttled``
        self._against = 0
        self._first = True
        self.throttled = False
        self._cause = ''
        self._held_speed: float | None = None
        self._told = (AVAILABLE, 1.0, False)

    def update(self, signs: UnitSigns) -> UnitChanged | None:
        """Add an observation; return the change, if it is large enough."""
        if not signs.online:
            return self._tell(UNAVAILABLE, self._told[1], _switched_off(signs.mode))
        self._settle_cap(signs.cap_mhz)
        self._settle_throttling(signs)
        speed = self._speed(signs)
        return self._tell(AVAILABLE, speed, self._reason(speed, signs))

    def _settle_cap(self, cap_mhz: float | None) -> None:
        if self._first or cap_mhz == self._cap_mhz:
            self._first = False
            self._cap_mhz, self._new_cap = cap_mhz, (None, 0)
            if self._profile_mhz is None:
                self._profile_mhz = cap_mhz
            return
        times = self._new_cap[1] + 1 if self._new_cap[0] == cap_mhz else 1
        self._new_cap = (cap_mhz, times)
        if times >= CAP_AFTER:
            self._cap_mhz, self._new_cap = cap_mhz, (None, 0)
            self._profile_mhz = self._profile_mhz or cap_mhz

    def _settle_throttling(self, signs: UnitSigns) -> None:
        cause = signs.slowed_by or self._held_back(signs)
        if bool(cause) == self.throttled:
            self._against = 0
            self._cause = cause or self._cause
            return
        self._against += 1
        if self._against >= (END_AFTER if self.throttled else BEGIN_AFTER):
            self.throttled, self._against = not self.throttled, 0
            self._cause, self._held_speed = cause, None

    @staticmethod
    def _held_back(signs: UnitSigns) -> str:
        if signs.clock_mhz is None or signs.cap_mhz is None or signs.busy < BUSY:
            return ''
        if signs.clock_mhz >= HELD_BACK * signs.cap_mhz:
            return ''
        return f'a clock of {signs.clock_mhz:.0f} of {signs.cap_mhz:.0f} MHz while busy'

    def _speed(self, signs: UnitSigns) -> float:
        profile_mhz = self._profile_mhz
        if not profile_mhz:
            return 1.0
        if self.throttled and signs.clock_mhz is not None and signs.busy >= BUSY:
            self._held_speed = signs.clock_mhz / profile_mhz
        capped = 1.0 if self._cap_mhz is None else self._cap_mhz / profile_mhz
        held = self._held_speed if self.throttled and self._held_speed else capped
        return max(_SLOWEST, min(capped, held))

    def _reason(self, speed: float, signs: UnitSigns) -> str:
        if self.throttled:
            return f'throttled by {self._cause}'
        if self._cap_mhz is None or self._profile_mhz is None or speed == 1.0:
            return ''
        mode = f' in power mode {signs.mode}' if signs.mode else ''
        return f'clock cap {self._cap_mhz:.0f} MHz{mode}, profiled at {self._profile_mhz:.0f}'

    def _tell(self, state: str, speed: float, reason: str) -> UnitChanged | None:
        told_state, told_speed, told_throttled = self._told
        same = (state, self.throttled) == (told_state, told_throttled)
        near = abs(speed - told_speed) <= WORTH_TELLING * told_speed
        # a return to full speed is always reported
        if same and (near and (speed != 1.0 or told_speed == 1.0)):
            return None
        self._told = (state, speed, self.throttled)
        return UnitChanged(self._unit, state, reason, speed)


def _switched_off(mode: str | None) -> str:
    return 'switched off' + (f' (power mode {mode})' if mode else '')

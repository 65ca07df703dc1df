# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a fault is, and what is expected of a robot that has it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from random import Random
from typing import Any

from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One kind of fault.

    :param name: unique, e.g. ``program raises SystemExit``
    :param group: heading in the table of results
    :param begin: called with the robot and the seeded random numbers of this run
    :param end: makes the fault go away
    :param line: name of the line of diagnostics that tells of it
    :param says: regular expression that its message or values match, distinct for this kind
    :param level: least level of that line
    :param clears: whether the line is back to what it was after the end
    :param returns: whether the victim answers again after the end
    :param parameters: of the node, beside those of the scene; one that can be called gives the
        value, ``None`` takes a parameter of the scene away
    :param scenes: where it is tried, by names of :data:`faults.campaign.SCENES`
    :param why_not: returns why it cannot be tried on this machine; ``None`` when it can
    """

    name: str
    group: str
    begin: Callable[[Any, Random], None]
    end: Callable[[Any], None]
    line: str
    says: str
    level: int = WARN
    clears: bool = True
    returns: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)
    scenes: tuple[str, ...] = ('pipeline',)
    why_not: Callable[[], str | None] = lambda: None


@dataclass(slots=True)
class Outcome:
    """
    What became of one run with a fault, beside the run without it.

    :param loss_points: worst fall of another task's on-time share, in percentage points
    :param unaccounted: frames of the ledger without an end
    :param told: whether the expected line of diagnostics appeared
    :param cleared: whether it went away after the fault
    :param returned: whether the victim answered again
    :param recovery_s: time from the end of the fault to the victim's next answer
    :param service_s: slowest answer of a service; 0 where there are no services
    """

    fault: str
    group: str
    scene: str
    seed: int
    loss_points: float = 0.0
    unaccounted: int = 0
    told: bool = False
    cleared: bool = True
    returned: bool = True
    recovery_s: float = 0.0
    service_s: float = 0.0
    problem: str = ''

    def failures(self, *, most_loss_points: float = 1.0) -> list[str]:
        """Return what was promised and not kept; times are not judged here."""
        wrong = {
            f'others lost {self.loss_points:.2f} points': self.loss_points > most_loss_points,
            f'{self.unaccounted} frames without an end': self.unaccounted != 0,
            'nothing in the diagnostics told of it': not self.told,
            'the diagnostics still tell of it': not self.cleared,
            'the task did not answer again': not self.returned,
            self.problem: bool(self.problem),
        }
        return [what for what, is_so in wrong.items() if is_so]


__all__ = ['ERROR', 'Fault', 'OK', 'Outcome', 'WARN']

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The account of every job: it ends exactly once, on time, late, dropped or failed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.histogram import DurationHistogram

#: number of a task's latest jobs that are recorded singly
RECENT_JOBS = 32
#: number of releases for which a task counts as behind after losing a frame to the load
_BEHIND_JOBS = 32
#: lost to the load: another job had the unit
_LOST_TO_LOAD = frozenset(
    {
        reasons.SUPERSEDED,
        reasons.DEADLINE_UNREACHABLE,
        reasons.DEADLINE_PASSED,
        reasons.SMART_DROP,
    }
)
#: approximate number of turns over which the time between them is averaged
_TURNS = 8
#: weight of the newest interval between releases
INTERVAL_GAIN = 0.1


@dataclass(slots=True)
class TaskAccount:
    """
    The counts of one task.

    ``released == on_time + late + dropped + failed + in_flight`` at any time.
    """

    released: int = 0
    on_time: int = 0
    late: int = 0
    #: reason -> count
    dropped: dict[str, int] = field(default_factory=dict)
    #: reason -> count
    failed: dict[str, int] = field(default_factory=dict)
    in_flight: int = 0
    response: DurationHistogram = field(default_factory=DurationHistogram)
    #: time of the last on-time result; ``None`` before the first
    last_on_time_ns: int | None = None
    #: time of the last result; ``None`` before the first
    last_answer_ns: int | None = None
    #: the same for results that were on time, or late though started in time
    last_turn_ns: int | None = None
    #: mean time from turn to turn (exponentially weighted), without silence of the source
    turn_gap_ns: int = 0
    #: time since which it waits for a turn: the first frame since the last turn
    waits_since_ns: int | None = None
    #: arrival of its first frame since its last result; ``None`` when there was none
    unanswered_since_ns: int | None = None
    #: number of releases for which it still counts as behind
    behind_for: int = 0
    #: time when it was enabled again at run time
    enabled_ns: int | None = None
    #: early drops since the task's last result, so that a policy can retry from time to time
    unreachable_in_a_row: int = 0
    #: energy of its stages that ended, as far as it is known
    energy_mj: float = 0.0
    #: energy of its released jobs with every stage on its most expensive unit
    worst_energy_mj: float = 0.0
    #: number of results by each variant
    variants: dict[str, int] = field(default_factory=dict)
    #: release of its newest job
    last_release_ns: int | None = None
    #: arrival of that job
    last_arrival_ns: int | None = None
    #: observed time between releases (exponentially weighted); 0 before the second
    interval_ns: float = 0.0
    #: mean deviation of these times from their mean (exponentially weighted)
    interval_spread_ns: float = 0.0
    #: ends of its latest jobs, newest last: ``(missed, dropped)``
    recent: deque[tuple[bool, bool]] = field(default_factory=lambda: deque(maxlen=RECENT_JOBS))
    #: number of missed jobs among these
    recent_missed: int = 0

    @property
    def dropped_total(self) -> int:
        """Dropped jobs over all reasons."""
        return sum(self.dropped.values())

    @property
    def failed_total(self) -> int:
        """Failed jobs over all reasons."""
        return sum(self.failed.values())

    @property
    def ended(self) -> int:
        """Jobs that have ended in any way."""
        return self.on_time + self.late + self.dropped_total + self.failed_total

    @property
    def miss_ratio(self) -> float:
        """Share of ended jobs without an on-time result; 0 before any ended."""
        return 1 - self.on_time / self.ended if self.ended else 0.0

    @property
    def normalised_energy(self) -> float:
        """
        Energy spent relative to the worst placement of every released job; 1 while unknown.

        Source: DREAM (ASPLOS 2023), in the form commonly recalled, not verified.
        """
        return self.energy_mj / self.worst_energy_mj if self.worst_energy_mj else 1.0

    @property
    def violation_rate(self) -> float:
        """
        The miss ratio in UXCost: 1 / (2 n) instead of zero.

        Source: DREAM (ASPLOS 2023); the substitute for zero is as commonly recalled, not
        verified against the paper.
        """
        if not self.ended:
            return 0.0
        return self.miss_ratio or 1 / (2 * self.ended)

    def note_end(self, *, missed: bool, dropped: bool = False) -> None:
        """Record the end of a job."""
        recent = self.recent
        if len(recent) == RECENT_JOBS:
            self.recent_missed -= recent[0][0]
        recent.append((missed, dropped))
        self.recent_missed += missed

    def waited_ns(self, now_ns: int) -> int:
        """Return what the mean time between its turns would be with a turn now."""
        since_ns = self.waits_since_ns
        if since_ns is None:
            since_ns = now_ns if self.last_turn_ns is None else self.last_turn_ns
        wait_ns = now_ns - since_ns
        gap_ns = self.turn_gap_ns or wait_ns
        return gap_ns + (wait_ns - gap_ns) // _TURNS

    def take_turn(self, now_ns: int) -> None:
        """Record a turn: a result of a job that was started in time."""
        if self.last_turn_ns is not None:  # the first interval depends only on the order of start
            self.turn_gap_ns = self.waited_ns(now_ns)
        self.last_turn_ns = now_ns
        self.waits_since_ns = None

    def to_dict(self, deadline_ns: int) -> dict[str, Any]:
        """Return the counts and response percentiles in milliseconds, JSON types only."""
        percentiles = {
            f'p{percent}': _ms(self.response.percentile_ns(percent)) for percent in (50, 95, 99)
        }
        return {
            'deadline_ms': deadline_ns / 1e6,
            'released': self.released,
            'on_time': self.on_time,
            'late': self.late,
            'dropped': dict(self.dropped),
            'failed': dict(self.failed),
            'response_ms': percentiles,
        }


def _ms(value_ns: int | None) -> float | None:
    return None if value_ns is None else round(value_ns / 1e6, 3)


class Ledger:
    """Accounts per task."""

    def __init__(self, tasks: tuple[str, ...]) -> None:
        self.tasks: dict[str, TaskAccount] = {name: TaskAccount() for name in tasks}
        #: tasks that recently lost a frame to the load
        self.behind: set[str] = set()

    def add(self, task: str) -> None:
        """Add a task."""
        self.tasks[task] = TaskAccount()

    def release(self, task: str, *, release_ns: int, now_ns: int, worst_energy_mj: float) -> None:
        """Count a released job."""
        account = self.tasks[task]
        account.released += 1
        account.in_flight += 1
        account.worst_energy_mj += worst_energy_mj
        if account.behind_for:
            account.behind_for -= 1
            if not account.behind_for:
                self.behind.discard(task)
        before, account.last_release_ns = account.last_release_ns, release_ns
        account.last_arrival_ns = now_ns
        if account.unanswered_since_ns is None:
            account.unanswered_since_ns = now_ns
        if account.waits_since_ns is None:
            waits_ns = now_ns - round(account.interval_ns)
            account.waits_since_ns = max(waits_ns, account.last_turn_ns or waits_ns)
        if before is not None and release_ns > before:
            interval = release_ns - before
            known = account.interval_ns or interval
            account.interval_ns = known + (interval - known) * INTERVAL_GAIN
            spread = account.interval_spread_ns
            account.interval_spread_ns += (abs(interval - known) - spread) * INTERVAL_GAIN

    def spend(self, task: str, energy_mj: float) -> None:
        """Count the energy of a stage that ended."""
        self.tasks[task].energy_mj += energy_mj

    def complete(
        self,
        task: str,
        *,
        on_time: bool,
        began_late: bool = False,
        response_ns: int,
        now_ns: int,
        variant: str,
    ) -> None:
        """
        Count a job with a result.

        :param began_late: whether it was started when the remaining time was already too short
        """
        account = self.tasks[task]
        account.in_flight -= 1
        account.response.add(response_ns)
        account.variants[variant] = account.variants.get(variant, 0) + 1
        account.note_end(missed=not on_time)
        account.unreachable_in_a_row = 0
        account.last_answer_ns = now_ns
        account.unanswered_since_ns = None
        if not began_late:
            account.take_turn(now_ns)
        if on_time:
            account.on_time += 1
            account.last_on_time_ns = now_ns
        else:
            account.late += 1

    def drop(self, task: str, reason: str) -> None:
        """Count a dropped job."""
        account = self.tasks[task]
        account.in_flight -= 1
        account.dropped[reason] = account.dropped.get(reason, 0) + 1
        account.unreachable_in_a_row += reason == reasons.DEADLINE_UNREACHABLE
        account.note_end(missed=True, dropped=True)
        if reason in _LOST_TO_LOAD:
            account.behind_for = _BEHIND_JOBS
            self.behind.add(task)

    def fail(self, task: str, reason: str) -> None:
        """Count a job that ended by an error."""
        account = self.tasks[task]
        account.in_flight -= 1
        account.failed[reason] = account.failed.get(reason, 0) + 1
        account.note_end(missed=True)

    @property
    def miss_ratio(self) -> float:
        """Share of all ended jobs without an on-time result."""
        ended = sum(account.ended for account in self.tasks.values())
        on_time = sum(account.on_time for account in self.tasks.values())
        return 1 - on_time / ended if ended else 0.0

    @property
    def uxcost(self) -> float:
        """
        Return the product of summed violation rates and summed normalised energy; lower is better.

        Source: DREAM (ASPLOS 2023), in the form commonly recalled, not verified.
        """
        ended = [account for account in self.tasks.values() if account.ended]
        rates = sum([account.violation_rate for account in ended], 0.0)
        return rates * sum([account.normalised_energy for account in ended], 0.0)

    def validate(self, in_flight: dict[str, int]) -> None:
        """
        Check the accounts against the jobs in flight.

        :raises InvariantError: when they do not add up
        """
        for name, account in self.tasks.items():
            if account.released != account.ended + account.in_flight:
                raise InvariantError(
                    f'{name}: released {account.released} jobs, ended '
                    f'{account.ended}, in flight {account.in_flight}'
                )
            if account.in_flight != in_flight.get(name, 0):
                raise InvariantError(
                    f'{name}: {account.in_flight} in flight by the ledger, '
                    f'{in_flight.get(name, 0)} by the queues'
                )

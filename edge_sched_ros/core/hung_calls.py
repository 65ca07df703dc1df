# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Calls that hang, and when their tasks may start again: a circuit breaker for each task.

A task is *off* from its first hung call on. After one hung call it is on again as soon as that
call returns, or its pause is over; after several in a row only when the pause is over. Then it is
on *trial*, one job at a time, until a stage of it ends in time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.units import Running
from edge_sched_ros.core.watchdog import Watchdog


@dataclass(slots=True)
class HungCall:
    """
    A call that the watchdog has given up and that has not returned.

    :param task: the task of its job
    :param usual_ns: expected duration; 0 while unknown
    :param abandoned: whether its unit has a new worker and runs other stages
    """

    job: int
    task: str
    stage: str
    unit: str
    started_ns: int
    usual_ns: int
    abandoned: bool


@dataclass(slots=True)
class _Breaker:
    """The state of one task, or of the tasks that share their code."""

    #: by job
    calls: dict[int, HungCall] = field(default_factory=dict)
    #: hung calls in a row
    hangs: int = 0
    #: time of the last hung call, of its return, or of the end of the pause after it
    last_ns: int = 0
    #: end of the pause, after which it may still wait for a call to return; ``None`` when on
    resume_ns: int | None = None
    trial: bool = False


class HungCalls:
    """
    All hung calls of one device.

    Tasks are named here by their *group*: the name that tasks with the same code share.

    :param watchdog: pauses and limits
    """

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._breakers: dict[str, _Breaker] = {}
        #: group of each job whose call hangs
        self._group_of: dict[int, str] = {}

    def __bool__(self) -> bool:
        """Whether any group is off, on trial, or has hung calls."""
        return bool(self._breakers)

    @property
    def calls(self) -> dict[int, HungCall]:
        """All hung calls by job."""
        return {job: self._breakers[g].calls[job] for job, g in self._group_of.items()}

    @property
    def abandoned(self) -> int:
        """How many threads are left in hung calls."""
        return sum(call.abandoned for call in self.calls.values())

    @property
    def may_abandon(self) -> bool:
        """Whether one more thread may be left in a hung call."""
        return self.abandoned < self._watchdog.max_abandoned

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are off, on trial, or have hung calls."""
        return tuple(self._breakers)

    # --- changes ----------------------------------------------------------------------------

    def hang(self, group: str, unit: str, run: Running, now_ns: int, *, abandoned: bool) -> None:
        """Record that the watchdog gave up a call; its group is off from now on."""
        breaker = self._breakers.setdefault(group, _Breaker())
        if breaker.resume_ns is None:
            if now_ns - breaker.last_ns > self._watchdog.max_pause_ns:
                breaker.hangs = 0
            breaker.hangs += 1
            breaker.resume_ns = now_ns + self._watchdog.pause_after_ns(breaker.hangs)
        # else: it began before the group was off, so it is the same incident
        self.add(group, unit, run, now_ns, abandoned=abandoned)

    def add(self, group: str, unit: str, run: Running, now_ns: int, *, abandoned: bool) -> None:
        """Record a call that a thread is still in; as such it is no fault of its task."""
        breaker = self._breakers.setdefault(group, _Breaker())
        if breaker.resume_ns is None:
            breaker.resume_ns = now_ns
        breaker.trial = False
        breaker.last_ns = now_ns
        usual_ns = run.due_ns - run.started_ns
        breaker.calls[run.job_id] = HungCall(
            run.job_id, run.task, run.stage, unit, run.started_ns, usual_ns, abandoned
        )
        self._group_of[run.job_id] = group

    def abandon(self, job: int) -> None:
        """Record that the unit of a hung call has a new worker."""
        self._breakers[self._group_of[job]].calls[job].abandoned = True

    def returned(self, job: int, now_ns: int) -> str:
        """Record that a hung call has returned; return its group, empty for any other call."""
        group = self._group_of.pop(job, '')
        if group:
            breaker = self._breakers[group]
            del breaker.calls[job]
            breaker.last_ns = now_ns
            if breaker.hangs <= 1 and breaker.resume_ns is not None and not breaker.calls:
                breaker.resume_ns = now_ns
        return group

    def resume(self, group: str, may_run: int, now_ns: int) -> bool:
        """
        End a group's pause if it is over and nothing holds it; return whether it ended.

        :param may_run: number of calls that it may have at the same time, those that hang included
        """
        breaker = self._breakers[group]
        over = breaker.resume_ns is not None and breaker.resume_ns <= now_ns
        if not over or self._held(breaker, may_run):
            return False
        breaker.resume_ns = None
        breaker.trial = True
        breaker.last_ns = now_ns
        return True

    def _held(self, breaker: _Breaker, may_run: int) -> bool:
        """Whether a group must wait for the return of a call."""
        calls = breaker.calls
        if not calls:
            return bool(breaker.hangs) and not self.may_abandon
        holds_unit = not all(call.abandoned for call in calls.values())
        return holds_unit or len(calls) >= may_run or not self.may_abandon

    def in_time(self, group: str) -> bool:
        """Record that a stage ended in time; return whether that ended the group's trial."""
        breaker = self._breakers.get(group)
        if breaker is None or not breaker.trial:
            return False
        breaker.trial = False
        return True

    def end_pauses(self, now_ns: int) -> None:
        """Let every pause be over, as after a restart."""
        for breaker in self._breakers.values():
            if breaker.resume_ns is not None and breaker.resume_ns > now_ns:
                breaker.resume_ns = now_ns

    def forget(self, now_ns: int) -> None:
        """Forget the groups that are on and have not hung for the longest pause."""
        for group, breaker in list(self._breakers.items()):
            on = breaker.resume_ns is None and not breaker.trial and not breaker.calls
            if on and now_ns - breaker.last_ns > self._watchdog.max_pause_ns:
                del self._breakers[group]

    # --- state ------------------------------------------------------------------------------

    def limit(self, group: str, may_run: int) -> int | None:
        """Return how many jobs of a group's task may be in flight; ``None`` for no limit."""
        breaker = self._breakers.get(group)
        if breaker is None:
            return None
        if breaker.resume_ns is not None:
            return 0
        if breaker.trial:
            return 1
        return max(0, may_run - len(breaker.calls)) if breaker.calls else None

    def on_trial_again(self, group: str) -> bool:
        """Whether a group is on trial after several hung calls in a row."""
        breaker = self._breakers.get(group)
        return breaker is not None and breaker.trial and breaker.hangs > 1

    def next_resume_ns(self, now_ns: int) -> int | None:
        """Return the first end of a pause after now; ``None`` when there is none."""
        ends = [
            one.resume_ns
            for one in self._breakers.values()
            if one.resume_ns is not None and one.resume_ns > now_ns
        ]
        return min(ends, default=None)

    def why_off(self, group: str, may_run: int, now_ns: int) -> str:
        """Return why a group starts nothing and when it is tried again; empty when it starts."""
        breaker = self._breakers.get(group)
        if breaker is None or breaker.resume_ns is None:
            return ''
        told = [
            f'{one.stage} on {one.unit} has run for {(now_ns - one.started_ns) / 1e9:.1f} s'
            for one in sorted(breaker.calls.values(), key=lambda one: one.started_ns)[:1]
        ]
        more = len(breaker.calls) - 1
        if more > 0:
            told[0] += f' and {more} more'
        if breaker.hangs > 1:
            told.append(f'it hung {breaker.hangs} times in a row')
        return f'{", ".join(told)}; tried again {self._when(breaker, may_run, now_ns)}'

    def _when(self, breaker: _Breaker, may_run: int, now_ns: int) -> str:
        assert breaker.resume_ns is not None
        left_ns = breaker.resume_ns - now_ns
        if breaker.calls and self._held(breaker, may_run) and self.may_abandon:
            return 'when it returns' if left_ns <= 0 else f'when it returns{_after(left_ns)}'
        if not self.may_abandon:
            return f'when one of {self.abandoned} abandoned threads returns'
        return f'in {max(0, left_ns) / 1e9:.1f} s'

    def validate(self, live: Collection[int]) -> None:
        """
        Check the hung calls against the jobs in flight.

        :param live: jobs in flight
        :raises InvariantError: when a job with a hung call goes on, or the tables disagree
        """
        in_breakers = sorted(job for one in self._breakers.values() for job in one.calls)
        if in_breakers != sorted(self._group_of):
            raise InvariantError('the hung calls do not match their tasks')
        for job in in_breakers:
            if job in live:
                raise InvariantError(f'job {job} is in flight though its call was given up')
        for group, breaker in self._breakers.items():
            if breaker.trial and breaker.resume_ns is not None:
                raise InvariantError(f'{group} is off and on trial')


def _after(left_ns: int) -> str:
    return f', not before {left_ns / 1e9:.1f} s have passed'

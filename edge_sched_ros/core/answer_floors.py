# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks that get no answer under overload: their newest frame runs at times, even late."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.job_table import JobTable
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.times import Times
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import UnitState

#: the floors of all tasks together take at most one part in this of the units' time
_MOST_SHARE = 1.5
#: a frame that can be on time runs this part of a period earlier than one that cannot; it can if
#: it would end the deadline divided by the second number before it
_EARLIER, _MARGIN = 0.5, 8
#: time for which the sums of work are kept
_KEEP_NS = 100_000_000
#: how long a task counts as at its floor after a start there, in its gaps, and at least
_TOLD_GAPS, _TOLD_NS = 3, 1_000_000_000


class AnswerFloors:
    """
    The longest time without an answer, independent of the policy.

    A task is *silent* when its first frame without an answer came longer than its gap ago. The gap
    is a number of its periods, but no less than its deadline (so that nothing is silent while
    answers are on time), and than twice the time in which every task could run once (so that at
    least half of the units' time stays with the policy). Its newest frame runs when the next one
    would come after the gap; half a period earlier if it is on time then, as a late answer would
    take as much time, unless the gap is one for the policy's sake.

    :param table: jobs and accounts
    :param units: states of the units by name
    :param times: expected times of stages
    :param periods: gap in periods of the task; 0 for no floors
    """

    def __init__(
        self, table: JobTable, units: Mapping[str, UnitState], times: Times, periods: float
    ) -> None:
        self._table = table
        self._specs = table.specs
        self._accounts = table.ledger.tasks
        self._entries = table.ready.entries
        self._units = units
        self._times = times
        self._periods = periods
        #: jobs that run without the policy until they end: started ones, and those after them
        self._given: set[int] = set()
        #: task -> time of its last start at the floor
        self._tried_ns: dict[str, int] = {}
        #: task -> number of such starts
        self.starts: dict[str, int] = {}
        #: unit -> time in which it does its part of one job of every task, and until when it holds
        self._round_ns: dict[str, float] = {}
        self._round_until_ns = -1
        #: task -> its present first variant, and the gap that follows for it from these times
        self._kept_ns: dict[str, tuple[VariantSpec, int]] = {}

    def __bool__(self) -> bool:
        """Whether tasks have floors at all."""
        return self._periods > 0

    def due(self, now_ns: int) -> list[Job]:
        """Return the ready jobs that are to start before all others, the longest silent first."""
        found: dict[str, tuple[int, int, Job]] = {}
        accounts, given = self._accounts, self._given
        for _, number, job in self._entries:
            since_ns = accounts[job.task].unanswered_since_ns
            if since_ns is None:
                continue
            if not given and now_ns - since_ns <= job.deadline_ns - job.release_ns:
                continue
            if number in given:
                found[f'{job.task}#{number}'] = since_ns, number, job
            elif job.parent in given:
                if self._follows(job, now_ns):
                    found[f'{job.task}#{number}'] = since_ns, number, job
            elif now_ns - since_ns > job.deadline_ns - job.release_ns and self._is_silent(
                job, now_ns - since_ns, now_ns
            ):
                # of several waiting jobs the newest
                found[job.task] = since_ns, number, job
        return [entry[2] for entry in sorted(found.values())]

    def _follows(self, job: Job, now_ns: int) -> bool:
        """Return whether a job after one at the floor is due, too; it stays so until it starts."""
        last_ns = self._accounts[job.task].last_answer_ns
        if last_ns is not None and now_ns - last_ns <= self.gap_ns(job.task, now_ns) // 2:
            return False
        self._given.add(job.id)
        return True

    def _is_silent(self, job: Job, silence_ns: int, now_ns: int) -> bool:
        task = job.task
        if self._table.is_running(task):
            return False
        gap_ns = self.gap_ns(task, now_ns)
        tried_ns = self._tried_ns.get(task)
        if tried_ns is not None and now_ns - tried_ns < gap_ns // 2:
            return False
        period_ns = self._period_ns(task)
        # the next frame would be too late
        left_ns = silence_ns - (gap_ns - period_ns)
        if left_ns > 0:
            return True
        # not at the cost of the policy's share
        has_time = gap_ns > self._rounds_ns(task)
        return left_ns > -_EARLIER * period_ns and has_time and self._can_be_on_time(job, now_ns)

    def _can_be_on_time(self, job: Job, now_ns: int) -> bool:
        needed_ns = self._times.least_ns(job.task, job.variant, job.stage_index, job.items)
        margin_ns = (job.deadline_ns - job.release_ns) // _MARGIN
        return now_ns + needed_ns + margin_ns <= job.deadline_ns

    def _period_ns(self, task: str) -> int:
        """Return the time between the frames that a task could get, with every task before it."""
        spec, every_n = self._specs[task], 1
        while spec.after:
            every_n *= spec.every_n
            spec = self._specs[spec.after]
        period_ns = round(self._accounts[spec.name].interval_ns) or spec.period_ns
        return period_ns * every_n

    def gap_ns(self, task: str, now_ns: int) -> int:
        """Return how long a task may be without an answer."""
        spec = self._specs[task]
        if now_ns >= self._round_until_ns:
            self._round_ns = round_ns(self._specs, self._units, self._times)
            self._round_until_ns = now_ns + _KEEP_NS
            self._kept_ns.clear()
        wanted_ns = self._periods * self._period_ns(task)
        return max(round(wanted_ns), spec.deadline_ns, self._rounds_ns(task))

    def _rounds_ns(self, task: str) -> int:
        """Return the gap with which the policy has its share of a task's units."""
        variant = self._specs[task].variants[0]
        known = self._kept_ns.get(task)
        if known is not None and known[0] is variant:
            return known[1]
        units = {unit for stage in variant.stages for unit in stage.units}
        of_all_ns = max([self._round_ns.get(unit, 0.0) for unit in units], default=0.0)
        kept_ns = round(_MOST_SHARE * of_all_ns)
        self._kept_ns[task] = variant, kept_ns
        return kept_ns

    def started(self, job: Job, now_ns: int) -> None:
        """Record that a due job was started; its other stages follow."""
        self._given.add(job.id)
        if not job.stage_index:
            self._tried_ns[job.task] = now_ns
            self.starts[job.task] = self.starts.get(job.task, 0) + 1

    def prune(self) -> None:
        """Forget jobs that ended; call it when no job can be released after them any more."""
        if self._given:
            self._given.intersection_update(self._table.jobs)

    def restarted(self) -> None:
        """Measure anew: nothing was to be done before."""
        self._tried_ns.clear()
        for account in self._accounts.values():
            account.unanswered_since_ns = None

    def told(self, task: str, now_ns: int) -> str:
        """Return how often a task is answered at its floor; empty when it does without."""
        tried_ns = self._tried_ns.get(task)
        if tried_ns is None or not self._specs[task].enabled:
            return ''
        gap_ns = self.gap_ns(task, now_ns)
        if now_ns - tried_ns > max(_TOLD_GAPS * gap_ns, _TOLD_NS):
            return ''
        account = self._accounts[task]
        last_ns = account.last_on_time_ns
        rarely = last_ns is None or now_ns - last_ns > max(_TOLD_GAPS * gap_ns, _TOLD_NS)
        what = 'never' if rarely else 'rarely'
        return f'is {what} on time at this load: answers at least every {gap_ns / 1e6:.3g} ms'


def round_ns(
    specs: Mapping[str, TaskSpec], units: Mapping[str, UnitState], times: Times
) -> dict[str, float]:
    """
    Return the time in which each unit does its part of one job of every task.

    A stage is divided among its units so that all parts take equally long; unknown costs and
    disabled tasks count as nothing.
    """
    found: dict[str, float] = {}
    for name, spec in specs.items():
        if not spec.enabled:
            continue
        variant = spec.variants[0]
        for stage in variant.stages:
            known = times.on_units_ns(name, variant.name, stage.name, 1)
            able = [
                unit
                for unit in stage.units
                if known.get(unit, 0) > 0 and units[unit].state == AVAILABLE
            ]
            if able:
                part_ns = 1 / sum([units[unit].slots / known[unit] for unit in able], 0.0)
                for unit in able:
                    found[unit] = found.get(unit, 0.0) + part_ns
    return found

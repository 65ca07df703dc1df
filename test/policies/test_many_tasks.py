# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is looked at for all waiting jobs at once is what is found for each of them alone."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.policies.early_drop import EarlyDrop
from edge_sched_ros.policies.edf import EarliestDeadlineFirst
from edge_sched_ros.policies.equals import as_long
from edge_sched_ros.policies.equals import rank
from edge_sched_ros.policies.equals import takes_as_long
from edge_sched_ros.policies.inserted_idle import _coming
from edge_sched_ros.policies.inserted_idle import _next_of
from edge_sched_ros.policies.turns import Turns

_MS = 1_000_000


def drops_of_each(view, margin_ns, probe_after):
    """Return the jobs that early drop ends, each looked at alone."""
    found = []
    for job in view.ready:
        if view.accounts[job.task].unreachable_in_a_row < probe_after:
            least_ns = min(margin_ns, (job.deadline_ns - job.release_ns) // 4)
            if view.now_ns + view.least_remaining_ns(job) + least_ns > job.deadline_ns:
                found.append(job.id)
    return found


def turns_of_each(view, by_deadline):
    """Return the ready jobs in turn, each looked at alone."""
    seen, keys = {}, []
    for unit in view.units.values():
        for running in unit.running.values():
            seen[running.task] = seen.get(running.task, 0) + 1
    for place, job in enumerate(view.ready):
        latest_ns = job.deadline_ns - view.least_remaining_ns(job)
        late = by_deadline and not job.stage_index
        late = late and job.release_ns <= latest_ns < view.now_ns
        if by_deadline and not late:
            waited = rank(view, job.task)
        else:
            answered_ns = view.accounts[job.task].last_answer_ns
            waited = -1 if answered_ns is None else answered_ns
        count = seen.get(job.task, 0)
        keys.append((job.stage_index == 0, late, count, waited, place))
        seen[job.task] = count + 1
    return [view.ready[key[-1]].id for key in sorted(keys)]


def coming_of_each(view, begun):
    """Return the frames that are expected soon, every task looked at."""
    found = []
    for name, spec in view.tasks.items():
        equals = [
            job.task
            for job in begun
            if job.priority == spec.priority
            and abs(spec.deadline_ns - (job.deadline_ns - job.release_ns))
            <= (job.deadline_ns - job.release_ns) // 8
        ]
        if name in view.behind and equals and (one := _next_of(view, spec, equals)):
            found.append((one.rank, one.ready_ns, one.until_ns, name))
    return sorted(found, key=lambda one: one[:2])


class Checked:
    """Early drop with EDF, which compares both forms at every call."""

    name = 'checked'
    parameters = ()
    asks_when_busy = False

    def __init__(self, margin_ms, probe_after):
        self._policy = EarlyDrop(
            EarliestDeadlineFirst(), margin_ms=margin_ms, probe_after=probe_after
        )
        self._margin_ns, self._probe_after = round(margin_ms * _MS), probe_after
        #: how often a drop, a job too late for its turn, and an expected frame was compared
        self.seen = {'drops': 0, 'turns': 0, 'coming': 0, 'unlike': 0}

    def decide(self, view):
        ready, seen = view.ready, self.seen
        least_ns = [job.deadline_ns - view.least_remaining_ns(job) for job in ready]
        assert view.latest_ns(ready) == least_ns
        tasks = [job.task for job in ready]
        for task in tasks:
            each = [takes_as_long(view, task, other) for other in tasks]
            assert as_long(view, task, tasks) == each
            seen['unlike'] += not all(each)
        for by_deadline in (False, True):
            in_turn = turns_of_each(view, by_deadline)
            assert [job.id for job in Turns(view, by_deadline=by_deadline).sort(ready)] == in_turn
            seen['turns'] += in_turn != [job.id for job in ready]
        told = [
            (one.rank, one.ready_ns, one.until_ns, one.job.task) for one in _coming(view, ready)
        ]
        assert told == coming_of_each(view, ready)
        seen['coming'] += len(told)
        lost = drops_of_each(view, self._margin_ns, self._probe_after)
        decided = self._policy.decide(view)
        assert [one.job for one in decided if isinstance(one, Drop)] == lost
        seen['drops'] += len(lost)
        return decided


def run(draws, tasks, load, checked):
    """Run frames of tasks on two units, and return what was decided."""
    units, slower = ('gpu0', 'gpu1'), {'gpu0': 1.0, 'gpu1': 1.6}
    stages = (StageSpec('infer', units), StageSpec('decode', ('gpu1',)))
    period_ns = round(tasks * 6 * _MS / load)
    specs = tuple(
        TaskSpec(
            f't{n}',
            (VariantSpec('base', stages[: 1 + (n % 5 == 0)]),),
            round(period_ns * (0.9 if n % 3 else 1.5)),
            stream=f'camera{n}',
        )
        for n in range(tasks)
    )
    core = LowLevelDispatcher(
        tasks=specs,
        units=tuple(Unit(name, 'gpu') for name in units),
        policy='checked',
        make_policy=lambda _name, _values: checked,
    )
    events = [
        (period_ns * n // tasks + seq * period_ns, n, FrameArrived(f'camera{n}', seq, 0))
        for seq in range(12)
        for n in range(tasks)
    ]
    log = []
    while events:
        events.sort(key=lambda entry: entry[:2])
        now_ns, number, event = events.pop(0)
        if isinstance(event, FrameArrived):
            event = FrameArrived(event.stream, event.seq, now_ns)
        for made in core.handle(event, now_ns):
            log.append(made)
            if isinstance(made, Run):
                took_ms = (8 if number % 4 else 5) * draws.uniform(0.9, 1.1) * slower[made.unit]
                end_ns = now_ns + round(took_ms * _MS)
                ended = StageFinished(made.job, made.stage, made.unit, now_ns, end_ns)
                events.append((end_ns, 1000 + made.job, ended))
        core.validate()
    return log


@given(
    st.randoms(use_true_random=False),
    st.sampled_from([1, 3, 9, 20]),
    st.sampled_from([0.7, 1.2, 2.5]),
    st.sampled_from([0.0, 2.0, 50.0]),
    st.sampled_from([1, 10]),
)
@settings(max_examples=15, deadline=None)
def test_jobs_looked_at_together_are_decided_as_alone(draws, tasks, load, margin_ms, probe_after):
    log = run(draws, tasks, load, Checked(margin_ms, probe_after))
    assert any(isinstance(made, Run) for made in log)


def test_what_is_compared_happens():
    checked = Checked(2.0, 10)
    run(random.Random(3), 12, 1.3, checked)
    assert all(count > 2 for count in checked.seen.values()), checked.seen

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long jobs can wait for their turn, and that ``horizon`` starves no task because of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import edge_sched_ros as es
from edge_sched_ros.core.ledger import Ledger
from edge_sched_ros.policies.plan_jobs import has_rhythm
from edge_sched_ros.policies.waiting import FAR_NS
from edge_sched_ros.policies.waiting import Waiting

PERIOD_NS = 10


def _looked_at(waiting: int, queue_depth: int, *, begun: bool = False, now_ns: int = 5):
    """Return a view with jobs 1, 2, ... of a task (0 has begun), and what waits in it."""
    jobs = {
        number: SimpleNamespace(
            id=number,
            task='t',
            state='waiting' if number else 'running',
            deadline_ns=100 + PERIOD_NS * number,
        )
        for number in range(0 if begun else 1, waiting + 1)
    }
    view = SimpleNamespace(
        now_ns=now_ns,
        jobs=jobs,
        tasks={'t': SimpleNamespace(queue_depth=queue_depth, deadline_ns=100)},
        accounts={'t': SimpleNamespace(last_release_ns=0)},
    )
    found = Waiting()
    found.refresh(view)
    return view, found


@pytest.mark.parametrize(
    ('waiting', 'depth', 'frames'),
    [(1, 1, [1]), (1, 2, [2]), (2, 2, [1, 2]), (2, 4, [3, 4]), (3, 3, [1, 2, 3])],
)
def test_newer_frames_take_the_place_of_the_oldest(waiting, depth, frames):
    view, found = _looked_at(waiting, depth)
    times = [found.superseded_ns(view, job, PERIOD_NS) for job in view.jobs.values()]
    assert times == [PERIOD_NS * count for count in frames]


def test_a_begun_job_is_not_superseded_and_an_overdue_frame_may_never_come():
    view, found = _looked_at(1, 1, begun=True)
    assert found.superseded_ns(view, view.jobs[0], PERIOD_NS) == FAR_NS
    view, found = _looked_at(1, 1, now_ns=10)
    assert found.superseded_ns(view, view.jobs[1], PERIOD_NS) == FAR_NS


@pytest.mark.parametrize(
    ('waiting', 'depth', 'start_ns'), [(0, 1, 20), (0, 2, 30), (1, 1, 10), (1, 2, 20), (2, 2, 10)]
)
def test_the_next_job_must_start_before_it_is_superseded(waiting, depth, start_ns):
    view, found = _looked_at(waiting, depth, begun=True)
    assert found.next_start_ns(view, view.jobs[0], PERIOD_NS, 1) == start_ns


def test_the_next_job_must_start_in_time():
    view, found = _looked_at(1, 30, begun=True)
    assert found.next_start_ns(view, view.jobs[0], PERIOD_NS, 12) == 110 - 12
    view, found = _looked_at(0, 30, begun=True)
    assert found.next_start_ns(view, view.jobs[0], PERIOD_NS, 12) == 10 + 100 - 12


@pytest.mark.parametrize('queue_depth', [1, 2])
def test_a_deadline_longer_than_the_queue_starves_nobody(queue_depth):
    # load 0.9: there is time for every job if those that have begun do not dawdle
    system = {
        'units': {'cpu0': {}, 'cpu1': {}},
        'networks': {
            'na': {'cost': {'cpu0': 7.5, 'cpu1': 30.0}},
            'nb': {'cost': {'cpu0': [15.0, 15.0], 'cpu1': [60.0, 60.0]}},
        },
        'tasks': {
            'a': {'network': 'na', 'period_ms': 33.3},
            'b': {
                'network': 'nb',
                'period_ms': 33.3,
                'deadline_ms': 150.0,
                'queue_depth': queue_depth,
            },
        },
    }
    found = es.simulate(es.make_system(system), policy='horizon', seconds=3)
    assert all(task['on_time'] >= 0.97 * task['released'] for task in found['tasks'].values())


@pytest.mark.parametrize(
    ('intervals', 'rhythm'),
    [
        ([100] * 20, True),
        ([80, 120] * 10, True),
        ([20, 20, 20, 340] * 5, False),
        ([20, 180], False),
        ([100], True),
        ([], True),
    ],
    ids=['steady', 'jitter', 'bursts', 'few frames', 'two frames', 'one frame'],
)
def test_a_source_has_a_rhythm_if_its_next_frame_can_be_foreseen(intervals, rhythm):
    ledger, now_ns = Ledger(('t',)), 0
    for interval_ns in [0, *intervals]:
        now_ns += interval_ns
        ledger.release('t', release_ns=now_ns, now_ns=now_ns, worst_energy_mj=0.0)
    assert has_rhythm(ledger.tasks['t']) is rhythm


def test_a_job_of_a_source_without_rhythm_does_not_wait_for_its_deadline():
    # both are always on time if they start: only newer frames take places, of which a has enough
    system = {
        'units': {'cpu0': {}},
        'networks': {'na': {'cost': {'cpu0': 15.0}}, 'nb': {'cost': {'cpu0': 12.0}}},
        'tasks': {
            'a': {'network': 'na', 'period_ms': 30.0, 'deadline_ms': 90.0, 'queue_depth': 3},
            'b': {
                'network': 'nb',
                'period_ms': 40.0,
                'arrivals': 'bursty',
                'deadline_ms': 200.0,
            },
        },
    }
    found = es.simulate(es.make_system(system), policy='horizon', seconds=4)['tasks']
    assert found['a']['on_time'] == found['a']['released'] == 134
    # 82 if frames are expected after the mean interval, 71 with edf+drop
    assert found['b']['on_time'] >= 88

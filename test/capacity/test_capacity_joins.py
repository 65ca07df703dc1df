# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins in the queueing models: the last of several answers."""

from __future__ import annotations

import numpy as np
import pytest
from capacity_systems import cluster_of

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.last_of import LastOf
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.processor_sharing import mg1_ps
from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import DrawnResponse
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.ways import Ways
from edge_sched_ros.core.errors import ConfigError


def _exponential(mean_ms):
    return GammaResponse(np.array([0.0]), [Delay(mean_ms, mean_ms**2, 0.0)])


def _fixed(ms):
    return DrawnResponse(np.array([float(ms)]))


def test_the_last_of_two_exponential_times_is_that_of_the_textbook():
    """1/a + 1/b - 1/(a + b), and the product of both distributions."""
    a, b = 1 / 20, 1 / 50
    found = LastOf([_exponential(20), _exponential(50)])
    assert found.mean_ms == pytest.approx(1 / a + 1 / b - 1 / (a + b), rel=1e-3)
    square = 2 / a**2 + 2 / b**2 - 2 / (a + b) ** 2
    assert found.variance_ms2 == pytest.approx(square - found.mean_ms**2, rel=5e-3)
    p95 = found.quantile_ms(0.95)
    assert (1 - np.exp(-a * p95)) * (1 - np.exp(-b * p95)) == pytest.approx(0.95, abs=1e-4)


def test_fixed_times_have_a_fixed_last_one():
    found = LastOf([_fixed(30), _fixed(40), _fixed(10)])
    assert (found.mean_ms, found.least_ms) == pytest.approx((40, 40))
    assert found.variance_ms2 == pytest.approx(0, abs=1e-6)
    # of a time that varies and a fixed one
    mixed = LastOf([_exponential(20), _fixed(30)])
    assert mixed.mean_ms == pytest.approx(30 + 20 * np.exp(-1.5), rel=1e-3)


def _system(**join):
    network = {'cost': {'a': 10.0, 'b': 16.0, 'c': 6.0}}
    return {
        'units': {name: {'discipline': 'fcfs'} for name in 'abc'},
        'distribution': 'exponential',
        'latency_cv': 1,
        'networks': {'net': network},
        'streams': {'camera': {'period_ms': 40, 'arrivals': 'poisson'}},
        'tasks': {
            'boxes': {'network': 'net', 'unit': 'a', 'stream': 'camera'},
            'depth': {'network': 'net', 'unit': 'b', 'stream': 'camera'},
            'both': {'network': 'net', 'unit': 'c', 'after': ['boxes', 'depth'], **join},
        },
    }


def _served(arrivals, services):
    """Return when a queue in order has served each request."""
    ends, free = np.empty_like(arrivals), 0.0
    for index, (arrival, service) in enumerate(zip(arrivals, services)):
        free = ends[index] = max(free, arrival) + service
    return ends


def test_two_queues_with_the_same_frames_and_one_after_them():
    """A burst of frames is long in both queues, so the models' independence is an upper bound."""
    draw = np.random.default_rng(5)
    count = 60_000
    frames = np.cumsum(draw.exponential(40, count))
    boxes, depth = (_served(frames, draw.exponential(ms, count)) for ms in (10, 16))
    both = np.maximum(boxes, depth)
    order = np.argsort(both)
    last = np.empty(count)
    last[order] = _served(both[order], draw.exponential(6, count))
    found = analyse(cluster_of(_system()))
    for task, ends in (('boxes', boxes), ('depth', depth), ('both', last)):
        mean_ms = float((ends - frames).mean())
        assert found[task].response.mean_ms == pytest.approx(mean_ms, rel=0.05), task
    p95 = float(np.percentile(last - frames, 95))
    assert found['both'].response.p95_ms == pytest.approx(p95, rel=0.1)


def test_its_rate_deadline_and_overload_are_told():
    cluster = cluster_of(_system(deadline_ms=21))
    assert cluster.rates == {'boxes': 25, 'depth': 25, 'both': 25}
    # the longest way, not the sum of both
    assert 'below the bare service time 22 ms' in analyse(cluster)['both'].reason
    full = _system()
    full['streams']['camera']['period_ms'] = 15
    verdict = analyse(cluster_of(full))['both']
    assert verdict.response is None and 'b would be busy 1.07' in verdict.reason


class _Task:
    def __init__(self, *before):
        self.before = before


def test_what_branches_have_in_common_is_waited_for_once():
    tasks = {
        'head': _Task(),
        'left': _Task('head'),
        'right': _Task('head'),
        'both': _Task('left', 'right'),
        'again': _Task('both', 'left'),
        'apart': _Task('left', 'other'),
        'other': _Task(),
    }
    parts = {
        name: [DrawnResponse(np.array([ms - 0.01, ms + 0.01]))]
        for name, ms in zip(tasks, (100, 7, 9, 1, 2, 3, 50))
    }
    ways = Ways(tasks)

    def total(name):
        return sum(one.mean_ms for one in ways.in_a_row(name, parts))

    assert ways.to('again') == ['head', 'left', 'right', 'both', 'again']
    assert total('both') == pytest.approx(100 + 9 + 1, abs=0.1)
    # one of its tasks comes after the other
    assert total('again') == pytest.approx(100 + 9 + 1 + 2, abs=0.1)
    assert total('apart') == pytest.approx(107 + 3, abs=0.1)
    assert round(ways.longest('apart', lambda name: parts[name][0].mean_ms), 6) == 110


def test_joins_of_tasks_that_are_not_there_are_refused():
    with pytest.raises(ConfigError, match="there is no task 'nothing'"):
        cluster_of(_system(after=['boxes', 'nothing']))


def test_one_task_shared_by_a_unit_with_processor_sharing():
    """The model of the unit stays the same; only the end of the way is another."""
    data = _system()
    data['units']['b']['discipline'] = 'ps'
    found = analyse(cluster_of(data))
    (alone,) = mg1_ps([Load(25, Service(16.0, 1.0, 'exponential'))])
    assert found['depth'].response.mean_ms == pytest.approx(alone.mean_ms, rel=0.01)
    assert found['both'].response.mean_ms > alone.mean_ms + 6

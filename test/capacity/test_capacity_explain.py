# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What would change an answer of the queueing models."""

from __future__ import annotations

import pytest

from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.capacity.explain import explain
from edge_sched_ros.system.parsing import make_system


@pytest.mark.parametrize(('arrivals', 'told'), [('periodic', True), ('poisson', False)])
def test_periodic_frames_on_a_shared_unit_are_tried_in_order(arrivals, told):
    """18 of every 33 ms: never late with a period, and random frames would wait."""
    task = {'network': 'n', 'period_ms': 66, 'deadline_ms': 100, 'arrivals': arrivals}
    data = {'units': {'gpu0': {}}, 'costs': {'n': {'gpu': 18}}, 'tasks': {'a': task, 'b': task}}
    found = explain(make_cluster(make_system(data, name='farm')))
    assert found['binding'].startswith('a does not fit: p99')
    results = {one['change']: one['result'] for one in found['changes']}
    change = 'farm/gpu0 with discipline: fcfs, where frames count as periodic'
    assert (change in results) == told
    assert not told or results[change].startswith('all tasks would fit')

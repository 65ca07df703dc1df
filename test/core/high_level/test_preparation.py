# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What policies keep of tasks is worked out between frames, and changes no decision."""

from __future__ import annotations

import pytest
from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import offer
from fleet_bench import task

from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.core.high_level.events import LinkMeasured
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

POLICIES = sorted(high_level_policy_classes())
NET = chain(segments=4)
TASKS = (task('one', NET), task('two', NET, stream='other'))


def _bench(policy):
    bench = FleetBench(*TASKS, policy=policy)
    bench.join(offer('robot', NET), offer('desk', NET, units=('cpu0', 'gpu0')))
    return bench


def _load(bench, device='robot'):
    return bench.send(DeviceLoad(device, {}))


@pytest.mark.parametrize('policy', POLICIES)
def test_after_a_sign_of_life_for_each_task_nothing_is_left_to_work_out(policy):
    bench = _bench(policy)
    for _ in TASKS:
        _load(bench)
    decides = bench.dispatcher._active.policy
    assert not [one for one in TASKS if decides.prepare(one, bench.dispatcher.view)]
    # what devices and links are now is another matter
    bench.lose('desk')
    assert decides.prepare(TASKS[0], bench.dispatcher.view)


# whole_network chooses its devices in that method, whoever calls it
@pytest.mark.parametrize('policy', [one for one in POLICIES if one != 'whole_network'])
def test_decisions_are_the_same_without_it(policy, monkeypatch):
    said = []
    for prepares in (True, False):
        if not prepares:
            monkeypatch.delattr(high_level_policy_classes()[policy], 'prepare')
        bench = _bench(policy)
        for number in range(4):
            _load(bench)
            _load(bench, 'desk')
            bench.frame(at_ms=20 * number)
            bench.frame('other')
            bench.send(LinkMeasured('robot', 'desk', number * MS, 1e6))
        bench.finish_all()
        said.append(bench.decisions)
    assert said[0] == said[1]


def test_a_sign_of_life_has_one_task_made_ready():
    asked = []

    class Asked:
        name = 'asked'
        parameters = ()

        def cuts(self, task, view):
            return ()

        def assign(self, job, view):
            return 'no_device'

        def prepare(self, task, view):
            asked.append(task.name)
            return task.name == 'two'

    bench = FleetBench(*TASKS, policy='asked', make_policy=lambda _name, _values: Asked())
    bench.join(offer('robot', NET))
    assert asked == []
    _load(bench)
    assert asked == ['two']
    _load(bench)
    _load(bench)
    # the other one had nothing to do, and nothing has changed since
    assert asked == ['two', 'one']
    bench.join(offer('desk', NET))
    _load(bench)
    assert asked == ['two', 'one', 'two']

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans made beside a running pipeline."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import pytest
from children import TIMEOUT_S
from harness import task
from images import frame
from networks import write_network

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.replanning import Replanning
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.planning import background
from edge_sched_ros.plugins.policies import make_policy

MS = 1_000_000


class _Runtime:
    """A dispatcher without threads."""

    def __init__(self, policy='plan_follower'):
        profiles = Profiles()
        for name in 'ab':
            for unit, ms in (('cpu0', 4), ('cpu1', 5)):
                profiles.set(StageKey(name, 'base', 'infer', unit), ms * MS, source='given')
        self.dispatcher = LowLevelDispatcher(
            tasks=(task('a'), task('b', enabled=False)),
            units=(Unit('cpu0'), Unit('cpu1')),
            policy=policy,
            make_policy=make_policy,
            profiles=profiles,
        )
        self.posted = []

    def read(self, look):
        return look(self.dispatcher, 0)

    def post(self, event):
        self.posted.append(event)
        self.dispatcher.handle(event, 0)


class _Planner:
    """Says what it is told to, when it is told to; remembers what for."""

    def __init__(self, *plans):
        self.plans = list(plans)
        self.asked = []
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, file, time_limit_s):
        assert time_limit_s > 0
        self.asked.append(sorted(file['networks']))
        assert self.go_on.wait(TIMEOUT_S)
        plan = self.plans.pop(0)
        if isinstance(plan, Exception):
            raise plan
        return plan


#: a process that plans has the lowest priority: beside other work it gets hardly any time
_PLANNED_S = 5 * TIMEOUT_S


def _look(replanning, times=1):
    for _ in range(times):
        replanning.check()
        assert replanning.wait(_PLANNED_S)


def test_a_plan_is_made_once_for_a_situation_and_again_for_another():
    runtime = _Runtime()
    planner = _Planner({'a': ['cpu1']}, {'a': ['cpu1'], 'b': ['cpu0']})
    replanning = Replanning(runtime, planner)
    _look(replanning, 3)
    assert planner.asked == [['a']]
    assert runtime.dispatcher.policy_parameters == {'plan': {'a': ['cpu1']}}
    runtime.post(ParametersChanged({'enabled': True}, task='b'))
    _look(replanning, 3)
    assert planner.asked == [['a'], ['a', 'b']]
    assert runtime.dispatcher.policy_parameters == {'plan': {'a': ['cpu1'], 'b': ['cpu0']}}


def test_nobody_waits_for_a_plan_and_what_changes_meanwhile_is_planned_for():
    runtime = _Runtime()
    planner = _Planner({'a': ['cpu1']}, {'a': ['cpu0'], 'b': ['cpu1']})
    planner.go_on.clear()
    replanning = Replanning(runtime, planner)
    replanning.check()
    runtime.post(ParametersChanged({'enabled': True}, task='b'))
    replanning.check()
    assert planner.asked == [['a']]
    assert runtime.dispatcher.policy_parameters == {}
    planner.go_on.set()
    assert replanning.wait(TIMEOUT_S)
    _look(replanning)
    assert replanning.mapping == {'a': ['cpu0'], 'b': ['cpu1']}


def test_the_same_plan_is_not_given_twice():
    runtime = _Runtime()
    replanning = Replanning(runtime, _Planner({'a': ['cpu1']}, {'a': ['cpu1']}))
    _look(replanning)
    runtime.dispatcher.profiles.note_drift(StageKey('a', 'base', 'infer', 'cpu0'))
    _look(replanning)
    assert len(runtime.posted) == 1


def test_what_cannot_be_planned_is_said_and_not_tried_again(caplog):
    replanning = Replanning(_Runtime(), _Planner(ConfigError('plan', 'no way')))
    _look(replanning, 3)
    assert replanning.problem == 'plan: no way'
    assert [record.getMessage() for record in caplog.records] == ['no new plan: plan: no way']


@pytest.mark.parametrize('close', [True, False])
def test_a_plan_that_comes_too_late_is_forgotten(close):
    """The pipeline is gone, or has another policy."""
    runtime, planner = _Runtime(), _Planner({'a': ['cpu1']})
    planner.go_on.clear()
    replanning = Replanning(runtime, planner)
    replanning.check()
    if close:
        replanning.close()
    else:
        runtime.post(ParametersChanged({'policy': 'edf'}))
    before = list(runtime.posted)
    planner.go_on.set()
    assert replanning.wait(TIMEOUT_S)
    assert runtime.posted == before
    assert replanning.problem == ''


def test_other_policies_are_left_alone_and_a_new_follower_gets_its_plan():
    runtime = _Runtime('edf')
    planner = _Planner({'a': ['cpu1']}, {'a': ['cpu1']})
    replanning = Replanning(runtime, planner)
    _look(replanning, 2)
    assert planner.asked == []
    for _ in range(2):
        runtime.post(ParametersChanged({'policy': 'plan_follower'}))
        _look(replanning)
        assert runtime.dispatcher.policy_parameters == {'plan': {'a': ['cpu1']}}
        runtime.post(ParametersChanged({'policy': 'edf'}))
        _look(replanning)
        assert runtime.dispatcher.policy_parameters == {}


@pytest.fixture
def at_normal_priority(monkeypatch):
    """Beside other work a process of the lowest priority would hardly ever end."""
    code = (
        'import sys; from edge_sched_ros.planning import background; background._NICE = 0; '
        'sys.exit(background.main())'
    )
    command = [sys.executable, '-c', code]
    monkeypatch.setattr(background, 'module_command', lambda _module, *more: [*command, *more])


def test_a_process_of_its_own_plans(at_normal_priority):
    pytest.importorskip('ortools')
    runtime = _Runtime()
    runtime.post(ParametersChanged({'enabled': True}, task='b'))
    replanning = Replanning(runtime)
    _look(replanning)
    assert replanning.problem == ''
    assert sorted(replanning.mapping.values()) == [['cpu0'], ['cpu1']]


def test_a_pipeline_looks_for_plans_as_it_looks_at_the_machine(tmp_path, at_normal_priority):
    pytest.importorskip('ortools')
    network = write_network(tmp_path, 'boxes', engine='simulated')
    values = {
        'policy': 'plan_follower',
        'tasks': ['detector'],
        'detector.network': str(network),
        'detector.topic': 'camera',
    }
    ended = threading.Event()
    machine = replace(discover(), units=(LocalUnit(Unit('cpu0', 'cpu')),))
    pipeline = Pipeline(from_parameters(values), on_end=lambda _end: ended.set(), machine=machine)
    pipeline.load()
    try:
        pipeline.start()
        pipeline.submit(frame(stream='camera'))
        assert ended.wait(TIMEOUT_S)
        pipeline.look_at_machine()
        assert pipeline._replanning.wait(_PLANNED_S)
        plan = pipeline._running().read(lambda core, _now: core.policy_parameters)['plan']
        assert set(plan['detector']) == {'cpu0'}
        # it is no number, and messages have numbers
        assert pipeline.status().policy_parameters == {}
    finally:
        pipeline.unload()

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Policies from outside that raise or decide what cannot be: told, and nobody else suffers."""

from __future__ import annotations

import importlib

import pytest
from harness import Bench
from harness import task

import edge_sched_ros as es
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.plugins import high_level_policies
from edge_sched_ros.plugins import policies
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.plugins.policies import make_lasting_policy
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.policies.registry import policy_classes

#: what to decide -> what is said of it
MISTAKES = {
    'return view.nothing': "AttributeError: 'View' object has no attribute 'nothing'",
    'return None': 'its decide returned None, not a list of decisions',
    'pass': 'its decide returned None, not a list of decisions',
    'return Drop(job.id, "a", "bored")': 'its decide returned Drop(job=',
    'return "run"': "its decide returned 'run', not a list of decisions",
    'return {job.id: "cpu0"}': ', not a list of decisions',
    'raise SystemExit(3)': 'SystemExit: 3',
    'raise GeneratorExit': 'GeneratorExit',
    'raise BaseException("own")': 'BaseException: own',
    'return [3]': 'it decided 3, which is not a decision of a policy',
    'return [WakeAt(0.5)]': 'times are whole nanoseconds',
    'return [Run(99, "a", "work", "cpu0", "v")]': 'no such job is ready',
    'return [Run(job.id, "a", "work", "dla7", "v")]': 'dla7 is not idle',
    'return [Run(job.id, "a", "play", "cpu0", "v")]': 'the next stage is ',
    'return [Run(job.id, "a", job.stage.name, "cpu0", "v")] * 2': 'no such job is ready',
    'return [Drop(job.id, "a", "bored"), Run(job.id, "a", job.stage.name, "cpu0", "v")]': (
        'no such job is ready'
    ),
    'return [Drop(99, "a", "bored")]': 'no such job is ready',
    'return [UseVariant(job.id, "huge")]': 'the variants are ',
}
SOURCE = """
from edge_sched_ros.core.decisions import Drop, Run, UseVariant, WakeAt
from edge_sched_ros.core.policy import Policy


class Mine(Policy):
    name = 'mine'

    def decide(self, view):
        job = view.ready[0]
        {}
"""


@pytest.fixture
def failing(request, installed):
    decision = list(MISTAKES)[request.param]
    module = f'failing_{request.param}'
    installed('p', {'policies': {'bad': f'{module}:Mine'}}, {module: SOURCE.format(decision)})
    return f'{module}:Mine', MISTAKES[decision]


@pytest.mark.parametrize('failing', range(len(MISTAKES)), indirect=True)
def test_on_a_robot_another_policy_goes_on(failing, caplog):
    name, problem = failing
    for form in (name, f'{name}+drop'):
        caplog.clear()
        bench = Bench(task('a'), policy=form, make_policy=make_lasting_policy)
        assert bench.dispatcher.policy_problem == ''
        bench.frame()
        assert name in bench.dispatcher.policy_problem
        assert problem in bench.dispatcher.policy_problem
        assert caplog.text.count('edf decides instead') == 1
        assert [unit for unit in bench.dispatcher.units.values() if unit.running]


@pytest.mark.parametrize('failing', range(len(MISTAKES)), indirect=True)
def test_a_simulation_ends_with_the_reason(failing):
    name, problem = failing
    bench = Bench(task('a'), policy=name, make_policy=make_policy)
    with pytest.raises(ConfigError) as caught:
        bench.frame()
    assert str(caught.value).startswith(f"policy: '{name}' failed: ")
    assert problem in str(caught.value)


HANGS = """
import threading
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.high_level.policy import HighLevelPolicy

gate = threading.Event()

class Mine(Policy):
    name = 'mine'
    def __init__(self): gate.wait(60)
    def decide(self, view): return []

class Looked(Policy):
    name = 'looked'
    @property
    def asks_when_busy(self): gate.wait(60)
    def decide(self, view): return []

class Fleet(HighLevelPolicy):
    name = 'fleet'
    def __init__(self): gate.wait(60)
    def cuts(self, task, view): return ()
    def assign(self, job, view): return ''
"""


@pytest.mark.parametrize(
    ('kind', 'make'),
    [('Mine', make_policy), ('Looked', make_lasting_policy), ('Fleet', make_high_level_policy)],
)
def test_a_policy_that_hangs_while_it_is_made_is_refused_in_time(
    kind, make, installed, monkeypatch
):
    for module in (policies, high_level_policies):
        monkeypatch.setattr(module, 'POLICY_S', 0.05)  # short on purpose
    installed('hanging', {}, {f'hanging_{kind.lower()}': HANGS})
    name = f'hanging_{kind.lower()}:{kind}'
    try:
        with pytest.raises(ConfigError, match=r'constructor did not return within 0\.05 s'):
            make(name, {})
    finally:
        importlib.import_module(f'hanging_{kind.lower()}').gate.set()


@pytest.mark.parametrize('name', policy_classes())
def test_a_policy_without_mistakes_decides_the_same_when_it_is_checked(name):
    policy = policy_classes()[name]
    checked = f'{policy.__module__}:{policy.__name__}'
    drone = es.load_system('robot_drone', 'orin_nx')
    for form in ('', '+drop'):
        runs = [
            es.simulate(drone, policy=one + form, load=1.3, seconds=2) for one in (name, checked)
        ]
        assert runs[0].pop('policy') == name + form and runs[1].pop('policy') == checked + form
        for run in runs:
            del run['decisions']
        assert runs[0] == runs[1]

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that follows a plan gets another one when tasks, units or costs change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness import Bench
from harness import kinds
from harness import task
from systems import Log
from systems import system

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.planning.background import plan_elsewhere
from edge_sched_ros.planning.background import plan_now
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.situation import planning_file
from edge_sched_ros.planning.situation import situation_of
from edge_sched_ros.plugins.policies import follows_plan
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import parse_system

pytest.importorskip('ortools')

from edge_sched_ros.planning.replanner import Replanner

MS = 1_000_000
STAGES = [
    {'name': 'x', 'cost': {'gpu0': 4.0, 'dla0': 5.0, 'cpu0': 30.0}},
    {'name': 'y', 'cost': {'gpu0': 4.0, 'dla0': 5.0, 'cpu0': 30.0}},
]
PLATFORM = {'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}, 'cpu0': {}}}


def _made(*, off='', changes=()):
    tasks = {
        name: {
            'network': 'n',
            'period_ms': 20.0,
            'phase_ms': 0.0,
            'deadline_ms': 60.0,
            'enabled': name not in off,
        }
        for name in 'ab'
    }
    networks = {'n': {'stages': STAGES}}
    return system({'tasks': tasks, 'networks': networks, 'changes': list(changes)}, PLATFORM)


def _run(made, *, seconds, planning_s=0.5, **settings):
    log = Log()

    def listen(now_ns, event, decisions):
        log.entries.append((now_ns, event, list(decisions)))
        simulator.dispatcher.validate()

    planner = Replanner()
    simulator = Simulator(
        made, policy='plan_follower', listener=listen, planner=planner, planning_s=planning_s,
        **settings,
    )  # fmt: skip
    simulator.run(seconds)
    return simulator, log, planner


def _places(log, name, begin_s, end_s):
    return {
        span.run.unit
        for span in log.spans
        if span.run.task == name and begin_s * 1e9 <= span.begin_ns < end_s * 1e9
    }


def _plans(log):
    return [(at, event) for at, event in log.events(ParametersChanged) if 'plan' in event.values]


# --- the plan of a policy ---------------------------------------------------------------------


def test_a_plan_is_a_parameter_of_the_policy_that_follows_one():
    assert follows_plan('plan_follower')
    assert follows_plan('plan_follower+drop')
    assert not follows_plan('edf')
    with pytest.raises(ConfigError, match=r'policy\.plan: edf has no such parameter'):
        make_policy('edf', {'plan': {}})
    for plan in (3, {'a': 'gpu0'}, {'a': [1]}):
        with pytest.raises(ConfigError, match=r'policy\.plan: must map tasks'):
            make_policy('plan_follower', {'plan': plan})


def test_another_plan_holds_from_the_next_stage_on():
    bench = Bench(
        task('a', stages=('x', 'y')), policy='plan_follower',
        policy_parameters={'plan': {'a': ['cpu0', 'cpu0']}},
    )  # fmt: skip
    bench.frame(at_ms=0)
    assert set(bench.running) == {'cpu0'}
    event = ParametersChanged({'plan': {'a': ['cpu1', 'cpu1']}})
    assert from_dict(to_dict(event)) == event
    assert kinds(bench.send(event)) == []
    bench.finish('cpu0', at_ms=5)
    assert set(bench.running) == {'cpu1'}
    # what cannot be is refused and changes nothing
    with pytest.raises(ConfigError):
        bench.dispatcher.handle(ParametersChanged({'plan': 7}), bench.now_ns)
    assert bench.dispatcher.policy_parameters == event.values


@pytest.mark.parametrize(
    'plan', [{}, {'a': ['cpu1']}, {'a': ['gpu7', 'gpu7']}, {'b': ['cpu1'] * 2}]
)
def test_where_a_plan_does_not_fit_the_preferred_unit_is_taken(plan):
    bench = Bench(
        task('a', stages=('x', 'y')), policy='plan_follower', policy_parameters={'plan': plan}
    )
    bench.frame(at_ms=0)
    assert set(bench.running) == {'cpu0'}


# --- what is planned for ----------------------------------------------------------------------


def _bench():
    profiles = Profiles()
    for stage, unit, ms in (('x', 'cpu0', 2), ('x', 'cpu1', 4), ('y', 'cpu0', 6)):
        profiles.set(StageKey('a', 'base', stage, unit), ms * MS, source='given')
    profiles.set_transition('cpu0', 'cpu1', MS // 2)
    # somebody measured d where it must not run
    for unit in ('cpu0', 'cpu1'):
        profiles.set(StageKey('d', 'base', 'infer', unit), 3 * MS, source='given')
    tasks = (
        task('a', stages=('x', 'y')),
        task('b'),
        task('c', enabled=False),
        task('d', units=('cpu0',)),
    )
    return Bench(*tasks, policy='plan_follower', profiles=profiles)


def test_what_is_known_becomes_a_planning_file():
    bench = _bench()
    bench.send(UnitChanged('cpu0', 'available', speed=0.5))
    file = planning_file(bench.dispatcher)
    # of b nothing is known, and y not on cpu1
    problem = problem_of(parse_system(('known', file)))
    assert {network.name: network.times_ms for network in problem.networks} == {
        'a': {'cpu0': (4.0, 12.0), 'cpu1': (4.0, None)},
        'd': {'cpu0': (6.0,)},
    }
    assert file['transitions'] == [{'from': 'cpu0', 'to': 'cpu1', 'ms': 0.5}]
    assert plan_now(file, 5.0)['a'][1] == 'cpu0'
    bench.send(UnitChanged('cpu1', 'unavailable'))
    assert set(planning_file(bench.dispatcher)['units']) == {'cpu0'}


def test_only_changes_that_matter_make_another_situation():
    bench = _bench()
    seen = [situation_of(bench.dispatcher)]
    for event, matters in (
        (UnitChanged('cpu0', 'available', speed=0.98), False),
        (UnitChanged('cpu0', 'available', speed=0.7), True),
        (UnitChanged('cpu1', 'unavailable'), True),
        (ParametersChanged({'deadline_ns': 5 * MS}, task='a'), False),
        (ParametersChanged({'enabled': True}, task='c'), True),
    ):
        bench.send(event)
        seen.append(situation_of(bench.dispatcher))
        assert (seen[-1] != seen[-2]) is matters, event
    bench.dispatcher.profiles.note_drift(StageKey('a', 'base', 'x', 'cpu0'))
    assert situation_of(bench.dispatcher) != seen[-1]


def test_another_process_plans_the_same():
    file = planning_file(_bench().dispatcher)
    assert plan_elsewhere(file, 5.0) == plan_now(file, 5.0)


def test_what_another_process_cannot_plan_is_said():
    file = planning_file(_bench().dispatcher)
    file['networks']['a']['variants']['base']['stages'][1]['cost'] = {'gpu7': 1.0}
    message = r"networks\.a\.variants\.base\.stages\.1\.cost: unknown unit 'gpu7'"
    with pytest.raises(ConfigError, match=message) as caught:
        plan_elsewhere(file, 5.0)
    assert '\n' not in str(caught.value)


# --- in virtual time --------------------------------------------------------------------------


def test_a_plan_comes_when_it_has_been_made():
    _, log, planner = _run(_made(), seconds=1.5)
    ((at, event),) = _plans(log)
    assert (at, planner.plans) == (500 * MS, 1)
    # two networks, two fast units
    plan = event.values['plan']
    assert {*plan['a'], *plan['b']} == {'gpu0', 'dla0'}
    # before, both want the GPU
    assert _places(log, 'a', 0, 0.5) == _places(log, 'b', 0, 0.5) == {'gpu0'}
    for name in 'ab':
        assert _places(log, name, 0.5, 1.5) == set(plan[name])


def test_another_set_of_tasks_gets_another_plan():
    changes = [{'at_s': 1.9, 'task': 'b', 'set': {'enabled': True}}]
    _, log, planner = _run(_made(off='b', changes=changes), seconds=4.0)
    assert [at for at, _ in _plans(log)] == [500 * MS, 2500 * MS]
    assert planner.plans == 2
    assert _places(log, 'a', 0.5, 2.5) == {'gpu0'}
    assert {*_places(log, 'a', 2.6, 4.0), *_places(log, 'b', 2.6, 4.0)} == {'gpu0', 'dla0'}


def test_a_drift_gets_another_plan():
    """The GPU takes five times as long as given: nothing but the runs tells so."""
    made = _made(off='b')
    given = made.profiles()
    made.profiles = lambda: given
    for key, cost in made.costs.items():
        if key[-1] == 'gpu0':
            made.costs[key] = replace(cost, latency_ns=18 * MS)
    _, log, _ = _run(made, seconds=4.0)
    assert given.drifts >= 1
    assert _places(log, 'a', 0, 1.0) == {'gpu0'}
    assert _places(log, 'a', 3.0, 4.0) == {'dla0'}


def test_the_same_situation_is_planned_once():
    _, log, planner = _run(_made(), seconds=5.0)
    assert planner.plans == len(_plans(log)) == 1


def test_other_policies_get_no_plan():
    made = _made()
    simulator = Simulator(made, policy='edf', planner=Replanner(), planning_s=0.1)
    simulator.run(1.5)
    assert simulator.dispatcher.policy_parameters == {}

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""High-level policies from outside that raise or answer what cannot be: told, and jobs go on."""

from __future__ import annotations

import logging

import pytest
from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import offer
from fleet_bench import pushes
from fleet_bench import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.plugins.high_level_policies import make_lasting_high_level_policy
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

SOURCE = """
from dataclasses import replace

import edge_sched_ros as es
from edge_sched_ros.core.high_level.cutting import blocks, cut_into, whole
from edge_sched_ros.policies.high_level.re_placing import place_open


class Mine(es.HighLevelPolicy):
    name = 'mine'

    def cuts(self, task, view):
        cut = blocks(task.graph, [2])
        {cuts}
        return [cut]

    def assign(self, job, view):
        parts = job.open if job.cut is not None else view.cuts[job.task][0].partitions.values()
        right = [es.Assignment(part.name, 'robot', job.deadline_ns) for part in parts]
        {assign}
        return right
"""
#: what is wrong with cuts -> what is said of it
WRONG_CUTS = {
    'return None': 'it returned None, not a list of cuts',
    'return [3]': 'it returned 3, not a list of a cut',
    'return [["s0"]]': "its cuts has 's0', not a Partition",
    'raise ValueError("no")': 'ValueError: no',
    'raise SystemExit(2)': 'SystemExit: 2',
    'return [cut[:1]]': 'no partition has segment s2',
    'return [(replace(cut[0], name="front"), cut[1])]': 'are not named as cut_into does',
}
#: the same of assignments
WRONG_DEVICES = {
    'return None': 'it returned None, not a list of assignments',
    'return "too late!"': "its assign returned 'too late!': a reason is a word",
    'return [3]': 'its assign returned 3, not an Assignment',
    'raise KeyError("gone")': "KeyError: 'gone'",
    'return right[:1]': "it gave devices to ['s0..s1'], which is none of its cuts",
    'return right * 2': 'which is none of its cuts',
    'return [replace(one, device="orin") for one in right]': 'it cannot run there',
    'return [replace(one, deadline_ns=0.5) for one in right]': 'times are whole nanoseconds',
    'return [replace(one, unit_of=(("s0", "gpu7"),)) for one in right]': 's0 cannot run on gpu7',
    'return [replace(one, expected_ns=(("cpu0", -1),)) for one in right]': '-1 on cpu0 cannot be',
    'return [replace(one, variant="huge") for one in right]': "it chose {'huge'}, which is no",
    'return [replace(one, expected_ns=7) for one in right]': 'TypeError',
}
CASES = [(wrong, '', said) for wrong, said in WRONG_CUTS.items()]
CASES += [('', wrong, said) for wrong, said in WRONG_DEVICES.items()]
#: two tasks, so that one is asked about after the other failed
NET, OTHER = chain(segments=3), chain('other', 3)


def _bench(make_policy, policy):
    tasks = task('one', NET), task('two', OTHER)
    return FleetBench(*tasks, policy=policy, make_policy=make_policy)


@pytest.fixture
def failing(request, installed):
    cuts, assign, said = CASES[request.param]
    module = f'failing_high_level_{request.param}'
    source = SOURCE.format(cuts=cuts or 'pass', assign=assign or 'pass')
    installed('p', {'high_level_policies': {'bad': f'{module}:Mine'}}, {module: source})
    return f'{module}:Mine', said


@pytest.mark.parametrize('failing', range(len(CASES)), indirect=True)
def test_on_a_robot_whole_networks_go_on(failing, caplog):
    name, said = failing
    with caplog.at_level(logging.ERROR):
        bench = _bench(make_lasting_high_level_policy, name)
        bench.join(offer('robot', NET, OTHER), offer('desk', NET, OTHER))
        decisions = bench.frame()
    # not even the job that it was asked about is lost
    assert [name for name, _ in pushes(decisions)] == ['s0..s2', 's0..s2']
    bench.finish_all()
    assert bench.account('one').on_time == bench.account('two').on_time == 1
    assert said in bench.dispatcher.policy_problem
    assert caplog.text.count('whole_network decides instead') == 1


@pytest.mark.parametrize('failing', range(len(CASES)), indirect=True)
def test_a_simulation_ends_with_the_reason(failing):
    name, said = failing
    bench = _bench(make_high_level_policy, name)
    with pytest.raises(ConfigError) as caught:
        bench.join(offer('robot', NET, OTHER))
        bench.frame()
    assert str(caught.value).startswith(f"high_level_policy: '{name}' failed: ")
    assert said in str(caught.value)


def test_jobs_in_flight_keep_their_cut_when_the_policy_fails(installed):
    fails = 'if job.id == 2 or job.replans: return None'
    source = SOURCE.format(cuts='pass', assign=fails)
    installed('p', {'high_level_policies': {'late': 'fails_late:Mine'}}, {'fails_late': source})
    bench = _bench(make_lasting_high_level_policy, 'late')
    bench.join(offer('robot', NET, OTHER), offer('desk', NET, OTHER))
    assert pushes(bench.frame()) == [('s0..s1', 'robot'), ('s2', 'robot')] * 2
    assert bench.dispatcher.policy_problem == ''
    bench.lose('robot')
    assert 'late failed' in bench.dispatcher.policy_problem
    assert {device for _, device in pushes(bench.decisions)} == {'robot', 'desk'}
    bench.join(offer('robot', NET, OTHER))
    bench.finish_all()
    assert bench.account('one').on_time == bench.account('two').on_time == 1
    assert [name for name, _ in pushes(bench.frame())] == ['s0..s2', 's0..s2']


def test_a_policy_that_fails_between_frames_loses_no_job(installed):
    source = SOURCE.format(cuts='pass', assign='pass')
    source += '\n    def prepare(self, task, view):\n        raise OSError("no table")\n'
    installed('p', {'high_level_policies': {'keeps': 'keeps_it:Mine'}}, {'keeps_it': source})
    bench = _bench(make_lasting_high_level_policy, 'keeps')
    bench.join(offer('robot', NET, OTHER))
    assert [name for name, _ in pushes(bench.frame())] == ['s0..s1', 's2'] * 2
    bench.finish_all()
    for _ in range(2):
        bench.send(DeviceLoad('robot', {}))
    assert 'OSError: no table' in bench.dispatcher.policy_problem
    assert [name for name, _ in pushes(bench.frame())] == ['s0..s2', 's0..s2']
    bench.finish_all()
    assert bench.account('one').on_time == bench.account('two').on_time == 2


def test_a_policy_that_fails_at_the_second_task_leaves_none_without_a_device(installed):
    fails = 'if task.name == "two": return None'
    source = SOURCE.format(cuts=fails, assign='pass')
    installed('p', {'high_level_policies': {'half': 'half_way:Mine'}}, {'half_way': source})
    tasks = task('one', NET), task('two', OTHER, priority=1)
    bench = FleetBench(*tasks, policy='half', make_policy=make_lasting_high_level_policy)
    bench.join(offer('robot', NET, OTHER))
    assert [name for name, _ in pushes(bench.frame())] == ['s0..s2', 's0..s2']


def test_the_policy_is_asked_again_once_it_is_set_again(installed):
    source = SOURCE.format(cuts='pass', assign='if job.id == 0: return None')
    installed('p', {'high_level_policies': {'once': 'fails_once:Mine'}}, {'fails_once': source})
    bench = _bench(make_lasting_high_level_policy, 'once')
    bench.join(offer('robot', NET, OTHER))
    bench.frame()
    assert bench.dispatcher.policy_problem
    bench.change_policy('once')
    assert bench.dispatcher.policy_problem == ''
    bench.finish_all()
    assert [name for name, _ in pushes(bench.frame())] == ['s0..s1', 's2'] * 2


@pytest.mark.parametrize('name', high_level_policy_classes())
def test_a_policy_without_mistakes_decides_the_same_when_it_is_checked(name):
    kind = high_level_policy_classes()[name]
    runs = []
    for form in (name, f'{kind.__module__}:{kind.__name__}'):
        bench = _bench(make_high_level_policy, form)
        bench.join(offer('robot', NET, OTHER), offer('desk', NET, OTHER, units=('cpu0', 'gpu0')))
        for _ in range(4):
            bench.frame()
        bench.lose('desk')
        bench.finish_all()
        runs.append(bench.decisions)
    assert runs[0] == runs[1]


def test_a_policy_of_one_device_is_told_apart():
    with pytest.raises(ConfigError) as caught:
        make_high_level_policy('edf+drop')
    assert str(caught.value).startswith(
        "high_level_policy: 'edf+drop' is a policy for the units of one device; those for "
    )


@pytest.mark.parametrize(
    ('line', 'problem'),
    [
        ('parameters = [1]', 'has parameters that are not a tuple'),
        ('assign = None', 'has no assign'),
        ("parameters = (es.PolicyParameter('most', 9, 0, 5, ''),)", 'whose default must be'),
    ],
)
def test_a_class_that_cannot_be_used(installed, line, problem):
    source = SOURCE.format(cuts='pass', assign='pass') + f'\n    {line}\n'
    installed('p', {'high_level_policies': {'odd': 'of_odd:Mine'}}, {'of_odd': source})
    with pytest.raises(ConfigError, match=problem):
        make_lasting_high_level_policy('odd')


def test_a_constructor_that_fails_is_one_line(installed):
    source = SOURCE.format(cuts='pass', assign='pass')
    source += '\n    def __init__(self):\n        raise RuntimeError("no disk")\n'
    installed('p', {'high_level_policies': {'odd': 'of_disk:Mine'}}, {'of_disk': source})
    with pytest.raises(ConfigError, match="'odd' cannot be made: RuntimeError: no disk"):
        make_lasting_high_level_policy('odd')

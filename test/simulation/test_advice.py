# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which module is enough for a robot."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.advice import Advice
from edge_sched_ros.simulation.advice import advise
from edge_sched_ros.simulation.advice import by_load
from edge_sched_ros.simulation.advice import Case
from edge_sched_ros.simulation.advice import smallest
from edge_sched_ros.simulation.modules import described_modules

PLATFORMS = Path(__file__).resolve().parents[2] / 'config' / 'platforms'


@pytest.fixture
def ask(tmp_path):
    """Return a function that asks about a module with a GPU of some speed."""

    def _ask(speed, **more):
        task = {'network': 'net', 'period_ms': 50, 'deadline_ms': 50}
        robot = {'tasks': {'camera': task}, 'networks': {'net': {'cost': {'gpu': 30}}}, **more}
        (tmp_path / 'robot.yaml').write_text(yaml.safe_dump(robot))
        units = {'gpu0': {'kind': 'gpu', 'speed': speed}} if speed else {'cpu0': {'kind': 'cpu'}}
        module = tmp_path / 'module.yaml'
        module.write_text(yaml.safe_dump({'units': units}))
        return advise(
            Case((str(tmp_path / 'robot.yaml'),), str(module), ('edf+drop',), 2.0, 1, 0.01)
        )

    return _ask


def test_a_module_that_is_enough_has_its_margin(ask):
    """30 ms at speed 2 are 15 of 50 ms: 2.5 and 3 times the frames fit, 4 times do not."""
    found = ask(2.0)
    assert (found.reason, found.missed, found.policy) == ('', 0.0, 'edf+drop')
    assert found.least_load == pytest.approx(0.3)
    assert found.margin == 3.0
    assert ask(1.0).margin == 1.5
    assert ask(0.61).margin == 1.0


def test_a_module_that_is_too_slow_says_why(ask):
    found = ask(0.5)
    assert found.reason == (
        'a unit would be busy 1.2 of the time under any policy; of all tasks camera needs most, '
        '1.2 of the time of the unit that is best for it'
    )
    assert found.margin is None


def test_a_deadline_that_is_missed_says_whose(ask):
    task = {'network': 'net', 'period_ms': 50, 'deadline_ms': 20}
    found = ask(1.0, tasks={'camera': task})
    assert (found.worst_task, found.missed) == ('camera', 1.0)
    assert found.reason == 'camera misses 100.00% of its deadlines with edf+drop'


def test_runs_without_a_frame_say_nothing_of_a_task(ask):
    rare = {'network': 'net', 'period_ms': 60_000, 'phase_ms': 30_000, 'deadline_ms': 1}
    with pytest.raises(ConfigError, match='camera: has no frame in runs of 2 s: --seconds'):
        ask(1.0, tasks={'camera': rare})


def test_a_cascade_that_was_never_needed_is_no_mistake(ask):
    camera = {'network': 'net', 'period_ms': 50}
    crops = {'network': 'net', 'after': 'camera', 'probability': 0.0}
    assert ask(2.0, tasks={'camera': camera, 'crops': crops}).reason == ''


def test_a_module_without_the_cost_is_not_enough(ask):
    found = ask(None)
    assert 'net' in found.reason and (found.policy, found.missed) == ('', None)
    assert smallest([found, ask(2.0)]).margin == 3.0
    assert smallest([found]) is None


def test_costs_by_names_of_own_units_are_told_on_other_modules(ask):
    units = {'big': {'of': 'gpu0', 'share': 0.5}}
    found = ask(None, units=units, networks={'net': {'cost': {'big': 30}}})
    able = '(it has costs for big; units there are of kind cpu)'
    assert found.reason.endswith(f'can run this stage {able}')


def test_modules_are_in_the_order_of_their_load(ask):
    slow, middle, fast, none = ask(0.5), ask(1.0), ask(2.0), ask(None)
    assert by_load([fast, none, middle, slow]) == [none, slow, middle, fast]
    assert smallest(by_load([fast, middle])) is middle


def test_a_small_module_comes_before_a_large_one_in_a_slow_mode():
    loads = {'agx@15W': 0.9, 'agx': 0.2, 'nano@7W': 0.8, 'nano': 0.5, 'old': None}
    found = [Advice(name, least_load=load) for name, load in loads.items()]
    assert [one.module for one in by_load(found)] == ['old', 'nano@7W', 'nano', 'agx@15W', 'agx']


def test_the_described_modules_come_with_their_power_modes():
    names = [Path(name).name for name in described_modules(str(PLATFORMS))]
    assert names.index('jetson_orin_nx_16.yaml@10W') < names.index('jetson_orin_nx_16.yaml@25W')
    assert names.index('jetson_orin_nx_16.yaml@25W') < names.index('jetson_orin_nx_16.yaml')
    assert {name.partition('@')[0] for name in names} == {f.name for f in PLATFORMS.glob('*.yaml')}
    with pytest.raises(ConfigError, match='has no module'):
        described_modules(str(PLATFORMS / 'none'))

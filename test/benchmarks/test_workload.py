# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks, deadlines, pictures, and what contenders are given."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.contenders.scheduler import node_parameters
from benchmarks.side_by_side.pictures import grey_file
from benchmarks.side_by_side.pictures import there_and_back
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS


def test_three_tasks_on_each_of_three_cameras():
    workload = bundled()
    names = [task.name for task in workload.tasks]
    assert len(set(names)) == 9
    assert names[:3] == ['detect0', 'track0', 'depth0']
    assert workload.task('track2').parent == 'detect2'


def test_deadlines_follow_the_rate():
    workload = bundled()
    assert workload.task('detect1').deadline_ms(50.0) == 20.0
    assert workload.task('track1').deadline_ms(50.0) == 30.0
    assert workload.task('depth1').deadline_ms(50.0) == 20.0


def test_a_workload_is_read_as_it_was_written(tmp_path):
    workload = bundled(cameras=2, kinds=('depth',))
    workload.save(tmp_path / 'w.json')
    assert Workload.load(tmp_path / 'w.json') == workload


@pytest.mark.parametrize(('frames', 'shown'), [(1, [0] * 4), (3, [0, 1, 2, 1, 0, 1, 2, 1])])
def test_pictures_go_there_and_back(frames, shown):
    assert [there_and_back(n, frames) for n in range(len(shown))] == shown


def test_a_grey_picture(tmp_path):
    picture = np.load(grey_file(tmp_path, width=8, height=6))
    assert picture.shape == (1, 1, 6, 8, 3)


def _order(tmp_path, **changes):
    workload = bundled()
    file = tmp_path / 'workload.json'
    workload.save(file)
    return Order(workload, file, tmp_path, 40.0, ['--ros-args', '-r', '__ns:=/b'], **changes)


def test_the_scheduler_gets_a_parameter_file_it_understands(tmp_path):
    order = _order(tmp_path, policy='edf', units=('cpu',))
    command = CONTENDERS[SCHEDULER].commands(order)[SCHEDULER]
    assert command[-2] == '--params-file'
    config = from_file(command[-1])
    assert (config.policy, config.units, len(config.tasks)) == ('edf', ('cpu',), 9)
    assert {task.deadline_ms for task in config.tasks} == {25.0, 37.5}


def test_without_a_policy_the_node_decides():
    parameters = node_parameters(bundled(), 40.0)
    assert not {'policy', 'units'} & set(parameters)
    assert any(spec.name == 'policy' and spec.default for spec in SCHEDULER_PARAMETERS)


def test_the_schedulers_deadlines_are_what_changes_with_the_rate():
    changes = CONTENDERS[SCHEDULER].parameters(bundled(), 20.0)
    assert set(changes) == {'scheduler'}
    assert changes['scheduler']['track0.deadline_ms'] == 75.0
    assert len(changes['scheduler']) == 9


@pytest.mark.parametrize(
    ('name', 'processes'),
    [
        ('processes_free', 9),
        ('processes_one', 9),
        ('networks_free', 3),
        ('networks_one', 3),
        ('one_process', 1),
    ],
)
def test_baselines_share_the_tasks_among_their_processes(tmp_path, name, processes):
    order = _order(tmp_path)
    commands = CONTENDERS[name].commands(order)
    assert len(commands) == processes
    tasks = [task.name for task in order.workload.tasks]
    given = [word for command in commands.values() for word in command if word in tasks]
    assert sorted(given) == sorted(tasks)
    threads = {command[command.index('--threads') + 1] for command in commands.values()}
    assert threads == {'one' if name.endswith('_one') else 'free'}
    assert CONTENDERS[name].parameters(order.workload, 20.0) == {}

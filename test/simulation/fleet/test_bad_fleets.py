# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fleets that cannot be run: one clear line that names file and key."""

from __future__ import annotations

import pytest
from simulated_fleets import duo
from simulated_fleets import fleet_of

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.fleet.limits import check_fleet


def _refused(data, seconds=1.0):
    with pytest.raises(ConfigError) as error:
        check_fleet(fleet_of(data), seconds)
    line = str(error.value)
    assert line.startswith('fleet.yaml: ')
    assert '\n' not in line
    return line.removeprefix('fleet.yaml: ')


def _with_task(**keys):
    data = duo()
    data['tasks']['more'] = {'network': 'net', **keys}
    return data


@pytest.mark.parametrize(
    ('data', 'line'),
    [
        (
            _with_task(after='dept'),
            "tasks.more.after: there is no task 'dept'",
        ),
        (
            _with_task(after='depth', device='orin'),
            "tasks.more.device: the answers of 'depth' come home to desk",
        ),
        (_with_task(period_ms=5, device='nano'), "tasks.more.device: there is none called 'nano'"),
        (_with_task(period_ms=5, unit='dla0'), 'tasks.more: no device can run net@dla0/head'),
        (duo(links=[{'from': 'desk', 'to': 'nano'}]), "links.0.to: there is no device 'nano'"),
    ],
)
def test_a_fleet_nobody_can_run(data, line):
    assert _refused(data).startswith(line)


def test_tasks_on_one_stream_have_one_home():
    tasks = {
        name: {'network': 'net', 'stream': 'camera', 'device': name} for name in ('desk', 'orin')
    }
    line = _refused(duo(tasks=tasks, streams={'camera': {'period_ms': 20}}))
    assert line == "tasks.orin.device: other tasks have the frames of 'camera' on desk"


@pytest.mark.parametrize(
    ('change', 'line'),
    [
        ({'device': 'nano', 'set': {'speed': 2}}, "device: there is none called 'nano'"),
        ({'device': 'desk', 'set': {'state': 'unavailable'}}, 'device: desk has the coordinator'),
        ({'device': 'orin', 'set': {'speed': 0}}, 'set: speed: '),
        ({'device': 'orin', 'set': {'colour': 1}}, 'set: colour: '),
        ({'unit': 'gpu0', 'set': {'speed': 2}}, 'device: is missing'),
        (
            {'device': 'nano', 'unit': 'gpu0', 'set': {'speed': 2}},
            "device: there is none called 'nano'",
        ),
        (
            {'device': 'orin', 'unit': 'dla0', 'set': {'speed': 2}},
            "unit: there is none called 'dla0'",
        ),
        (
            {'device': 'orin', 'unit': 'gpu0', 'set': {'mode': 'slow'}},
            "set.mode: there is no mode 'slow'",
        ),
        ({'link': ['desk', 'nano'], 'set': {'loss': 0.1}}, 'link: there is none between'),
        ({'link': ['desk', 'orin'], 'set': {'loss': 2}}, 'set: loss: '),
        ({'task': 'detektor', 'set': {'enabled': False}}, "task: there is none called 'detektor'"),
        ({'task': 'depth', 'set': {'probability': 0.5}}, 'set.probability: only for a task'),
        ({'stream': 'camera', 'set': {'period_ms': 5}}, "stream: there is none called 'camera'"),
        ({'set': {'policy': 3}}, 'set.policy: must be the name of a policy, not 3'),
        ({'set': {'policy': 'whole'}}, 'set.high_level_policy: unknown high-level policy'),
    ],
)
def test_a_change_nobody_can_make(change, line):
    data = duo(changes=[{'at_s': 0.5, **change}])
    assert _refused(data).startswith(f'changes.0.{line}')


def test_a_run_of_too_many_frames():
    assert _refused(duo(), 1e6).startswith('up to 7e+07 frames')

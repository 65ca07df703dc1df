# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files nobody can use: one clear line that names the file and the key."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

WORKLOAD: dict[str, Any] = {
    'streams': {'camera': {'period_ms': 30.0}},
    'tasks': {
        'detector': {'network': 'net', 'stream': 'camera'},
        'tracker': {'network': 'net', 'after': 'detector'},
        'depth': {'network': 'net', 'period_ms': 50.0},
    },
    'networks': {'net': {'stages': [{'name': 'x', 'cost': {'gpu': 2.0}}]}},
    'changes': [{'at_s': 0.1, 'task': 'depth', 'set': {'deadline_ms': 20.0}}],
}
PLATFORM: dict[str, Any] = {
    'units': {'gpu0': {'kind': 'gpu', 'modes': {'slow': {'speed': 0.5}}}, 'cpu0': {}},
    'transitions': [{'from': 'gpu0', 'to': 'cpu0', 'ms': 0.1}],
}


def _with(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the data with the value at ``a.b.0.c``."""
    data = copy.deepcopy(data)
    *way, last = (int(part) if part.isdigit() else part for part in path.split('.'))
    place: Any = data
    for part in way:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    place[last] = value
    return data


def _stop_after(count: int):
    """Return a listener that ends a run which would never end."""
    left = [count]

    def listen(_now_ns, _event, _decisions):
        left[0] -= 1
        if not left[0]:
            raise AssertionError('the run does not end')

    return listen


def _use(folder: Path, workload: Any = WORKLOAD, platform: Any = PLATFORM) -> None:
    """Do with the files all that is done with them."""
    files = {'work.yaml': workload, 'device.yaml': platform}
    for name, data in files.items():
        text = data if isinstance(data, str) else yaml.safe_dump(data)
        (folder / name).write_text(text)
    made = System(load_workload(f'{folder}/work.yaml'), load_platform(f'{folder}/device.yaml'))
    Simulator(made, policy='edf', listener=_stop_after(1000)).run(1.0)


def _check(error: pytest.ExceptionInfo, file: str, key: str, problem: str) -> None:
    message = str(error.value)
    assert '\n' not in message
    assert file in error.value.where
    assert key in error.value.where
    assert problem in message


def test_the_files_the_bad_ones_are_made_of_are_good(tmp_path):
    _use(tmp_path)


@pytest.mark.parametrize(
    ('path', 'value', 'key', 'problem'),
    [
        ('taks', {}, 'taks', 'there is no such key'),
        ('tasks.depth.deadline', 3, 'tasks.depth.deadline', 'there is no such key'),
        ('networks.net.stages.0.cots', 3, 'stages.0.cots', 'there is no such key'),
        ('streams.camera.period_ms', -30, 'streams.camera.period_ms', 'greater than 0'),
        ('streams.camera.period_ms', 0, 'streams.camera.period_ms', 'greater than 0'),
        ('streams.camera.period_ms', float('nan'), 'streams.camera.period_ms', 'finite'),
        ('streams.camera.jitter_ms', -1, 'streams.camera.jitter_ms', 'greater than or equal'),
        ('streams.camera.period_ms', 'often', 'streams.camera.period_ms', "'often'"),
        ('tasks.depth.deadline_ms', -1, 'tasks.depth.deadline_ms', 'greater than 0'),
        ('tasks.depth.every_n', 0, 'tasks.depth.every_n', 'greater than or equal to 1'),
        ('tasks.tracker.probability', 1.5, 'tasks.tracker.probability', 'less than or equal'),
        ('tasks.tracker.fan_out', [3, 2], 'tasks.tracker', 'fan_out'),
        (
            'tasks.detector.fan_out',
            [1, 2],
            'tasks.detector',
            'fan_out: only for a task with after',
        ),
        ('tasks.depth.probability', 0.5, 'tasks.depth', 'probability: only for a task with after'),
        ('tasks.detector.jitter_ms', 1, 'tasks.detector', 'jitter_ms: only for a task with a str'),
        ('tasks.tracker.phase_ms', 1, 'tasks.tracker', 'phase_ms: only for a task with a stream'),
        (
            'tasks.depth.jitter_ms',
            51,
            'tasks.depth.jitter_ms',
            'not be above the period of 50 ms, not 51',
        ),
        ('streams.camera.jitter_ms', 31, 'streams.camera.jitter_ms', 'above the period of 30 ms'),
        ('streams.camera.period_ms', True, 'streams.camera.period_ms', 'must be a number'),
        ('streams.camera.period_ms', '33.3', 'streams.camera.period_ms', 'must be a number'),
        ('tasks.depth.every_n', '2', 'tasks.depth.every_n', 'must be a whole number'),
        ('tasks.depth.enabled', 'on', 'tasks.depth.enabled', 'must be true or false'),
        ('tasks.depth.deadline_ms', 1e-12, 'tasks.depth.deadline_ms', 'below one nanosecond'),
        ('tasks.depth.period_ms', 1e-12, 'tasks.depth.period_ms', 'below one nanosecond'),
        ('streams.camera.period_ms', 1e-12, 'streams.camera.period_ms', 'below one nanosecond'),
        ('tasks.tracker.fan_out', 3, 'tasks.tracker.fan_out', 'must be a list, not 3'),
        ('streams.camera', 3, 'streams.camera', 'must be a mapping, not 3'),
        ('streams', [], 'streams', 'must be a mapping'),
        ('tasks.1x', {}, 'tasks.1x', "letters, digits, _, - and ., not '1x'"),
        ('tasks.depth.stream', 'camera', 'tasks.depth', 'exactly one of'),
        ('networks.net.stages.0.cost.gpu', -2, 'stages.0.cost.gpu.latency_ms', 'greater than'),
        ('networks.net.stages.0.exit_chance', -0.1, 'stages.0.exit_chance', 'greater than'),
        ('networks.net.stages.0.exit_chance', 1.0, 'exit_chance', '1'),
        ('networks.net.stages', [], 'networks.net', 'needs either stages, cost or layers'),
        ('tasks', {}, 'tasks', 'is missing'),
        ('tasks.depth.network', 'nett', 'tasks.depth.network', "no network 'nett'"),
        ('tasks.detector.stream', 'camra', 'tasks.detector.stream', "no stream 'camra'"),
        (
            'tasks.tracker.after',
            'detektor',
            'tasks.tracker.after',
            "there is no task 'detektor' (there are depth, detector, tracker)",
        ),
        ('tasks.tracker.after', 'tracker', 'tasks.tracker.after', 'is a loop: tracker -> tracker'),
        (
            'networks.net.stages.0.cost',
            {'gpux': 2},
            'networks.net.stages.0.cost',
            "unknown unit 'gpux'",
        ),
        (
            'networks.net.stages.0.cost',
            {'dla': 2},
            'networks.net.stages.0.cost',
            'no unit of device',
        ),
        ('networks.net.stages.0.library', 'yolo', 'net.stages.0.library', "no costs of 'yolo'"),
        ('networks.net', {'layers': 'resnet50'}, 'networks.net.layers', 'an array'),
        ('changes.0.task', 'dept', 'changes.0.task', "there is no 'dept'"),
        ('changes.0.set', {}, 'changes.0', 'sets nothing'),
        ('changes.0.at_s', -1, 'changes.0.at_s', 'greater than or equal'),
        ('changes.0.stream', 'camera', 'changes.0', 'more than one'),
    ],
)
def test_a_workload_nobody_can_use(tmp_path, path, value, key, problem):
    with pytest.raises(ConfigError) as error:
        _use(tmp_path, _with(WORKLOAD, path, value))
    _check(error, 'work', key, problem)


@pytest.mark.parametrize(
    ('change', 'key'),
    [
        ({'stream': 'camra', 'set': {'period_ms': 5}}, 'stream'),
        ({'unit': 'gpu7', 'set': {'mode': 'slow'}}, 'unit'),
        ({'unit': 'gpu0', 'set': {'mode': 'fast'}}, 'mode'),
        ({'unit': 'gpu0', 'set': {'state': 'asleep'}}, 'state'),
        ({'unit': 'gpu0', 'set': {'speed': 0}}, 'speed'),
        ({'unit': 'gpu0', 'set': {'speed': 'fast'}}, 'speed'),
        ({'unit': 'gpu0', 'set': {'colour': 'red'}}, 'colour'),
        ({'stream': 'camera', 'set': {'period': 5}}, 'period'),
        ({'stream': 'camera', 'set': {'period_ms': 5, 'colour': 'red'}}, 'colour'),
        ({'stream': 'camera', 'set': {'period_ms': -5}}, 'period_ms'),
        ({'task': 'depth', 'set': {'deadline_ms': -5}}, 'deadline_ms'),
        ({'task': 'depth', 'set': {'deadline_ms': 'soon'}}, 'deadline_ms'),
        ({'task': 'depth', 'set': {'period_ms': 0}}, 'period_ms'),
        ({'task': 'depth', 'set': {'colour': 'red'}}, 'colour'),
        ({'task': 'tracker', 'set': {'probability': 2}}, 'probability'),
        ({'task': 'tracker', 'set': {'fan_out': [3, 2]}}, 'fan_out'),
        ({'task': 'depth', 'set': {'probability': 0.5}}, 'only for a task with after'),
        ({'task': 'depth', 'set': {'fan_out': [1, 2]}}, 'only for a task with after'),
        ({'task': 'depth', 'set': {'deadline_ms': 1e-12}}, 'below one nanosecond'),
        ({'task': 'depth', 'set': {'period_ms': 1e-12}}, 'below one nanosecond'),
        ({'task': 'depth', 'set': {'enabled': 1}}, 'true or false'),
        ({'device': 'gpu0', 'set': {'speed': 2}}, 'for a system with several devices'),
        ({'link': ['a', 'b'], 'set': {'loss': 0.1}}, 'for a system with several devices'),
        ({'set': {'policy': 'edff'}}, 'policy'),
        ({'set': {'policy': 3}}, 'must be the name of a policy, not 3'),
    ],
)
def test_a_change_nobody_can_make(tmp_path, change, key):
    with pytest.raises(ConfigError) as error:
        _use(tmp_path, _with(WORKLOAD, 'changes.0', {'at_s': 0.1, **change}))
    _check(error, 'work', 'changes.0', '')
    assert key in str(error.value)


def test_a_loop_of_two_cascades(tmp_path):
    looped = _with(WORKLOAD, 'tasks.detector', {'network': 'net', 'after': 'tracker'})
    with pytest.raises(ConfigError) as error:
        _use(tmp_path, looped)
    _check(error, 'work', 'tasks.detector.after', 'tracker -> detector')


def test_two_stages_of_one_name(tmp_path):
    stage = WORKLOAD['networks']['net']['stages'][0]
    with pytest.raises(ConfigError) as error:
        _use(tmp_path, _with(WORKLOAD, 'networks.net.stages', [stage, stage]))
    _check(error, 'work', 'networks.net', "two stages 'x'")


@pytest.mark.parametrize(
    ('path', 'value', 'key', 'problem'),
    [
        ('unit', {}, 'unit', 'there is no such key'),
        ('units.gpu0.slot', 2, 'units.gpu0.slot', 'there is no such key'),
        ('units.gpu0.slots', -2, 'units.gpu0.slots', 'greater than or equal to 1'),
        ('units.gpu0.kind', 'gqu', 'units.gpu0', 'kind must be one of'),
        ('units.gpu0.modes.slow.speed', 0, 'units.gpu0.modes.slow.speed', 'equal to 0.000001'),
        ('units.gpu0.idle_mw', -3, 'units.gpu0.idle_mw', 'greater than or equal'),
        ('units', {}, 'units', 'is missing'),
        ('transitions.0.ms', -0.1, 'transitions.0.ms', 'greater than or equal'),
        ('transitions.0.from', 'gpu9', 'transitions.from', "unknown unit 'gpu9'"),
        ('transitions.0.to', 'gpu9', 'transitions.to', "unknown unit 'gpu9'"),
        ('latency_cv', -0.1, 'latency_cv', 'greater than or equal'),
        ('contention', 'magic', 'contention', "piecewise, bandwidth, not 'ma"),
        ('contention', {}, 'contention', 'needs a model: none, pairwise, piecewise or bandwidth'),
        (
            'contention',
            {'model': 'bandwidth', 'bandwidth_gbps': 0},
            'contention.bandwidth_gbps',
            'must be greater than 0, not 0',
        ),
        ('units.gpu0.slots', True, 'units.gpu0.slots', 'must be a whole number'),
        ('latency_cv', '0.1', 'latency_cv', 'must be a number'),
        (
            'contention',
            {'model': 'pairwise', 'slowdown': {'gpu0': {'cpu0': 0.5}}},
            'slowdown.gpu0.cpu0',
            'greater than or equal to 1',
        ),
        (
            'contention',
            {'model': 'pairwise', 'slowdown': {'gpu0': {'cpu9': 1.5}}},
            'contention',
            "unknown unit 'cpu9'",
        ),
        ('costs_from', 'nowhere', 'costs_from', "no file and no built-in 'nowhere'"),
        ('memory_mib', 0, 'memory_mib', 'greater than 0'),
    ],
)
def test_a_platform_nobody_can_use(tmp_path, path, value, key, problem):
    with pytest.raises(ConfigError) as error:
        _use(tmp_path, platform=_with(PLATFORM, path, value))
    _check(error, 'device', key, problem)


def test_networks_that_do_not_fit_into_memory(tmp_path):
    big = {'gpu': {'latency_ms': 2.0, 'memory_mib': 50}}
    with pytest.raises(ConfigError) as error:
        _use(
            tmp_path,
            _with(WORKLOAD, 'networks.net.stages.0.cost', big),
            _with(PLATFORM, 'memory_mib', 49),
        )
    _check(error, 'device', 'memory_mib', 'need 50 MiB, but there are 49')
    _use(
        tmp_path,
        _with(WORKLOAD, 'networks.net.stages.0.cost', big),
        _with(PLATFORM, 'memory_mib', 50),
    )


@pytest.mark.parametrize(
    ('load', 'kind', 'known'),
    [
        (load_workload, 'workload', 'robot_amr'),
        (load_platform, 'platform', 'orin_nx'),
        (load_suite, 'suite', 'xrbench'),
    ],
)
def test_a_name_nobody_knows(load, kind, known):
    with pytest.raises(ConfigError) as error:
        load('nowhere')
    _check(error, kind, kind, "'nowhere'")
    assert known in str(error.value)


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('- 1\n- 2\n', 'is not a mapping'),
        ('', 'is not a mapping'),
        ('just words\n', 'is not a mapping'),
        pytest.param('[' * 5000, 'nested too deeply', id='deep'),
        ('a: 1\nb: {c: 1}\na: 2\n', ":3: cannot be read: the key 'a' is given twice"),
        ('b: {c: 1, c: 1}\n', ":1: cannot be read: the key 'c' is given twice"),
        ('x\x01: 1\n', 'cannot be read'),
        ('tasks: [1, 2\n', 'cannot be read'),
        ('a: b: c\n', 'cannot be read'),
        ('tasks: !!python/object:os.system {}\n', 'cannot be read'),
    ],
)
@pytest.mark.parametrize('load', [load_workload, load_platform, load_suite])
def test_a_file_that_is_no_mapping(tmp_path, load, text, problem):
    file = tmp_path / 'broken.yaml'
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        load(str(file))
    _check(error, str(file), '', problem)
    assert 'unicode string' not in str(error.value)


@pytest.mark.parametrize('number', ['1e3', '1.0e3', '1E+3', '1000', '+1000.', '.1e4'])
def test_a_number_in_any_form(tmp_path, number):
    file = tmp_path / 'work.yaml'
    file.write_text(yaml.safe_dump(WORKLOAD).replace('period_ms: 50.0', f'period_ms: {number}'))
    assert load_workload(str(file)).tasks['depth'].period_ms == 1000


def test_a_jitter_above_a_period_to_come(tmp_path):
    jittery = _with(WORKLOAD, 'streams.camera.jitter_ms', 20)
    change = {'at_s': 0.1, 'stream': 'camera', 'set': {'period_ms': 10}}
    with pytest.raises(ConfigError) as error:
        _use(tmp_path, _with(jittery, 'changes.0', change))
    _check(error, 'work', 'changes.0.set.period_ms', 'below the jitter_ms of 20 ms')


def test_a_load_that_raises_rates_keeps_frames_in_order():
    made = {'tasks': {'t': {'network': 'net', 'period_ms': 50, 'jitter_ms': 50}}}
    workload = SystemFile.model_validate({**WORKLOAD, 'streams': {}, 'changes': [], **made})
    system = at_load(workload, SystemFile.model_validate(PLATFORM), 3.0)
    assert system.streams['t'].jitter_ms == system.streams['t'].period_ms < 50


def test_frames_of_a_run_are_counted_with_changes():
    change = {'at_s': 50, 'task': 'depth', 'set': {'period_ms': 0.001}}
    workload = SystemFile.model_validate({**WORKLOAD, 'changes': [change]})
    made = System(workload, SystemFile.model_validate(PLATFORM))
    check_frames(made, 50)
    with pytest.raises(ConfigError, match=r'tasks.depth: period_ms 0.001 would be 5e\+07 frames'):
        check_frames(made, 100)


def test_a_file_that_is_no_text(tmp_path):
    file = tmp_path / 'broken.yaml'
    file.write_bytes(b'\xff\xfe\x00')
    with pytest.raises(ConfigError) as error:
        load_workload(str(file))
    _check(error, str(file), '', 'cannot be read')

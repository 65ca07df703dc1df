# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate``: its JSON, a user's own files, traces, mistakes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml

from edge_sched_ros.cli.main import main

WORKLOAD: dict[str, Any] = {
    'streams': {'camera': {'period_ms': 20.0, 'jitter_ms': 1.0}},
    'tasks': {
        'detector': {'stream': 'camera', 'network': 'big'},
        'tracker': {'after': 'detector', 'network': 'small', 'fan_out': [1, 3]},
    },
    'networks': {
        'big': {'stages': [{'name': 'infer', 'cost': {'gpu': 12.0, 'cpu': 30.0}}]},
        'small': {'stages': [{'name': 'infer', 'cost': {'cpu': 3.0}}]},
    },
}
PLATFORM: dict[str, Any] = {'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {}}, 'latency_cv': 0.2}
#: what the documentation promises; there may be more
TASK_KEYS = {'released', 'on_time', 'late', 'dropped', 'failed', 'response_ms', 'energy_mj'}
KEYS = {
    'policy',
    'workload',
    'platform',
    'tasks',
    'units',
    'uxcost',
    'miss_ratio',
    'xrbench_overall',
    'decisions',
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on files of its own, in their folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'work.yaml').write_text(yaml.safe_dump(WORKLOAD))
    (tmp_path / 'device.yaml').write_text(yaml.safe_dump(PLATFORM))

    def simulate(*arguments, workload='work.yaml', platform='device.yaml'):
        files = ['--workload', workload, '--platform', platform]
        try:
            main(['simulate', *files, '--seconds', '0.2', *arguments])
            code = 0
        except SystemExit as end:
            code = end.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return simulate


def _changed(data: dict[str, Any], path: str, value: Any) -> str:
    """Return the data as YAML with another value at ``a.b.0.c``."""
    data = copy.deepcopy(data)
    *way, last = path.split('.')
    place: Any = data
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[last] = value
    return yaml.safe_dump(data)


def _timeless(text: str) -> dict[str, Any]:
    found = json.loads(text)
    found['decisions'] = found['decisions']['count']
    return found


def test_the_json_of_own_files(run):
    code, out, error = run('--json', '--policy', 'edf+drop', '--set', 'margin_ms=1')
    found = json.loads(out)
    assert (code, error) == (0, '')
    assert set(found) >= KEYS
    assert (found['policy'], found['workload'], found['platform']) == (
        'edf+drop',
        'work',
        'device',
    )
    assert set(found['tasks']) == {'detector', 'tracker'}
    for task in found['tasks'].values():
        assert set(task) >= TASK_KEYS
        assert set(task['response_ms']) == {'p50', 'p95', 'p99'}
        ended = sum([*task['dropped'].values(), *task['failed'].values()])
        assert task['released'] == task['on_time'] + task['late'] + ended
    assert found['tasks']['detector']['released'] == 10
    assert set(found['units']) == {'gpu0', 'cpu0'}
    assert all(set(unit) == {'utilisation', 'energy_mj'} for unit in found['units'].values())
    assert set(found['decisions']) >= {'count', 'mean_us', 'p99_us'}


def test_people_see_a_table(run):
    code, out, _ = run()
    assert code == 0
    assert 'detector' in out
    assert 'gpu0' in out
    assert 'UXCost' in out


def test_the_same_seed_gives_the_same_output(run):
    first, again, other = (run('--json', '--seed', seed)[1] for seed in ('3', '3', '4'))
    assert _timeless(first) == _timeless(again)
    assert _timeless(first) != _timeless(other)


def test_a_trace_replays(run, tmp_path):
    assert run('--trace', 'run.jsonl', '--policy', 'horizon', '--load', '1.1')[0] == 0
    code, out, _ = run('--replay', 'run.jsonl', '--load', '1.1')
    assert (code, out) == (0, 'run.jsonl: same decisions\n')
    code, out, _ = run('--replay', 'run.jsonl', '--load', '1.1', '--json')
    assert (code, json.loads(out)) == (0, {'same_decisions': True})


@pytest.mark.parametrize(
    ('line', 'old', 'new', 'problem'),
    [
        (2, '"unit":"gpu0"', '"unit":"cpu0"', 'decides otherwise'),
        (3, '"decisions":', '"descisions":', "there is no 'decisions'"),
        (2, '"now_ns":', '"now":', "there is no 'now_ns'"),
        (2, '"FrameArrived"', '"FrameLost"', "unknown event or decision type 'FrameLost'"),
        (2, '{', '', 'is not JSON'),
        (2, '"seq":0', '"sec":0', 'FrameArrived has no field sec'),
        (2, '"release_ns":', '"release_ns":"x","y":', 'FrameArrived has no field y'),
        (1, '"trace":1', '"trace":7', 'trace: must be 1'),
        (1, '"policy":', '"police":', "there is no 'policy'"),
        (1, 'edf+drop', 'lifo', "unknown policy 'lifo'"),
    ],
)
def test_a_tampered_trace_is_named_with_its_line(run, tmp_path, line, old, new, problem):
    assert run('--trace', 'run.jsonl')[0] == 0
    lines = (tmp_path / 'run.jsonl').read_text().splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    (tmp_path / 'run.jsonl').write_text('\n'.join(lines) + '\n')
    code, out, error = run('--replay', 'run.jsonl')
    assert (code, out) == (2, '')
    assert error.startswith(f'edge-sched: run.jsonl:{line}: ')
    assert problem in error
    assert error.count('\n') == 1


@pytest.mark.parametrize(
    ('file', 'path', 'value', 'key', 'problem'),
    [
        ('work', 'networks.big.stages.0.cost', {'tpu': 3}, 'big.base.infer', "unit 'tpu'"),
        ('work', 'networks.big.stages.0.cost', {'dla': 3}, 'big.base.infer', 'no unit of device'),
        ('work', 'networks.big.stages.0.cost', {'gpu': -3}, 'cost.gpu.latency_ms', 'not -3'),
        ('work', 'networks.big.stages.0.cost', {'gpu': {}}, 'cost.gpu.latency_ms', 'required'),
        ('work', 'networks.big.stages.0.cost', {'gpu': True}, 'stages.0.cost.gpu', 'not True'),
        ('work', 'tasks.tracker.after', 'tracker', 'tasks.tracker.after', 'a loop'),
        ('work', 'tasks.tracker.after', 'detektor', 'tasks.tracker.after', 'no such task'),
        ('work', 'streams.camera.period_ms', 1e300, 'streams.camera.period_ms', 'less than'),
        ('work', 'name', ['x'], 'name', 'a valid string'),
        ('work', 'changes', [{'at_s': 0, 'set': {'x': 1}}], 'changes.0.set', 'no such parameter'),
        (
            'work',
            'changes',
            [{'at_s': 0, 'task': 'tracker', 'set': {'deadline_ms': None}}],
            'changes.0.set',
            'deadline_ms is null',
        ),
        ('device', 'units.gpu0.kind', 'tpu', 'units.gpu0.kind', "not 'tpu'"),
        ('device', 'costs', {'net': {'gpu': -1}}, 'costs.net.gpu.latency_ms', 'not -1'),
    ],
)
def test_a_file_nobody_can_use(run, tmp_path, file, path, value, key, problem):
    data = {'work': WORKLOAD, 'device': PLATFORM}[file]
    # a name of its own must not hide the file
    (tmp_path / f'{file}.yaml').write_text(_changed({'name': 'mine', **data}, path, value))
    code, out, error = run()
    assert (code, out) == (2, '')
    assert error.startswith(f'edge-sched: {file}.yaml: ')
    assert f'{key}: ' in error
    assert problem in error
    assert error.count('\n') == 1


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--policy', 'lifo'], "policy: unknown policy 'lifo'"),
        (['--set', 'speed=3'], 'policy.speed: edf+drop has no such parameter'),
        (['--set', 'speed'], "--set: must be NAME=NUMBER, not 'speed'"),
        (['--set', '=3'], "--set: must be NAME=NUMBER, not '=3'"),
        (['--set', 'margin_ms=nan'], 'policy.margin_ms: must be a number from 0.0 to'),
        (['--seconds', 'nan'], "'--seconds': nan is not a finite number"),
        (['--load', 'nan'], "'--load': nan is not a finite number"),
        (['--load', '0'], "'--load': 0.0 is not in the range"),
        (['--workload', 'none.yaml'], "workload: there is no file and no built-in 'none.yaml'"),
        (['--trace', 'none/t'], 'none/t: cannot be written: No such file or directory'),
        (['--trace', '/dev/full'], '/dev/full: cannot be written: No space left on device'),
        (['--trace', 't', '--replay', 't'], '--trace and --replay exclude each other'),
        (['--replay', 'none'], 'none: cannot be read: No such file or directory'),
        (['--replay', '/dev/null'], '/dev/null: is not a trace: it is empty'),
        (['--replay', 'work.yaml'], 'work.yaml:1: is not JSON'),
    ],
)
def test_mistakes_are_one_clear_line_and_exit_code_2(run, arguments, message):
    code, out, error = run(*arguments)
    assert (code, out) == (2, '')
    assert message in error.splitlines()[-1]


def test_work_that_takes_no_time_cannot_be_brought_to_a_load(run, tmp_path):
    idle = copy.deepcopy(WORKLOAD)
    for network in idle['networks'].values():
        network['stages'][0]['cost'] = {'cpu': 0}
    (tmp_path / 'work.yaml').write_text(yaml.safe_dump(idle))
    assert run()[0] == 0
    code, _, error = run('--load', '1')
    assert code == 2
    assert error.startswith('edge-sched: work.yaml: networks: take no time on device')

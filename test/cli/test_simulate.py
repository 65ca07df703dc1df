# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate``: its JSON, a user's own files, traces, mistakes."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest
import yaml
from children import finished
from children import started
from children import TIMEOUT_S
from children import wait_until

from edge_sched_ros.cli.main import main
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.simulation.suite_file import built_in_suites
from edge_sched_ros.system.finding import built_in

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
        short = [] if '--replay' in arguments else ['--seconds', '0.2']
        try:
            main(['simulate', *files, *short, *arguments])
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


def _cells(out: str, name: str) -> list[str]:
    """Return what a row of a table holds after its name."""
    rows = (line.split() for line in out.splitlines())
    return next(row[1:] for row in rows if row and row[0] == name)


def test_the_rows_add_up_with_what_failed(run, tmp_path, monkeypatch):
    lost = {'at_s': 0.1, 'unit': 'gpu0', 'set': {'state': 'unavailable'}}
    failing = copy.deepcopy(WORKLOAD)
    failing['networks']['big']['stages'][0]['cost'] = {'gpu': 18.0}
    (tmp_path / 'work.yaml').write_text(yaml.safe_dump({**failing, 'changes': [lost]}))
    code, out, _ = run('--policy', 'edf')
    assert code == 0
    assert 'failed' in out
    for task in WORKLOAD['tasks']:
        released, *ends = map(int, _cells(out, task)[:5])
        assert released == sum(ends)
    assert _cells(out, 'detector')[4] == '1'
    assert 'detector failed: unit_lost 1' in out.splitlines()


def test_without_failures_there_is_no_column_for_them(run):
    assert 'failed' not in run()[1]


@pytest.mark.parametrize('name', ['[/]', '[bold]x', ':warning: y'])
def test_a_name_is_shown_as_it_is(run, tmp_path, name):
    (tmp_path / 'work.yaml').write_text(yaml.safe_dump({'name': name, **WORKLOAD}))
    code, out, _ = run()
    assert code == 0
    assert f'on {name}, device' in out


def test_the_load_leaves_a_trace(run):
    found = json.loads(run('--json', '--load', '0.9')[1])
    assert set(found['load']) == {'wanted', 'latency_factor', 'rate_factor'}
    assert found['load']['wanted'] == 0.9
    assert found['least_load'] == pytest.approx(0.9, rel=1e-3)
    plain = json.loads(run('--json')[1])
    assert plain['load'] is None
    factors = found['load']['latency_factor'] * found['load']['rate_factor']
    assert plain['least_load'] * factors == pytest.approx(0.9, rel=1e-3)
    out = run('--load', '0.9')[1]
    assert f'load 0.9: latencies x {found["load"]["latency_factor"]:.4g}, rates x ' in out
    assert 'least load 0.9' in out
    assert f'least load {plain["least_load"]:.3g}\n' in run()[1]


def test_a_run_without_jobs_says_so(run, tmp_path):
    late = _changed(WORKLOAD, 'streams.camera', {'period_ms': 900, 'phase_ms': 800})
    (tmp_path / 'work.yaml').write_text(late)
    assert 'no job was released in 0.2 s\n' in run()[1]


def test_what_is_built_in_is_listed(capsys):
    with contextlib.suppress(SystemExit):
        main(['simulate', '--list'])
    lines = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    for kind in ('workloads', 'platforms', 'fleets'):
        assert lines >= set(built_in(kind))
    assert lines >= set(built_in_suites())
    assert lines >= set(policy_classes())


def test_what_is_built_in_is_listed_as_json(capsys):
    main(['simulate', '--list'])
    lines = capsys.readouterr().out
    main(['simulate', '--list', '--json'])
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        'workloads',
        'platforms',
        'fleets',
        'suites',
        'high-level policies',
        'policies',
    ]
    assert set(found['workloads']) == set(built_in('workloads'))
    for kind, meanings in found.items():
        assert f'{kind}' in lines
        for name, meaning in meanings.items():
            assert f'  {name} ' in lines and meaning in lines


@pytest.mark.parametrize('arguments', [[], ['--json'], ['--list'], ['--list', '--json']])
def test_output_on_a_full_disk_is_one_line(run, arguments):
    run()
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'simulate', *arguments]
    files = ['--workload', 'work.yaml', '--platform', 'device.yaml', '--seconds', '0.1']
    with open('/dev/full', 'w', encoding='utf-8') as full:
        done = finished([*command, *files], stdout=full)
    assert (done.returncode, done.stderr) == (
        2,
        'edge-sched: standard output cannot be written: No space left on device\n',
    )


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_says_so(run, tmp_path, number):
    run()
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'simulate', '--seconds', '1e5']
    files = ['--workload', 'work.yaml', '--platform', 'device.yaml', '--trace', 'run.jsonl']
    trace = tmp_path / 'run.jsonl'
    with started([*command, *files], stderr=subprocess.PIPE, text=True) as running:
        wait_until(lambda: _size(trace), 'the trace')
        running.send_signal(number)
        _, error = running.communicate(timeout=TIMEOUT_S)
    assert (running.returncode, error.strip()) == (128 + number, 'edge-sched: interrupted')
    code, _, error = run('--replay', 'run.jsonl')
    assert code == 2
    assert 'is truncated after' in error


def _size(file):
    return file.stat().st_size if file.exists() else 0


def test_a_run_under_nohup_outlives_the_terminal(run, tmp_path):
    run()
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'simulate', '--seconds', '1e5']
    files = ['--workload', 'work.yaml', '--platform', 'device.yaml', '--trace', 'run.jsonl']
    trace = tmp_path / 'run.jsonl'
    streams = {'stderr': subprocess.PIPE, 'text': True}
    with started([*command, *files], ignored=[signal.SIGHUP], **streams) as running:
        wait_until(lambda: _size(trace), 'the trace')
        running.send_signal(signal.SIGHUP)
        before = _size(trace)
        wait_until(lambda: _size(trace) > before, 'more of the trace')
        assert running.poll() is None
        # and ends when it is asked to
        running.send_signal(signal.SIGTERM)
        _, error = running.communicate(timeout=TIMEOUT_S)
    assert (running.returncode, error.strip()) == (143, 'edge-sched: interrupted')


def test_a_reader_that_has_seen_enough_is_no_error(run):
    run()
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'simulate', '--json']
    files = ['--workload', 'work.yaml', '--platform', 'device.yaml', '--seconds', '0.1']
    reader, writer = os.pipe()
    os.close(reader)
    done = finished([*command, *files], stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, '')


def test_the_same_seed_gives_the_same_output(run):
    first, again, other = (run('--json', '--seed', seed)[1] for seed in ('3', '3', '4'))
    assert _timeless(first) == _timeless(again)
    assert _timeless(first) != _timeless(other)


def test_a_trace_replays(run, tmp_path):
    assert run('--trace', 'run.jsonl', '--policy', 'horizon', '--load', '1.1')[0] == 0
    code, out, _ = run('--replay', 'run.jsonl', '--load', '1.1')
    events = len((tmp_path / 'run.jsonl').read_text().splitlines()) - 2
    assert (code, out) == (0, f'run.jsonl: same decisions on {events} events\n')
    code, out, _ = run('--replay', 'run.jsonl', '--load', '1.1', '--json')
    assert (code, json.loads(out)) == (0, {'same_decisions': True, 'events': events})


def test_scores_are_refused_without_a_trace(run):
    code, _, err = run('--no-trace-scores')
    assert code == 2
    assert err == 'edge-sched: --no-trace-scores: has no effect without --trace or --report\n'


def test_a_trace_without_scores_has_the_same_decisions(run, tmp_path):
    lines = {}
    for option in ('--trace-scores', '--no-trace-scores'):
        assert run('--trace', 'run.jsonl', option)[0] == 0
        text = (tmp_path / 'run.jsonl').read_text()
        lines[option] = [json.loads(line) for line in text.splitlines()]
    scored = [line.pop('scores', None) for line in lines['--trace-scores']]
    assert any(scored)
    assert lines['--trace-scores'] == lines['--no-trace-scores']


@pytest.mark.parametrize('kept', [1, 5, -1])
def test_a_trace_that_was_cut_off_is_refused(run, tmp_path, kept):
    run('--trace', 'run.jsonl')
    lines = (tmp_path / 'run.jsonl').read_text().splitlines()[:kept]
    (tmp_path / 'run.jsonl').write_text('\n'.join(lines) + '\n')
    code, out, error = run('--replay', 'run.jsonl')
    assert (code, out) == (2, '')
    assert error == f'edge-sched: run.jsonl: is truncated after {len(lines) - 1} events\n'


@pytest.mark.parametrize(
    ('option', 'value'),
    [('--policy', 'edf'), ('--set', 'margin_ms=1'), ('--seed', '0'), ('--seconds', '10')],
)
def test_what_a_replay_would_ignore_is_refused(run, option, value):
    run('--trace', 'run.jsonl')
    code, out, error = run('--replay', 'run.jsonl', option, value)
    assert (code, out) == (2, '')
    assert f'{option} and --replay exclude each other' in error


@pytest.mark.parametrize(
    ('arguments', 'files', 'problem'),
    [
        (['--load', '1.1'], {}, 'load: was none in the trace, given is 1.1'),
        ([], {'workload': 'other.yaml'}, 'workload: was work in the trace, given is other'),
        ([], {'platform': 'other.yaml'}, 'platform: was device in the trace, given is other'),
    ],
)
def test_a_trace_of_another_run_is_refused(run, tmp_path, arguments, files, problem):
    run('--trace', 'run.jsonl')
    source = 'device.yaml' if 'platform' in files else 'work.yaml'
    (tmp_path / 'other.yaml').write_text((tmp_path / source).read_text())
    code, out, error = run('--replay', 'run.jsonl', *arguments, **files)
    assert (code, out) == (2, '')
    assert error == f'edge-sched: run.jsonl:1: cannot be replayed: {problem}\n'


@pytest.mark.parametrize('file', ['work.yaml', 'device.yaml', './work.yaml', 'link.yaml'])
def test_a_trace_does_not_destroy_what_is_read(run, tmp_path, file):
    (tmp_path / 'link.yaml').symlink_to(tmp_path / 'work.yaml')
    before = (tmp_path / file).read_text()
    code, out, error = run('--trace', file)
    assert (code, out) == (2, '')
    assert 'is a file this run reads' in error
    assert (tmp_path / file).read_text() == before


def test_a_replay_of_deep_brackets_is_one_line(run, tmp_path):
    (tmp_path / 'deep').write_text('[' * 100_000)
    code, _, error = run('--replay', 'deep')
    assert (code, error) == (2, 'edge-sched: deep:1: is nested too deeply\n')


@pytest.mark.parametrize(
    ('line', 'old', 'new', 'problem'),
    [
        (2, '"unit":"gpu0"', '"unit":"cpu0"', 'makes other decisions'),
        (3, '"decisions":', '"descisions":', 'decisions: is missing'),
        (2, '"now_ns":', '"now":', 'now_ns: is missing'),
        (2, '"now_ns":', '"now_ns":"x","y":', "now_ns: must be a whole number, not 'x'"),
        (2, '"FrameArrived"', '"FrameLost"', "event.type: unknown event 'FrameLost'"),
        (2, '"FrameArrived"', '["FrameLost"]', 'event.type: unknown event'),
        (2, '{', '', 'is not JSON'),
        (2, '"seq":0', '"sec":0', 'event.seq: is missing from FrameArrived'),
        (2, '"seq":0', '"seq":"0"', "event.seq: must be a whole number, not '0'"),
        (2, '"release_ns":', '"release_ns":5,"y":', 'FrameArrived has no field y'),
        (1, '"trace":3', '"trace":7', 'trace: must be 3'),
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
        ('work', 'networks.big.stages.0.cost', {'gqu': 3}, 'big.stages.0.cost', "unit 'gqu'"),
        (
            'work',
            'networks.big.stages.0.cost',
            {'dla': 3},
            'networks.big.stages.0.cost',
            'no unit of device',
        ),
        ('work', 'networks.big.stages.0.cost', {'gpu': -3}, 'cost.gpu.latency_ms', 'not -3'),
        ('work', 'networks.big.stages.0.cost', {'gpu': {}}, 'cost.gpu.latency_ms', 'is missing'),
        ('work', 'networks.big.stages.0.cost', {'gpu': True}, 'stages.0.cost.gpu', 'not True'),
        ('work', 'tasks.tracker.after', 'tracker', 'tasks.tracker.after', 'a loop'),
        (
            'work',
            'tasks.tracker.after',
            'detektor',
            'tasks.tracker.after',
            "no task 'detektor' (there are detector, tracker)",
        ),
        ('work', 'streams.camera.period_ms', 1e300, 'streams.camera.period_ms', 'less than'),
        ('work', 'name', ['x'], 'name', 'must be text'),
        ('work', 'changes', [{'at_s': 0, 'set': {'x': 1}}], 'changes.0.set', 'no such parameter'),
        (
            'work',
            'changes',
            [{'at_s': 0, 'task': 'tracker', 'set': {'deadline_ms': None}}],
            'changes.0.set',
            'deadline_ms is null',
        ),
        ('device', 'units.gpu0.kind', 'gqu', 'units.gpu0', "not 'gqu'"),
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
        (['--set', 'speed'], "--set: must be NAME=VALUE (a number, true or false), not 'speed'"),
        (['--set', '=3'], "--set: must be NAME=VALUE (a number, true or false), not '=3'"),
        (['--set', 'margin_ms=nan'], 'policy.margin_ms: must be a number from 0.0 to'),
        (['--seconds', 'nan'], "'--seconds': nan is not a finite number"),
        (['--load', 'nan'], "'--load': nan is not a finite number"),
        (['--load', '0'], "'--load': 0.0 is not in the range"),
        (['--seconds', '1e6'], 'work.yaml: streams.camera: period_ms 20 would be 5e+07 frames in'),
        (['--workload', 'x' * 5000], "workload: there is no file and no built-in 'xxx"),
        (['--workload', '.'], "workload: '.' is a folder, not a file"),
        (['--workload', 'none.yaml'], "workload: there is no file and no built-in 'none.yaml'"),
        (['--trace', 'work.yaml/t'], 'work.yaml/t: cannot be written: Not a directory'),
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

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched compare``: its JSON, a user's own suite, the bound, mistakes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from children import finished
from children import started
from children import TIMEOUT_S
from children import wait_until

from edge_sched_ros.cli.main import main
from edge_sched_ros.installation.advice import install_command
from edge_sched_ros.installation.libraries import LIBRARIES
from edge_sched_ros.plugins.policies import policy_names
from edge_sched_ros.simulation.bound.suite import switches_variants
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

SIMULATE_KEYS = {
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
ONE_UNIT: dict[str, Any] = {'units': {'cpu0': {}}}
EASY: dict[str, Any] = {
    'tasks': {'t': {'network': 'n', 'period_ms': 20.0, 'jitter_ms': 2.0}},
    'networks': {'n': {'stages': [{'name': 's', 'cost': {'cpu': 12.0}}]}},
}


def _jobs(networks: dict[str, Any], **tasks: tuple[float, float]) -> dict[str, Any]:
    """Return a workload with one job per task: when it comes, by when it must be done, in ms."""
    return {
        'tasks': {
            name: {'network': 'n', 'period_ms': 1000.0, 'phase_ms': at, 'deadline_ms': by - at}
            for name, (at, by) in tasks.items()
        },
        'networks': {'n': networks},
    }


def _one_stage(time_ms: float, **more: Any) -> dict[str, Any]:
    return {'stages': [{'name': 's', 'cost': {'cpu': time_ms}}], **more}


#: urgent must overtake slack, and nobody can save lost: the optimum misses one of four jobs
OVERTAKE = _jobs(_one_stage(5), first=(0, 6), slack=(1, 30), urgent=(2, 11), lost=(3, 5))
#: three at once within 6 ms on one unit: one of the heavy, two of the light variant
VARIANTS = _jobs(
    {'variants': {'heavy': _one_stage(5), 'light': _one_stage(3, accuracy=0.9)}},
    a=(0, 6),
    b=(0, 6),
    c=(0, 6),
)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command; ``own.yaml`` is easy work on one unit."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'device.yaml').write_text(yaml.safe_dump(ONE_UNIT))

    def compare(*arguments, loads=(None,), jobs=1, **workloads):
        for name, workload in (workloads or {'easy': EASY}).items():
            (tmp_path / f'{name}.yaml').write_text(yaml.safe_dump(workload))
        groups = [
            {'workload': f'{name}.yaml', 'platforms': ['device.yaml'], 'loads': list(loads)}
            for name in workloads or ('easy',)
        ]
        (tmp_path / 'own.yaml').write_text(yaml.safe_dump({'scenarios': groups}))
        few = ['--suite', 'own.yaml', '--seconds', '0.2', '--seeds', '2', '--jobs', str(jobs)]
        try:
            main(['compare', *few, '--policies', 'fcfs,edf+drop', *arguments])
            code = 0
        except SystemExit as end:
            code = end.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return compare


def test_the_json_of_an_own_suite(run):
    code, out, _ = run('--json', loads=[None, 1.5])
    found = json.loads(out)
    assert code == 0
    assert set(found) >= {'suite', 'runs', 'geomean', 'bound'}
    assert (found['suite'], found['bound']) == ('own.yaml', {})
    assert [(entry['scenario'], entry['policy'], entry['seed']) for entry in found['runs']] == [
        (scenario, policy, seed)
        for scenario in ('easy on device', 'easy on device x1.5')
        for policy in ('fcfs', 'edf+drop')
        for seed in (0, 1)
    ]
    assert all(set(entry) >= SIMULATE_KEYS for entry in found['runs'])
    assert set(found['geomean']) == {'fcfs', 'edf+drop'}
    pair = found['geomean']['fcfs']['edf+drop']
    assert set(pair) == {'uxcost_ratio', 'miss_ratio_ratio', 'ci95'}
    assert pair['ci95'][0] <= pair['uxcost_ratio'] <= pair['ci95'][1]
    back = found['geomean']['edf+drop']['fcfs']
    assert back['uxcost_ratio'] == pytest.approx(1 / pair['uxcost_ratio'])


def test_processes_and_order_change_nothing(run):
    one, two = (json.loads(run('--json', jobs=jobs)[1]) for jobs in (1, 2))
    for entry in (*one['runs'], *two['runs']):
        del entry['decisions']
    assert one == two


def test_files_of_a_suite_are_found_from_its_folder(run, tmp_path, monkeypatch):
    run()
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    main(['compare', '--suite', '../own.yaml', '--policies', 'edf', '--seconds', '0.1', '--json'])


def test_the_table_fits_a_narrow_terminal(run, monkeypatch):
    monkeypatch.setenv('COLUMNS', '80')
    code, out, _ = run('--policies', 'fcfs,edf,shortest_expected_latency+drop,slo_mael+drop,dream')
    assert code == 0
    assert '…' not in out
    assert max(map(len, out.splitlines())) <= 80


def test_no_job_at_all_is_no_error(run):
    late = _jobs(_one_stage(5), late=(500, 510))
    code, out, _ = run('--json', late=late)
    assert code == 0
    assert json.loads(out)['geomean']['fcfs']['edf+drop']['uxcost_ratio'] is None
    assert run(late=late)[0] == 0


def test_the_bound_of_a_known_optimum(run):
    pytest.importorskip('ortools', reason='a bound needs OR-tools')
    code, out, _ = run('--json', '--bound', overtake=OVERTAKE)
    found = json.loads(out)
    name = 'overtake on device'
    assert code == 0
    assert found['bound'] == {name: {'fcfs': pytest.approx(1 / 4), 'edf+drop': 0.0}}
    assert found['bound_windows'] == {
        name: {
            'windows': 2,
            'proven': 2,
            'jobs': 8,
            'optimum_missed': 2,
            'optimum_missed_variants': None,
        }
    }
    _, out, _ = run('--bound', overtake=OVERTAKE)
    assert '25.0%' in out
    assert '2 of 2 windows proven; of 8 jobs the optimum misses 2' in ' '.join(out.split())


def test_who_may_switch_variants_is_compared_with_who_may(run):
    pytest.importorskip('ortools', reason='a bound needs OR-tools')
    _, out, _ = run('--json', '--bound', '--policies', 'edf+drop,horizon', variants=VARIANTS)
    found = json.loads(out)
    windows = found['bound_windows']['variants on device']
    assert (windows['optimum_missed'], windows['optimum_missed_variants']) == (4, 2)
    excess = found['bound']['variants on device']
    assert excess['edf+drop'] == 0
    assert 0 <= excess['horizon'] <= 1 / 3


def test_a_workload_that_changes_has_no_bound(run):
    pytest.importorskip('ortools', reason='a bound needs OR-tools')
    changes = [{'at_s': 0.1, 'task': 't', 'set': {'deadline_ms': 30}}]
    code, out, _ = run('--json', '--bound', easy=EASY, changing={**EASY, 'changes': changes})
    assert code == 0
    assert list(json.loads(out)['bound']) == ['easy on device']


def test_a_bound_without_the_solver_says_what_to_install(run, monkeypatch):
    for name in ('ortools', 'ortools.sat.python', 'ortools.sat.python.cp_model'):
        monkeypatch.setitem(sys.modules, name, None)
    code, out, error = run('--bound')
    assert (code, out) == (2, '')
    how = install_command(LIBRARIES['ortools'])
    assert error.startswith(f'edge-sched: ortools: is not installed: {how}')
    assert error.count('\n') == 1


@pytest.mark.parametrize('policy', policy_names())
def test_which_policies_switch_variants(policy):
    # three at once are only all on time when one of them takes the light one
    variants = {'heavy': _one_stage(15), 'light': _one_stage(6)}
    task = {'network': 'n', 'period_ms': 40.0, 'phase_ms': 0.0}
    tasks = {name: task for name in 'abc'}
    workload = {'tasks': tasks, 'networks': {'n': {'variants': variants}}}
    system = System(SystemFile.model_validate(workload), SystemFile.model_validate(ONE_UNIT))
    simulator = Simulator(system, policy=policy)
    simulator.run(0.2)
    used = [task.variants for task in simulator.dispatcher.ledger.tasks.values()]
    assert any('light' in variants for variants in used) == switches_variants(policy)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--policies', 'edf,lifo'], "policy: unknown policy 'lifo'"),
        (['--policies', ','], '--policies: names no policy'),
        (['--baseline', 'dream'], "--baseline: 'dream' is not among --policies (fcfs, edf+drop)"),
        (['--only', 'zzz'], "--only: no scenario of own.yaml contains 'zzz'"),
        (['--suite', 'none.yaml'], "suite: there is no file and no built-in 'none.yaml'"),
        (['--suite', 'device.yaml'], 'device.yaml: is a system file, not a suite'),
        (
            ['--seconds', '1e6'],
            'easy.yaml: tasks.t: period_ms 20 would be 5e+07 frames in 1e+06 s',
        ),
        (['--seconds', 'nan'], "'--seconds': nan is not a finite number"),
        (['--seeds', '0'], "'--seeds': 0 is not in the range"),
    ],
)
def test_mistakes_are_one_clear_line_and_exit_code_2(run, arguments, message):
    code, out, error = run(*arguments)
    assert (code, out) == (2, '')
    assert message in error.splitlines()[-1]


@pytest.mark.parametrize(
    ('group', 'message'),
    [
        ({'platforms': ['device.yaml']}, 'scenarios.0: workload is missing (or else systems)'),
        (
            {'workload': 'none.yaml', 'platforms': ['device.yaml']},
            "scenarios.0.workload: there is no file and no built-in 'none.yaml'",
        ),
        (
            {'workload': 'easy.yaml', 'platforms': ['none']},
            "scenarios.0.platforms: there is no file and no built-in 'none'",
        ),
        (
            {'workload': 'easy.yaml', 'platforms': ['device.yaml'], 'loads': [-1]},
            'scenarios.0.loads.0: must be greater than 0, not -1',
        ),
        (
            {'workload': 'easy.yaml', 'platforms': ['device.yaml'], 'loads': [101]},
            'scenarios.0.loads.0: must be less than or equal to 100, not 101',
        ),
        (
            {'workload': 'easy.yaml', 'platforms': ['device.yaml'], 'loads': []},
            'scenarios.0.loads: must have at least 1',
        ),
        (
            {'workload': 'easy.yaml', 'platforms': ['.']},
            "scenarios.0.platforms: '.' is a folder, not a file",
        ),
        (
            {'workload': 'easy.yaml', 'platforms': ['device.yaml'] * 2},
            "scenarios.0: two scenarios are called 'easy on device'",
        ),
    ],
)
def test_a_suite_nobody_can_use(run, tmp_path, group, message):
    run()
    (tmp_path / 'bad.yaml').write_text(yaml.safe_dump({'scenarios': [group]}))
    code, out, error = run('--suite', 'bad.yaml')
    assert (code, out) == (2, '')
    assert error.startswith(f'edge-sched: bad.yaml: {message}')
    assert error.count('\n') == 1


@pytest.mark.parametrize('jobs', [1, 2])
def test_what_a_run_stumbles_over_is_one_clear_line_too(run, jobs):
    changes = [{'at_s': 0.1, 'set': {'x': 1}}]
    code, out, error = run(jobs=jobs, easy={**EASY, 'changes': changes})
    assert (code, out) == (2, '')
    assert error.splitlines()[-1].startswith('edge-sched: easy.yaml: changes.0.set: policy.x: ')
    assert 'Traceback' not in error


@contextlib.contextmanager
def _begun(folder: Path, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a comparison that would take minutes; entered when its workers are at work."""
    (folder / 'easy.yaml').write_text(yaml.safe_dump(EASY))
    group = {'workload': 'easy.yaml', 'platforms': ['device.yaml'], 'loads': [None, 0.5]}
    (folder / 'own.yaml').write_text(yaml.safe_dump({'scenarios': [group]}))
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'compare', '--jobs', '2']
    options = ['--suite', 'own.yaml', '--policies', 'edf', '--seconds', '50000']
    streams = {'cwd': folder, 'stderr': subprocess.PIPE, 'text': True}
    with started([*command, *options], **streams, **how) as running:
        try:
            # the command, the server of forks, what tracks resources, two workers
            wait_until(lambda: sum(_seconds(pid) > 0.5 for pid in _session(running.pid)) >= 2)
            wait_until(lambda: len(_session(running.pid)) >= 5)
            yield running
        finally:
            for pid in _session(running.pid):
                # it may have ended since
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _session(leader: int) -> list[int]:
    """Return the processes of a session that have not ended."""
    found = []
    for stat in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            state, _parent, _group, session = stat.read_text().rpartition(')')[2].split()[:4]
            if int(session) == leader and state != 'Z':
                found.append(int(stat.parent.name))
    return found


def _seconds(pid: int) -> float:
    """Return how long a process has computed."""
    try:
        times = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[11:13]
    except OSError:
        return 0.0
    return sum(map(int, times)) / os.sysconf('SC_CLK_TCK')


@pytest.mark.skipif(not Path('/proc/self/stat').exists(), reason='needs /proc')
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_computes_on_when_the_command_is_ended(run, tmp_path, number):
    with _begun(tmp_path) as running:
        running.send_signal(number)
        _, error = running.communicate(timeout=TIMEOUT_S)
        wait_until(lambda: not _session(running.pid))
    if number == signal.SIGKILL:
        assert running.returncode == -number
    else:
        assert running.returncode == 128 + number
        assert error.splitlines()[-1] == 'edge-sched: interrupted'
    assert 'Traceback' not in error


@pytest.mark.skipif(not Path('/proc/self/stat').exists(), reason='needs /proc')
def test_workers_under_nohup_outlive_the_terminal(run, tmp_path):
    with _begun(tmp_path, ignored=[signal.SIGHUP]) as running:
        os.killpg(running.pid, signal.SIGHUP)
        before = {pid: _seconds(pid) for pid in _session(running.pid)}
        wait_until(lambda: sum(_seconds(pid) > at + 0.1 for pid, at in before.items()) >= 2)
        assert running.poll() is None


@pytest.mark.parametrize('arguments', [[], ['--json']])
def test_output_on_a_full_disk_is_one_line(run, tmp_path, arguments):
    run()
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'compare', '--jobs', '1']
    options = ['--suite', 'own.yaml', '--policies', 'edf', '--seconds', '0.1', *arguments]
    with open('/dev/full', 'w', encoding='utf-8') as full:
        done = finished([*command, *options], stdout=full)
    problem = 'edge-sched: standard output cannot be written: No space left on device'
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, problem)
    assert 'Traceback' not in done.stderr


def test_a_system_file_is_no_suite(run):
    code, out, error = run('--suite', 'device.yaml')
    assert (code, out) == (2, '')
    assert error == (
        'edge-sched: device.yaml: is a system file, not a suite; name it in a suite as workload '
        'and platforms, or run it by edge-sched simulate --policy\n'
    )

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every command with streams that are closed or full, and with files that are none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from networks import write_network
from profiles import profile_data

from edge_sched_ros.cli.group import edge_sched
from edge_sched_ros.cli.main import main
from edge_sched_ros.cli.options import NamedPath

ROOT = Path(__file__).resolve().parents[2]
CAPACITY = ROOT / 'config/capacity/robot.yaml'
PLAN = ROOT / 'config/plans/googlenet_alexnet.yaml'
PLACE = [
    'place',
    '--apps',
    ROOT / 'config/placement/cameras.yaml',
    '--cluster',
    ROOT / 'config/placement/nodes.yaml',
]
QUICK = ['--units', 'cpu', '--max-s', '0.05', '--share', '0.9']
SIMULATE = ['simulate', '--workload', 'robot_drone', '--platform', 'orin_nx', '--seconds', '0.2']
#: commands that print and are soon done
PRINTING = {
    'help': ['--help'],
    'version': ['--version'],
    'list': ['simulate', '--list'],
    'doctor': ['doctor'],
    'capacity': ['capacity', CAPACITY],
    'simulate': SIMULATE,
    'place': PLACE,
    'plan': ['plan', PLAN, '--time-limit-s', '0.1'],
    'profile': ['profile', '-o', 'p.yaml'],
    'kube help': ['kube', 'serve', '--help'],
}
SECONDS = 120


@pytest.fixture(autouse=True)
def _files(request, tmp_path, monkeypatch):
    """Let commands that show a file find one where they start."""
    monkeypatch.chdir(tmp_path)
    if 'name' in request.fixturenames:
        (tmp_path / 'p.yaml').write_text(yaml.safe_dump(profile_data()))
        if request.getfixturevalue('name') == 'plan':
            pytest.importorskip('ortools')


def _start(*arguments, **streams):
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', *map(str, arguments)]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, check=False, timeout=SECONDS, **streams
    )


@pytest.mark.parametrize('name', PRINTING)
def test_a_reader_that_has_gone_ends_a_command_without_a_word(name):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = _start(*PRINTING[name], stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, b'')


@pytest.mark.parametrize(
    ('name', 'kind'),
    [
        *((name, 'full') for name in ('version', 'list', 'doctor', 'place', 'plan', 'profile')),
        *((name, 'full') for name in ('help', 'kube help')),
        # whatever the reason, each command says it in the same way
        *((name, 'closed') for name in ('help', 'place')),
    ],
)
def test_output_that_cannot_be_written_is_one_line(name, kind):
    closed = {'preexec_fn': lambda: os.close(1)} if kind == 'closed' else {}
    with open('/dev/full', 'wb') as full:
        done = _start(*PRINTING[name], stdout=full, stderr=subprocess.PIPE, **closed)
    assert done.returncode == 2
    text = done.stderr.decode()
    assert text.startswith('edge-sched: ') and text.count('\n') == 1
    why = 'No space left on device' if kind == 'full' else 'Bad file descriptor'
    assert 'standard output' in text and why in text


def test_nobody_to_hear_of_progress_is_no_reason_not_to_work():
    few = [
        '--policies',
        'edf',
        '--only',
        'drone',
        '--seeds',
        '1',
        '--seconds',
        '0.1',
        '--jobs',
        '1',
    ]
    done = _start(
        'compare', *few, '--json', stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2)
    )
    assert done.returncode == 0
    assert b'"suite"' in done.stdout or b'edf' in done.stdout


def test_bad_input_keeps_its_exit_code_when_nobody_hears_of_it():
    done = _start('capacity', '/no/such', stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2))
    assert (done.returncode, done.stdout) == (2, b'')


def _fails(capsys, *arguments):
    """Return the last line a command says; it must end with exit code 2 and print nothing else."""
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert (end.value.code, captured.out) == (2, '')
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize('command', [['plan', '/no/such'], ['profile', '-o', '/no/such']])
def test_mistakes_need_nobody_to_hear_of_them(command):
    with open('/dev/full', 'wb') as full:
        done = _start(*command, stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout) == (2, b'')


@pytest.mark.parametrize(
    ('command', 'why'),
    [
        (['profile', ROOT / 'models/depth.yaml', '-o'], 'is not a regular file'),
        (['capacity', CAPACITY, '--plot'], 'is not a regular file'),
        ([*SIMULATE, '--trace'], 'No space left on device'),
        (['replay', 'bag', '--params', 'p.yaml', '-o'], 'is a file, not a folder'),
        (['build', ROOT / 'models/depth.yaml', '--cache'], 'is a file'),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else '',
)
def test_a_full_disk_is_one_line(capsys, tmp_path, command, why):
    pytest.importorskip('matplotlib')
    link = tmp_path / 'full.png'
    link.symlink_to('/dev/full')
    line = _fails(capsys, *command, link)
    assert 'full' in line and why in line


def _named(path):
    """Return what a message says of a path: the beginning of one that is longer than a line."""
    text = str(path)
    return text if len(text) < 257 else text[:60]


@pytest.mark.parametrize('wrong', ['below a file', 'too long', 'system'])
@pytest.mark.parametrize(
    ('command', 'work'),
    [
        (
            ['replay', 'bag', '--params', 'p.yaml', '-o', None],
            'pipeline.settings.config.from_file',
        ),
        (['build', ROOT / 'models/depth.yaml', '--cache', None], 'execution.network.load_network'),
    ],
    ids=['replay', 'build'],
)
def test_folders_are_checked_before_the_work(capsys, outputs, command, work, wrong, monkeypatch):
    monkeypatch.setattr(f'edge_sched_ros.{work}', None)
    path, why = outputs[wrong]
    # a folder is made, with what is missing above it
    why = {'below a file': f'{CAPACITY} is a file', 'system': 'cannot be created'}.get(wrong, why)
    line = _fails(capsys, *[path if word is None else word for word in command])
    assert _named(path) in line and why in line


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """Return what is no file of ours: nothing, a folder, a pipe that nobody writes to."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'folder').mkdir()
    os.mkfifo(tmp_path / 'pipe')
    return {
        'empty': Path(os.devnull),
        'folder': Path('folder'),
        'pipe': Path('pipe'),
        'endless': Path('/dev/zero'),
        'none': Path('none.yaml'),
    }


@pytest.mark.parametrize('kind', ['empty', 'folder', 'pipe', 'endless', 'none'])
@pytest.mark.parametrize(
    'command',
    [
        ['capacity', None],
        ['capacity', CAPACITY, '--cluster', None],
        ['plan', None],
        ['place', '--apps', None, '--cluster', None],
        ['simulate', '--workload', None, '--platform', 'orin_nx'],
        ['simulate', '--workload', 'robot_drone', '--platform', None],
        ['compare', '--suite', None],
        ['profile', None, '-o', 'p.yaml'],
        ['profile', '-o', None],
        ['build', None],
        ['replay', 'bag', '--params', None],
        ['kube', 'serve', '--config', None],
        ['kube', 'node', '--node', 'n', '--profiles', None],
    ],
    ids=lambda command: ' '.join(str(word) for word in command[:2] if word),
)
def test_inputs_that_are_no_files_of_ours(capsys, odd, command, kind):
    line = _fails(capsys, *[odd[kind] if word is None else word for word in command])
    assert str(odd[kind]) in line or 'holds no' in line


@pytest.fixture
def outputs(tmp_path, odd):
    """Return outputs that cannot be written, by what is wrong with them."""
    return {
        'folder': (odd['folder'], 'is a folder'),
        'a folder below a file': (CAPACITY / 'a' / 'x', 'Not a directory'),
        'below a file': (CAPACITY / 'x', 'Not a directory'),
        'too long': (tmp_path / ('x' * 300), 'File name too long'),
        'system': (Path('/proc/x'), 'cannot be written'),
    }


@pytest.mark.parametrize(
    'wrong', ['folder', 'a folder below a file', 'below a file', 'too long', 'system']
)
@pytest.mark.parametrize(
    ('command', 'suffix'),
    [
        (['capacity', CAPACITY, '--plot', None], '.png'),
        (['profile', '-o', 'p.yaml', '--plot', None], '.html'),
        (['profile', ROOT / 'models/depth.yaml', '-o', 'p.yaml', '--plot', None], '.png'),
        (['profile', ROOT / 'models/depth.yaml', '-o', None], ''),
        ([*SIMULATE, '--trace', None], ''),
    ],
    ids=['capacity', 'show profile', 'plot profile', 'profile', 'trace'],
)
def test_outputs_are_checked_before_the_work(
    capsys, outputs, command, suffix, wrong, monkeypatch, tmp_path
):
    pytest.importorskip('matplotlib')
    for work in ('cli.profile_run.measure_networks', 'capacity.analysis.analyse'):
        monkeypatch.setattr(f'edge_sched_ros.{work}', None)
    path, why = outputs[wrong]
    if suffix and wrong == 'folder':
        path = path.rename(path.with_suffix(suffix))
    elif suffix:
        path = path.with_suffix(suffix)
    line = _fails(capsys, *[path if word is None else word for word in command])
    assert _named(path) in line
    assert why in line or 'is a directory' in line
    assert not (tmp_path / 'p.yaml').exists()


@pytest.mark.parametrize(
    ('command', 'name'),
    [
        (['capacity', CAPACITY, '--plot'], 'plot.png'),
        (['profile', 'net.yaml', *QUICK, '-o'], 'p.yaml'),
        (['profile', 'net.yaml', *QUICK, '-o', 'q.yaml', '--plot'], 'plot.html'),
        ([*SIMULATE, '--trace'], 'trace.jsonl'),
    ],
    ids=['plot', 'profile', 'plot profile', 'trace'],
)
def test_missing_folders_of_outputs_are_made(capsys, monkeypatch, tmp_path, command, name):
    pytest.importorskip('matplotlib')
    monkeypatch.chdir(tmp_path)
    write_network(tmp_path)
    output = Path('some', 'new', name)
    main([str(word) for word in (*command, output)])
    capsys.readouterr()
    assert output.stat().st_size > 0
    # and none is made for a run that is refused
    with pytest.raises(SystemExit):
        main([str(word) for word in (*command, f'other/{name}', '--no-such-option')])
    assert not Path('other').exists()


def test_a_picture_needs_matplotlib_before_the_work(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, 'matplotlib', None)
    for command in (['capacity', CAPACITY], ['profile', ROOT / 'models/depth.yaml', '-o', 'p']):
        line = _fails(capsys, *command, '--plot', 'x.png')
        assert 'matplotlib' in line and 'install' in line
        assert not Path('p').exists()


def test_a_command_does_not_write_what_it_reads(capsys, monkeypatch, tmp_path):
    pytest.importorskip('matplotlib')
    monkeypatch.chdir(tmp_path)
    apps = tmp_path / 'apps.png'
    apps.write_bytes(CAPACITY.read_bytes())
    (tmp_path / 'link.png').symlink_to(apps)
    for plot in (apps, 'link.png'):
        assert 'this run reads' in _fails(capsys, 'capacity', apps, '--plot', plot)
    network = tmp_path / 'net.yaml'
    network.write_text('file: net.onnx')
    assert 'this run reads' in _fails(capsys, 'profile', network, '-o', network)
    shown = ('profile', '-o', 'p.png', '--plot', 'p.png')
    Path('p.png').write_text('version: 1')
    assert 'this run reads' in _fails(capsys, *shown)
    assert apps.read_bytes() == CAPACITY.read_bytes()


def test_a_link_stays_and_what_it_points_to_is_written(capsys, monkeypatch, tmp_path):
    pytest.importorskip('matplotlib')
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'far').mkdir()
    (tmp_path / 'plot.png').symlink_to('far/real.png')
    (tmp_path / 'trace').symlink_to('far/real.trace')
    main(['capacity', str(CAPACITY), '--plot', 'plot.png'])
    main([*SIMULATE, '--trace', 'trace'])
    capsys.readouterr()
    for link in ('plot.png', 'trace'):
        assert Path(link).is_symlink() and Path(link).stat().st_size > 100
    assert sorted(path.name for path in (tmp_path / 'far').iterdir()) == ['real.png', 'real.trace']
    (tmp_path / 'loop.png').symlink_to('loop.png')
    assert 'cannot be written' in _fails(capsys, 'capacity', CAPACITY, '--plot', 'loop.png')


@pytest.mark.parametrize(
    ('command', 'line'),
    [
        (['build', 'n.yaml', '--strict-dla'], '--strict-dla: has no effect on gpu'),
        (['build', 'n.yaml', '--allow-gpu-fallback', '--unit', 'gpu0'], '--allow-gpu-fallback: '),
        (['build', 'n.yaml', 'n.yaml'], "NETWORKS: names 'n.yaml' twice"),
        (['profile', 'n.yaml', 'n.yaml', '-o', 'p'], "NETWORKS: names 'n.yaml' twice"),
        (['profile', 'n.yaml', '-o', 'p', '--units', ','], '--units: names no unit'),
        (['profile', 'n.yaml', '-o', 'p', '--units', ''], '--units: names no unit'),
        (['profile', 'n.yaml', '-o', 'p', '--units', 'cpu0,,cpu1'], '--units: has an empty name'),
        (['profile', 'n.yaml', '-o', 'p', '--units', 'cpu0,cpu0'], "--units: names 'cpu0' twice"),
        (['profile', 'n.yaml', '-o', 'p', '--corun-pairs', '3'], '--corun-pairs: has no effect'),
        (['compare', '--policies', ''], '--policies: names no policy'),
        (['compare', '--policies', 'edf,fcfs,edf'], "--policies: names 'edf' twice"),
        ([*PLACE, '--seed', '3'], '--seed: has no effect without --simulate'),
        ([*PLACE, '--time-limit-s', '3'], '--time-limit-s: has no effect with --algorithm ibis'),
        ([*PLACE, '--algorithm', 'first-fit', '--evict'], '--evict: has no effect with'),
        ([*PLACE, '--algorithm', 'optimum', '--no-evict'], '--no-evict: has no effect with'),
        ([*SIMULATE, '--set', 'a=1', '--set', 'a=2'], "--set: gives 'a' twice"),
        (['kube', 'node', '--node', 'n', '--once', '--every-s', '5'], '--every-s: has no effect'),
        (
            ['kube', 'node', '--node', 'n', '--publish', 'gpu', '--publish', 'gpu'],
            "--publish: names 'gpu' twice",
        ),
    ],
    ids=lambda value: ' '.join(map(str, value[-2:])) if isinstance(value, list) else '',
)
def test_options_that_can_have_no_effect(capsys, command, line, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'n.yaml').write_text('file: n.onnx')
    assert _fails(capsys, *command).startswith(f'edge-sched: {line}')


@pytest.mark.parametrize('number', ['nan', 'inf', '-inf', '-1', 'x', ''])
@pytest.mark.parametrize(
    ('command', 'option'),
    [
        (['simulate', '--workload', 'w', '--platform', 'p'], '--seconds'),
        (['simulate', '--workload', 'w', '--platform', 'p'], '--load'),
        (['simulate', '--workload', 'w', '--platform', 'p'], '--replan-s'),
        (['compare'], '--seconds'),
        (['compare'], '--seeds'),
        (['compare'], '--jobs'),
        (['place', '--apps', 'a', '--cluster', 'c'], '--simulate'),
        (['place', '--apps', 'a', '--cluster', 'c'], '--time-limit-s'),
        (['plan', 'f'], '--latency-bound-ms'),
        (['plan', 'f'], '--time-limit-s'),
        (['replay', 'bag', '--params', 'p'], '--rate'),
        (['profile', 'n', '-o', 'p'], '--share'),
        (['profile', 'n', '-o', 'p'], '--max-s'),
        (['demo'], '--seconds'),
        (['kube', 'node', '--node', 'n'], '--every-s'),
        (['kube', 'serve', '--config', 'c'], '--stale-s'),
    ],
)
def test_numbers_that_are_none(capsys, command, option, number):
    assert option in _fails(capsys, *command, option, number)


def _commands(group, names=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*names, name))
        else:
            yield (*names, name), command


def test_every_path_is_one_that_refuses_empty_text():
    found = [
        (name, param.name, type(param.type))
        for name, command in _commands(edge_sched)
        for param in command.params
        if isinstance(param.type, click.Path)
    ]
    assert len(found) > 20
    assert [each for each in found if each[2] is not NamedPath] == []


@pytest.mark.parametrize(
    ('arguments', 'where'),
    [
        (('replay', '', '--params', 'p.yaml'), 'BAG'),
        (('replay', 'bag', '--params', 'p.yaml', '-o', ''), '--output'),
        (('simulate', '--trace', ''), '--trace'),
        (('capacity', ''), 'FILES'),
        (('build', 'a.yaml', ''), 'NETWORKS'),
        (('demo', '--out='), '--out'),
    ],
)
def test_empty_text_is_no_path(capsys, arguments, where):
    assert _fails(capsys, *arguments) == f"edge-sched: {where}: must be a path, not ''"

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command: help, errors in one line, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from edge_sched_ros.cli.group import edge_sched
from edge_sched_ros.cli.main import main


def _run(capsys, *arguments):
    try:
        main(list(arguments))
        code = 0
    except SystemExit as end:
        code = end.code or 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize('command', ['demo', 'doctor', 'replay'])
def test_every_command_has_help(capsys, command):
    code, out, _ = _run(capsys, command, '--help')
    assert code == 0
    assert out.startswith(f'Usage: edge-sched {command}')
    _, overview, _ = _run(capsys, '--help')
    assert command in overview


def test_the_doctor_tells_people_and_machines_the_same(capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '200')
    _, out, _ = _run(capsys, 'doctor', '--json')
    found = json.loads(out)
    assert {'module', 'os', 'power_mode', 'versions', 'units', 'preprocess', 'dds'} <= set(found)
    assert set(found['dds']) == {'rmw', 'large_images_ok'}
    assert {'gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0', 'cpu0'} <= set(found['units'])
    parts = {**found['units'], **found['engines'], **found['preprocessors']}
    assert all(part['available'] != bool(part['reason']) for part in parts.values())
    assert any(unit['available'] for unit in found['units'].values())
    _, table, _ = _run(capsys, 'doctor')
    assert all(name in table for name in [*parts, *found['preprocess'], found['dds']['rmw']])
    assert all(version in table for version in found['versions'].values() if version)
    for reason in filter(None, (part['reason'] for part in parts.values())):
        assert reason in table
    # an engine and a provider have this name
    for what in ('engine', 'provider'):
        if reason := found[f'{what}s']['tensorrt']['reason']:
            lines = [line.split() for line in table.splitlines()]
            assert [what, 'tensorrt', *reason.split()] in lines


def test_nothing_of_what_the_doctor_says_is_cut_or_broken(capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '40')
    _, out, _ = _run(capsys, 'doctor', '--json')
    found = json.loads(out)
    _, table, _ = _run(capsys, 'doctor')
    assert '…' not in table
    parts = {**found['units'], **found['engines'], **found['preprocessors']}
    for part in parts.values():
        assert part['reason'] in table


def test_the_doctor_says_why_images_may_vanish(capsys, monkeypatch):
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_[nope]')
    monkeypatch.setenv('COLUMNS', '200')
    _, table, _ = _run(capsys, 'doctor')
    assert "rmw_[nope]: images beyond 512 KiB may vanish: 'rmw_[nope]' is unknown" in table


@pytest.mark.parametrize(
    ('arguments', 'code', 'message'),
    [
        (['replay', '/no/bag'], 2, "missing option '--params'"),
        (['replay', '/no/bag', '--params', '/no/file'], 2, '/no/file: cannot be read'),
        (['replay', '/no/bag', '--params', '/no/file', '--rate', '0'], 2, '--rate'),
        (['replay', '/no/bag', '--params', '/no/file', '--rate', '1e-300'], 2, 'x>=0.001'),
        (['replay', '/no/bag', '--params', '/no/file', '--rate', 'nan'], 2, 'not a finite number'),
        (['replay', '/no/bag', '--params', '/no/file', '--rate', 'inf'], 2, 'not a finite number'),
        (['demo', '--seconds', 'nan'], 2, 'not a finite number'),
        (['demo', '--out', '/proc/foo'], 2, '/proc/foo: cannot be created: No such file'),
        (['demo', '--out', __file__], 2, 'test_cli.py: is a file, not a folder'),
        (['demo', '--policy', 'lifo'], 2, "unknown policy 'lifo'"),
        (['demo', '--seconds', '0'], 2, '--seconds'),
    ],
)
def test_mistakes_are_one_clear_line_and_exit_code_2(capsys, arguments, code, message):
    pytest.importorskip('rclpy', reason='the demo needs ROS 2')
    got, _, error = _run(capsys, *arguments)
    assert got == code
    assert message in error
    assert error.count('\n') == 1


@pytest.mark.parametrize(
    ('arguments', 'told'),
    [
        (['replya'], ("edge-sched: no such command 'replya'", "'replay'", 'edge-sched --help')),
        (['kube', 'nodes'], ("edge-sched kube: no such command 'nodes'", "'node'", 'kube --help')),
        (['xyz'], ("edge-sched: no such command 'xyz' (", 'edge-sched --help')),
        (
            ['compare', '--foo'],
            ('edge-sched compare: no such option: --foo (edge-sched compare --help shows',),
        ),
        (['--foo', 'compare'], ('edge-sched: no such option: --foo (',)),
        (['compare', '--seedz', '3'], ('no such option: --seedz', '--seeds')),
        (['compare', '--seeds'], ("edge-sched compare: option '--seeds' requires an argument",)),
        (['compare', '--seeds', 'many'], ("'--seeds'", "'many' is not a valid integer")),
        (['compare', '--seeds', '-1'], ("'--seeds'", '-1 is not in the range')),
        (['compare', 'extra'], ('edge-sched compare: got unexpected extra argument (extra)',)),
        (['plan'], ("edge-sched plan: missing argument '",)),
        (['replay', 'bag'], ("edge-sched replay: missing option '--params'",)),
        (['build', 'n.yaml', '--precision', 'int5'], ("'int5' is not one of 'auto'",)),
        (['place'], ('edge-sched place: missing FILES',)),
        (['profile', 'n.yaml'], ('edge-sched profile: -o is needed: it names',)),
        (['compare', '--json=x'], ("edge-sched compare: option '--json' does not take a value",)),
        (['compare', '--f\noo\x1b[1m'], ('edge-sched compare: no such option: --f oo?[1m',)),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_a_command_called_wrongly_is_told_in_one_line(capsys, arguments, told):
    code, out, error = _run(capsys, *arguments)
    assert (code, out, error.count('\n')) == (2, '', 1)
    assert error.startswith('edge-sched')
    for words in told:
        assert words in error


def test_a_group_without_a_command_shows_its_help(capsys):
    for group in ([], ['kube']):
        code, out, error = _run(capsys, *group)
        assert code in (0, 2) and 'Commands:' in out + error


def test_the_version_is_the_packages(capsys):
    code, out, _ = _run(capsys, '--version')
    package = (Path(__file__).parents[2] / 'package.xml').read_text()
    assert code == 0
    assert f'<version>{out.split()[-1]}</version>' in package


def _commands(group: click.Group, name: str = '') -> Iterator[tuple[str, click.Command]]:
    """Yield all commands below a group that do something."""
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        if isinstance(command, click.Group):
            yield from _commands(command, f'{name}{part} ')
        elif command is not None:
            yield f'{name}{part}', command


def test_every_command_prints_json_for_machines():
    found = dict(_commands(edge_sched))
    assert {'demo', 'plan', 'kube node', 'kube serve'} <= set(found)
    for name, command in found.items():
        if name in ('schema', 'security'):
            continue  # prints nothing but JSON, or the XML of SROS 2
        assert any('--json' in parameter.opts for parameter in command.params), name

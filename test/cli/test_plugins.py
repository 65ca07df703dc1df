# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plug-ins at the command line: the list, subcommands, policies and algorithms from outside."""

from __future__ import annotations

import json
import sys

import pytest
from children import finished
from distributions import installing
from distributions import POLICY

from edge_sched_ros.cli.main import main

installed = pytest.fixture(installing)
HELLO = """
import click

print('imported')


@click.command('hello')
@click.option('--json', 'as_json', is_flag=True)
@click.argument('whom')
def hello(as_json, whom):
    click.echo(f'hello {whom}')
"""
ALGORITHM = '''
from edge_sched_ros.capacity.placement.algorithms.base import Algorithm, Choice, candidates
from edge_sched_ros.capacity.placement.algorithms.base import rejection
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.plugins.options import Option


class Last(Algorithm):
    name = 'last'
    latency_aware = True

    def choose(self, state, app, without=()):
        refusals = []
        for _, node, option in reversed(list(candidates(state, app, without))):
            found = refusal(node, app, option, state.limits)
            if found is None:
                return Choice(node.name, option)
            refusals.append(found)
        return rejection(refusals)


class Tuned(Last):
    """
    Takes the last node.

    At length.
    """

    options = (
        Option('spare', 0.5, 'Share to leave free', 0.0, 1.0),
        Option('strict', True, 'Whether to be strict'),
        Option('zone', 'any', 'Where'),
    )

    def __init__(self, *, spare, strict, zone):
        if (spare, strict, zone) != (0.25, False, 'hall=2'):
            raise ValueError(f'{spare} {strict} {zone}')


class Raises(Last):
    def choose(self, state, app, without=()):
        raise KeyError('no such node')
'''
ROBOT = ['--workload', 'robot_drone', '--platform', 'orin_nx', '--seconds', '0.5']
PLACED = [
    *('--apps', 'config/placement/cameras.yaml'),
    *('--cluster', 'config/placement/nodes.yaml'),
]


@pytest.fixture
def run(capsys):
    """Return a function that runs the command and returns exit code, output and errors."""

    def _run(*arguments):
        code = 0
        try:
            main(list(arguments))
        except SystemExit as end:
            code = end.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return _run


def _packages(installed):
    installed(
        'my-robot',
        {'policies': {'longest': 'of_cli:Mine'}, 'commands': {'hello': 'of_hello:hello'}},
        {'of_cli': POLICY, 'of_hello': HELLO},
        version='2.1',
    )
    groups = {'policies': {'broken': 'of_nowhere:Mine'}, 'commands': {'bad': 'os:sep'}}
    installed('sad', groups | {'high_level_policies': {'torn': 'os:PathLike'}})


def test_the_list_says_where_everything_is_from(run, installed):
    _packages(installed)
    code, out, err = run('plugins', '--json')
    assert code == 0 and err == 'imported\n'
    found = {(one['kind'], one['name']): one for one in json.loads(out)}
    assert found['policy', 'edf'] == {
        'kind': 'policy',
        'name': 'edf',
        'origin': '',
        'reference': '',
        'problem': '',
    }
    assert found['policy', 'longest']['origin'] == 'my-robot 2.1'
    torn = found['high-level policy', 'torn']
    assert torn['problem'].startswith('os:PathLike has no cuts, assign, name, parameters: it must')
    assert found['high-level policy', 'look_ahead']['problem'] == ''
    assert found['command', 'hello']['reference'] == 'of_hello:hello'
    assert found['command', 'bad']['problem'] == 'os:sep is not a click.Command but of type str'
    kinds = ('placement algorithm', 'decoder', 'program', 'tracker', 'engine', 'preprocessor')
    assert {kind for kind, _ in found} == {'policy', 'high-level policy', *kinds, 'command'}
    code, out, _ = run('plugins')
    lines = [' '.join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert 'decoder yolox built in' in lines
    assert 'policy longest my-robot 2.1 (of_cli:Mine)' in lines
    assert (
        'policy broken sad 1.0 (of_nowhere:Mine): of_nowhere: cannot be imported: '
        "ModuleNotFoundError: No module named 'of_nowhere'" in lines
    )


def test_an_installed_command_is_named_in_the_help_and_imported_when_it_runs(run, installed):
    _packages(installed)
    code, out, _ = run('--help')
    assert code == 0
    own, others = out.split('Commands of installed packages:')
    assert 'plugins ' in own and 'hello' not in own
    assert [line.split() for line in others.splitlines() if line.strip()] == [
        ['bad', 'of', 'sad', '1.0'],
        ['hello', 'of', 'my-robot', '2.1'],
    ]
    assert run('--version')[0] == 0
    assert run('simulate', *ROBOT, '--json')[0] == 0
    assert 'of_hello' not in sys.modules
    assert run('hello', 'you') == (0, 'imported\nhello you\n', '')
    code, out, err = run('bad')
    assert (code, out) == (2, '')
    assert err == (
        "edge-sched: bad: 'bad' of sad 1.0 (os:sep) cannot be used: os:sep is not a click.Command "
        'but of type str\n'
    )
    code, _, err = run('helo')
    assert code == 2 and "Did you mean 'hello'?" in err
    code, _, err = run('hello')
    assert code == 2 and "edge-sched hello: missing argument 'WHOM'" in err


FAILS = """
import click


@click.command('fails')
@click.argument('how')
def fails(how):
    raise eval(how)


@click.group('many')
def many(): ...


@many.command('deep')
def deep():
    raise ZeroDivisionError('deep')
"""


@pytest.mark.parametrize(
    ('arguments', 'code', 'line'),
    [
        (('fails', 'KeyError("x")'), 1, "fails: the command of mine 3.0 failed: KeyError: 'x'"),
        (('fails', 'OSError(5, "no disk")'), 1, 'fails: the command of mine 3.0 failed: OSError'),
        (('many', 'deep'), 1, 'many: the command of mine 3.0 failed: ZeroDivisionError: deep'),
        (('fails', 'click.ClickException("my word")'), 2, 'edge-sched: my word'),
        (('fails', '__import__("edge_sched_ros").ConfigError("k", "no")'), 2, 'k: no'),
        (('fails', 'SystemExit(3)'), 3, ''),
    ],
)
def test_an_installed_command_that_raises_is_one_line(run, installed, arguments, code, line):
    commands = {'fails': 'of_fails:fails', 'many': 'of_fails:many'}
    installed('mine', {'commands': commands}, {'of_fails': FAILS}, version='3.0')
    found, out, err = run(*arguments)
    assert (found, out) == (code, '') and err.count('\n') == bool(line) and line in err
    assert (code == 1) == ('(edge-sched --debug shows where)' in err)


@pytest.mark.parametrize('by', ['option', 'variable'])
def test_where_an_installed_command_raises_is_shown_on_demand(run, installed, monkeypatch, by):
    installed('mine', {'commands': {'fails': 'of_fails:fails'}}, {'of_fails': FAILS})
    if by == 'variable':
        monkeypatch.setenv('EDGE_SCHED_DEBUG', '1')
    with pytest.raises(KeyError):
        run(*(['--debug'] if by == 'option' else []), 'fails', 'KeyError("x")')


def test_a_command_that_names_no_plug_in_does_not_look_for_any():
    code = (
        'import sys\n'
        'from edge_sched_ros.cli.main import main\n'
        'try:\n    main(["place", "--help"])\nexcept SystemExit:\n    pass\n'
        'assert "importlib.metadata" not in sys.modules\n'
    )
    done = finished([sys.executable, '-c', code])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('name', ['longest', 'longest+drop', 'of_cli:Mine', 'of_cli:Mine+drop'])
def test_a_policy_from_outside_is_simulated_and_its_trace_replayed(run, installed, tmp_path, name):
    _packages(installed)
    trace = str(tmp_path / 'trace.jsonl')
    settings = ['--set', 'bonus_ms=7', '--set', 'strict=true']
    code, out, _ = run('simulate', *ROBOT, '--policy', name, *settings, '--trace', trace, '--json')
    assert code == 0 and json.loads(out)['tasks']
    code, out, _ = run('simulate', *ROBOT[:4], '--replay', trace, '--json')
    assert code == 0 and json.loads(out)['same_decisions']
    for wrong, problem in (
        (['--set', 'bonus_ms=700'], 'policy.bonus_ms: must be a number from 0.0 to 100.0'),
        (['--set', 'bonus=7'], f'policy.bonus: {name} has no such parameter (it has: bonus_ms'),
    ):
        code, _, err = run('simulate', *ROBOT, '--policy', name, *wrong)
        assert code == 2 and err.startswith(f'edge-sched: {problem}')


def test_policies_from_outside_are_compared_in_processes(run, installed):
    _packages(installed)
    few = ['--only', 'drone on orin_nx x0.6', '--seconds', '0.2', '--seeds', '2', '--json']
    names = 'edf,longest+drop,of_cli:Mine'
    code, out, err = run('compare', '--policies', names, *few, '--jobs', '2')
    assert code == 0, err
    assert set(json.loads(out)['geomean']) == {'edf', 'longest+drop', 'of_cli:Mine'}
    code, _, err = run('compare', '--policies', 'edf,of_cli:Mien', *few)
    assert (code, err) == (
        2,
        "edge-sched: policy: of_cli: has no 'Mien'; did you mean 'Mine'? (its classes: Mine)\n",
    )
    code, out, _ = run('simulate', *ROBOT, '--list')
    assert '  longest ' in out and 'of my-robot 2.1' in out


def test_an_algorithm_from_outside_places(run, installed):
    installed(
        'p',
        {'placement_algorithms': {'last': 'of_last:Last', 'worse': 'of_last:Raises'}},
        {'of_last': ALGORITHM},
    )
    for name in ('last', 'of_last:Last'):
        code, out, _ = run('place', *PLACED, '--algorithm', name, '--json')
        found = json.loads(out)
        assert code == 0 and found['algorithm'] == name and found['assignments']
    code, _, err = run('place', *PLACED, '--algorithm', 'worse')
    assert (code, err) == (
        2,
        "edge-sched: --algorithm: 'worse' failed: KeyError: 'no such node'\n",
    )
    code, _, err = run('place', *PLACED, '--algorithm', 'lost')
    assert code == 2
    assert "--algorithm: unknown placement algorithm 'lost'; did you mean 'last'?" in err
    code, _, err = run('kube', 'serve', '--config', 'x.yaml', '--option', 'spare')
    assert code == 2 and err == "edge-sched: --option: must be NAME=VALUE, not 'spare'\n"
    code, _, err = run('kube', 'serve', '--config', 'x.yaml', '--algorithm', 'first-fit')
    assert code == 2 and '--algorithm: first-fit does not ask the queueing models' in err


TUNED = ['--option', 'spare=0.25', '--option', 'strict=false', '--option', 'zone=hall=2']


@pytest.fixture
def tuned(installed):
    installed('p', {'placement_algorithms': {'tuned': 'of_tuned:Tuned'}}, {'of_tuned': ALGORITHM})


@pytest.mark.parametrize('name', ['tuned', 'of_tuned:Tuned'])
def test_an_algorithm_gets_its_options(run, tuned, name):
    code, out, err = run('place', *PLACED, '--algorithm', name, *TUNED, '--json')
    assert code == 0 and json.loads(out)['assignments'], err
    code, _, err = run('place', *PLACED, '--algorithm', name)
    assert code == 2 and err == (
        f"edge-sched: --algorithm: '{name}' cannot be made: ValueError: 0.5 True any\n"
    )


@pytest.mark.parametrize(
    ('option', 'problem'),
    [
        ('spare=2', '--option spare: must be a number from 0 to 1, not 2.0'),
        ('spare=nan', '--option spare: must be a number from 0 to 1, not nan'),
        ('strict=1', "--option strict: must be true or false, not '1'"),
        ('sprae=0', "--option sprae: tuned has no such option; did you mean 'spare'? (it has: sp"),
        ('spare', "--option: must be NAME=VALUE, not 'spare'"),
    ],
)
def test_a_wrong_option_of_an_algorithm_is_one_line(run, tuned, option, problem):
    code, out, err = run('place', *PLACED, '--algorithm', 'tuned', '--option', option)
    assert (code, out, err.count('\n')) == (2, '', 1) and err.startswith(f'edge-sched: {problem}')


def test_options_are_refused_where_there_are_none(run, tuned):
    code, _, err = run('place', *PLACED, '--option', 'spare=1')
    assert code == 2 and err.startswith('edge-sched: --option spare: ibis has no such option')
    code, _, err = run('place', *PLACED, '--algorithm', 'optimum', '--option', 'spare=1')
    assert code == 2 and '--option: has no effect with --algorithm optimum, which has none' in err
    code, _, err = run('place', *PLACED, '--option', 'a=1', '--option', 'a=2')
    assert code == 2 and err == "edge-sched: --option: gives 'a' twice\n"


def test_one_plug_in_is_described_with_its_options(run, tuned):
    for name, origin in (('tuned', ', of p 1.0'), ('of_tuned:Tuned', '')):
        code, out, _ = run('plugins', name)
        lines = [' '.join(line.split()) for line in out.splitlines()]
        assert code == 0 and lines[0] == f'placement algorithm {name}{origin}'
        assert lines[1] == 'Takes the last node.'
        assert lines[2] == 'set by --option NAME=VALUE of place and kube serve:'
        assert 'spare 0.5 a number from 0 to 1 Share to leave free' in lines
        assert 'strict true true or false Whether to be strict' in lines
    code, out, _ = run('plugins', 'tuned', '--json')
    (found,) = json.loads(out)
    assert code == 0 and found['options'][2] == {
        'name': 'zone',
        'default': 'any',
        'description': 'Where',
        'minimum': None,
        'maximum': None,
        'choices': [],
    }


@pytest.mark.parametrize(
    ('name', 'first', 'option'),
    [
        ('horizon', 'policy horizon, built in', 'window_ms 30.0 a number from 0 to 10000 '),
        ('yolox', 'decoder yolox, built in', 'max_detections 300 a whole number from 1 to '),
        ('flow_track', 'program flow_track, built in', 'max_age_frames 45 a whole number from 1'),
        ('onnxruntime', 'engine onnxruntime, built in', ''),
        ('simulate', 'command simulate, built in', ''),
    ],
)
def test_what_is_built_in_is_described_too(run, name, first, option):
    code, out, _ = run('plugins', name)
    lines = [' '.join(line.split()) for line in out.splitlines()]
    assert code == 0 and lines[0] == first and any(line.startswith(option) for line in lines[1:])


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        ('hroizon', "hroizon: no plug-in has this name; did you mean 'horizon'?"),
        ('os:sep', 'os:sep: is not a plug-in: it is of type str'),
        (
            'of_tuned:Option',
            'of_tuned:Option: is not a plug-in of any kind (policy: has no decide, ',
        ),
        ('nowhere:Mine', 'nowhere:Mine: nowhere: cannot be imported: ModuleNotFoundError: No mod'),
    ],
)
def test_what_cannot_be_described_is_one_line(run, tuned, name, problem):
    code, out, err = run('plugins', name)
    assert (code, out, err.count('\n')) == (2, '', 1) and err.startswith(f'edge-sched: {problem}')

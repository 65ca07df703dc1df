# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate --plan`` and ``--replan-s``."""

from __future__ import annotations

import json

import pytest
import yaml

from edge_sched_ros.cli.main import main

COSTS = [{'gpu0': 4.0, 'dla0': 5.0}, {'gpu0': 4.0, 'dla0': 5.0}]
WORKLOAD = {
    'tasks': {
        name: {'network': 'n', 'period_ms': 20.0, 'phase_ms': 0.0, 'deadline_ms': 60.0}
        for name in 'ab'
    },
    'networks': {
        'n': {'stages': [{'name': name, 'cost': cost} for name, cost in zip('xy', COSTS)]}
    },
}
PLATFORM = {'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}}}
PLAN = {'mapping': {'a': ['gpu0', 'dla0'], 'b': ['dla0', 'dla0']}, 'optimal': True}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on files of its own, in their folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'work.yaml').write_text(yaml.safe_dump(WORKLOAD))
    (tmp_path / 'device.yaml').write_text(yaml.safe_dump(PLATFORM))
    (tmp_path / 'plan.json').write_text(json.dumps(PLAN))

    def simulate(*arguments, policy='plan_follower'):
        files = ['--workload', 'work.yaml', '--platform', 'device.yaml']
        if '--replay' not in arguments:
            files += ['--policy', policy]
        try:
            code = main(['simulate', *files, *arguments])
        except SystemExit as error:
            code = error.code
        return code or 0, *capsys.readouterr()

    return simulate


def _busy(text):
    units = json.loads(text)['units']
    return {name: unit['utilisation'] for name, unit in units.items()}


def test_a_plan_is_followed(run):
    code, out, _ = run('--seconds', '1', '--plan', 'plan.json', '--json')
    assert code == 0
    # of 20 ms: 4 for a, and 5 for a and 10 for b
    assert _busy(out) == {
        'gpu0': pytest.approx(0.2, rel=0.02),
        'dla0': pytest.approx(0.75, rel=0.02),
    }


def test_a_plan_may_name_networks(run, tmp_path):
    (tmp_path / 'plan.json').write_text(json.dumps({'mapping': {'n': ['dla0', 'dla0']}}))
    _, out, _ = run('--seconds', '1', '--plan', 'plan.json', '--json')
    assert _busy(out)['gpu0'] == 0


def test_a_trace_knows_its_plans(run):
    pytest.importorskip('ortools')
    options = ('--plan', 'plan.json', '--replan-s', '0.5')
    code, _, err = run('--seconds', '2', *options, '--trace', 'trace.jsonl')
    assert (code, err) == (0, '')
    assert run('--replay', 'trace.jsonl')[0] == 0


def test_replanning_replaces_a_bad_plan(run, tmp_path):
    pytest.importorskip('ortools')
    (tmp_path / 'plan.json').write_text(json.dumps({'mapping': {'n': ['dla0', 'dla0']}}))
    options = ('--seconds', '2', '--plan', 'plan.json', '--json')
    assert _busy(run(*options)[1])['gpu0'] == 0
    assert _busy(run(*options, '--replan-s', '0.5')[1])['gpu0'] > 0


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{', 'plan.json: is not JSON'),
        ('[]', 'plan.json: mapping: must map networks'),
        ('{"mapping": {"a": "gpu0"}}', 'plan.json: mapping.a: must be a list of units'),
        ('{"mapping": {"c": ["gpu0"]}}', 'plan.json: mapping.c: is not a task or network'),
        ('{"mapping": {"a": ["gpu0"]}}', 'plan.json: mapping.a: has 1 groups'),
        ('{"mapping": {"n": ["gpu0", "vic0"]}}', "mapping.n: stage y cannot run on 'vic0'"),
    ],
)
def test_a_plan_that_cannot_be_used_is_one_line(run, tmp_path, content, message):
    (tmp_path / 'plan.json').write_text(content)
    code, out, err = run('--plan', 'plan.json')
    assert (code, out) == (2, '')
    assert message in err
    assert err.count('\n') == 1


def test_a_missing_file_and_another_policy(run):
    code, _, err = run('--plan', 'nowhere.json')
    assert (code, err.count('nowhere.json: cannot be read')) == (2, 1)
    for option in (('--plan', 'plan.json'), ('--replan-s', '1')):
        code, _, err = run(*option, policy='edf')
        assert code == 2
        assert f'{option[0]} needs --policy plan_follower' in err

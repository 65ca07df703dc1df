# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``--explain`` of ``capacity``, ``plan`` and ``place``: what limits, and what would help."""

from __future__ import annotations

import json

import pytest
import yaml
from placements import app
from placements import COSTS
from placements import DEVICES

from edge_sched_ros.cli.main import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs a command on a file with some data."""
    monkeypatch.chdir(tmp_path)

    def _run(command, data, *arguments):
        (tmp_path / 'own.yaml').write_text(yaml.safe_dump(data))
        code = 0
        try:
            main([command, 'own.yaml', *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return _run


def changes_of(out):
    """Return the changes and their results."""
    explanation = json.loads(out)['explanation']
    return {one['change']: one['result'] for one in explanation['changes']}


def robot(rate_per_s):
    """Return a camera and a GPU that takes 12 ms."""
    task = {'network': 'detector', 'rate_per_s': rate_per_s, 'deadline_ms': 60}
    return {
        'devices': {'robot': {'units': {'gpu0': {}}}},
        'costs': {'detector': {'gpu': 12}},
        'tasks': {'front': task},
    }


def test_capacity_names_the_unit_and_what_would_help(run):
    code, out, _ = run('capacity', robot(36), '--explain', '--json')
    assert code == 0
    binding = json.loads(out)['explanation']['binding']
    assert binding.startswith('front does not fit: p99') and 'robot/gpu0 (0.432' in binding
    changes = changes_of(out)
    assert changes['10% lower rates on robot/gpu0'].startswith('all tasks would fit')
    assert changes['robot/gpu0 twice as fast'].startswith('all tasks would fit')
    code, out, _ = run('capacity', robot(60), '--explain', '--json')
    assert changes_of(out)['10% lower rates on robot/gpu0'].startswith('front would not fit: p99')


def test_capacity_names_the_rates_that_are_low_enough(run):
    code, out, _ = run('capacity', robot(150), '--explain', '--json')
    found = [one for one in changes_of(out).items() if 'times the rates on' in one[0]]
    assert code == 0 and len(found) == 1
    change, result = found[0]
    assert 0 < float(change.split()[0]) < 0.5 and result.startswith('all tasks would fit')


def test_capacity_names_the_first_limit_when_all_fit(run):
    code, out, _ = run('capacity', robot(30), '--explain')
    assert code == 0
    assert 'what limits: all tasks fit; robot/gpu0 is the first to limit, at 1.1' in out
    assert 'what would change it:' in out


def test_capacity_without_a_limit_says_so(run):
    free = robot(30)
    del free['tasks']['front']['deadline_ms']
    code, out, _ = run('capacity', free, '--explain', '--json')
    assert code == 0 and json.loads(out)['explanation']['binding']


def test_place_counts_what_refuses_and_what_more_would_host(run):
    apps = {f'hog{n}': app('only-gpu', rate_per_s=30) for n in range(3)}
    system = {'devices': DEVICES, 'costs': COSTS, 'tasks': apps}
    code, out, _ = run('place', system, '--explain', '--json')
    found = json.loads(out)
    assert code == 0 and found['rejected']
    assert 'the limit is' in found['explanation']['binding']
    before = found['hosted']
    more = changes_of(out)
    assert any(name.startswith('one more node like') for name in more)
    assert max(int(result.split()[0]) for result in more.values()) > before


def test_place_names_the_limit_that_refused_not_one_of_later_applications(run):
    """The first has too many requests in flight on an empty node; then others fill the node."""
    tasks = {
        'first': {'network': 'long', 'rate_per_s': 10},
        'later': {'network': 'short', 'rate_per_s': 70},
    }
    system = {
        'devices': {'node': {'units': {'gpu0': {}}}},
        'costs': {'long': {'gpu': 60}, 'short': {'gpu': 5}},
        'tasks': tasks,
    }
    code, out, _ = run('place', system, '--explain', '--json')
    found = json.loads(out)
    assert code == 0 and 'requests in flight' in found['rejected']['first']
    assert found['explanation']['binding'] == (
        '1 application is rejected; on 1 of 1 ways to host it the limit is the number of requests '
        'in flight'
    )


def test_place_with_room_says_so(run):
    system = {'devices': DEVICES, 'costs': COSTS, 'tasks': {'cam': app()}}
    code, out, _ = run('place', system, '--explain')
    assert code == 0 and 'what limits: every application is hosted' in out


def test_place_by_optimum_refuses_it(run):
    system = {'devices': DEVICES, 'costs': COSTS, 'tasks': {'cam': app()}}
    code, out, err = run('place', system, '--algorithm', 'optimum', '--explain')
    assert (code, out) == (2, '') and '--explain: has no effect' in err


def test_plan_names_the_busiest_unit_and_plans_again(run):
    pytest.importorskip('ortools', reason='needs OR-tools')
    data = {
        'units': {'gpu': {}, 'dla': {}},
        'contention': {
            'model': 'pairwise',
            'slowdown': {'gpu': {'dla': 1.5}, 'dla': {'gpu': 1.5}},
        },
        'networks': {
            'near': {'cost': {'gpu': [1.0, 1.0], 'dla': [2.0, 2.0]}},
            'far': {'cost': {'gpu': [2.0, 2.0], 'dla': [3.0, 3.0]}},
        },
    }
    code, out, _ = run('plan', data, '--explain', '--json')
    assert code == 0
    explanation = json.loads(out)['explanation']
    assert explanation['binding'].startswith(('gpu has', 'dla has'))
    changes = changes_of(out)
    assert set(changes) == {'gpu 10% faster', 'dla 10% faster', 'without contention'}
    assert all(result.startswith('min-makespan ') for result in changes.values())
    assert '(-' in changes['without contention']

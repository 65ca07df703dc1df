# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched plan``: its JSON and table, its options, mistakes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge_sched_ros.cli.main import main
from edge_sched_ros.installation.advice import install_command
from edge_sched_ros.installation.libraries import LIBRARIES

PLANS = Path(__file__).resolve().parents[2] / 'config' / 'plans'
PUBLISHED = PLANS / 'googlenet_alexnet_orin_contention.yaml'
FILE: dict[str, Any] = {
    'units': {'gpu': {'active_mw': 10_000}, 'dla': {'active_mw': 1000}},
    'networks': {
        'near': {'cost': {'gpu': [1.0, 1.0], 'dla': [2.0, 2.0]}},
        'far': {'cost': {'gpu': [2.0, 2.0], 'dla': [3.0, None]}},
    },
}

#: no unit can run both groups
APART = {'gpu': [1, None], 'dla': [None, 1]}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on a file of its own, in its folder."""
    monkeypatch.chdir(tmp_path)

    def plan(*arguments, data=FILE):
        Path('own.yaml').write_text(yaml.safe_dump(data))
        code = 0
        try:
            main(['plan', 'own.yaml', *arguments])
        except SystemExit as error:
            code = error.code
        out, error = capsys.readouterr()
        return code, out, error

    return plan


@pytest.mark.parametrize('objective', ['max-throughput', 'min-makespan', 'min-energy'])
def test_json(run, objective):
    code, out, error = run('--objective', objective, '--json')
    assert (code, error) == (0, '')
    found = json.loads(out)
    assert found.keys() >= {
        'objective', 'value', 'optimal', 'mapping', 'switches', 'baselines', 'solve_s',
    }  # fmt: skip
    assert found['objective'] == objective
    assert found['optimal'] is True
    assert {name: len(units) for name, units in found['mapping'].items()} == {'near': 2, 'far': 2}
    assert found['mapping']['far'][1] == 'gpu'
    for name, units in found['mapping'].items():
        assert found['switches'][name] == int(units[0] != units[1]) <= 1
    better = max if objective == 'max-throughput' else min
    assert better(found['value'], *found['baselines'].values()) == found['value']
    assert found['solve_s'] < 60


def test_the_table(run):
    code, out, _ = run()
    assert code == 0
    assert out.startswith('min-makespan: ')
    assert 'optimal' in out
    for word in ('near', 'far', 'gpu_only', 'herald_like', 'h2h_like', 'gpu_and_dla'):
        assert word in out


def test_the_published_file(capsys):
    main(['plan', str(PUBLISHED)])
    out = capsys.readouterr().out
    assert 'gpu 0-' in out
    assert 'dla 0-' in out


def _json(capsys, *arguments):
    main(['plan', *arguments, '--json'])
    return json.loads(capsys.readouterr().out)


def test_several_files_are_one_system(tmp_path, capsys):
    """What a file leaves out another may say; later ones override."""
    networks, units, faster = (tmp_path / f'{name}.yaml' for name in ('networks', 'units', 'new'))
    networks.write_text(yaml.safe_dump({'networks': FILE['networks']}))
    units.write_text(yaml.safe_dump({'units': FILE['units']}))
    faster.write_text(yaml.safe_dump({'units': {'dla': {'speed': 100}}}))
    assert _json(capsys, str(networks), str(units))['baselines']['gpu_only'] == 6.0
    found = _json(capsys, str(networks), str(units), str(faster))
    assert found['mapping']['near'] == ['dla', 'dla']


def test_what_comes_with_the_package(capsys):
    found = _json(capsys, 'robot_drone', 'orin_nx', '--time-limit-s', '0.5')
    assert set(found['mapping']) == {'detector', 'embedding', 'depth', 'flow', 'segmentation'}


def test_changes_of_unit_where_the_file_says_nothing(run):
    data = {**FILE, 'networks': {'n': {'cost': APART}, 'm': {'max_switches': 3, 'cost': APART}}}
    code, out, _ = run('--json', data=data)
    assert (code, json.loads(out)['switches']) == (0, {'n': 1, 'm': 1})
    code, _, error = run('--max-switches', '0', data=data)
    assert code == 2
    assert error.startswith(
        'edge-sched: own.yaml: networks.n: cannot run with only 0 changes of unit'
    )


def test_a_latency_bound(run):
    code, out, _ = run('--objective', 'min-energy', '--latency-bound-ms', '6', '--json')
    assert code == 0
    assert max(json.loads(out)['latency_ms'].values()) <= 6
    code, out, error = run('--latency-bound-ms', '1')
    assert (code, out) == (2, '')
    assert error.startswith('edge-sched: --latency-bound-ms: no plan keeps 1 ms; the best takes ')


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'units': {'gpu': {}}, 'networks': {'n': {'cost': {'dal': [1, 2]}}}},
         "own.yaml: networks.n.cost: unknown unit 'dal' (there are gpu)"),
        ({'max_switches': 0}, 'own.yaml: max_switches: is called networks.NAME.max_switches, or'),
        ({'networks': {'n': {'max_switches': 0, 'cost': APART}}},
         'own.yaml: networks.n: cannot run with only 0 changes of unit (see max_switches)'),
        ({'nets': {}}, 'own.yaml: nets: there is no such key'),
    ],
)  # fmt: skip
def test_bad_files(run, change, message):
    code, out, error = run(data={**FILE, **change})
    assert (code, out) == (2, '')
    assert error.startswith(f'edge-sched: {message}')
    assert error.count('\n') == 1


def test_energy_that_nobody_knows(run):
    code, _, error = run('--objective', 'min-energy', data={**FILE, 'units': ['gpu', 'dla']})
    assert code == 2
    assert error.startswith('edge-sched: own.yaml: energy_mj: the energy is not known')


@pytest.mark.parametrize(
    'arguments',
    [['--time-limit-s', '0'], ['--time-limit-s', 'nan'], ['--objective', 'max-fun'],
     ['--latency-bound-ms', '-1']],
)  # fmt: skip
def test_bad_options(run, arguments):
    code, out, error = run(*arguments)
    assert (code, out) == (2, '')
    assert arguments[0] in error


def test_without_the_solver_it_says_what_to_install(run, monkeypatch):
    for name in ('ortools', 'ortools.sat.python', 'ortools.sat.python.cp_model'):
        monkeypatch.setitem(sys.modules, name, None)
    code, out, error = run()
    assert (code, out) == (2, '')
    how = install_command(LIBRARIES['ortools'])
    assert error.startswith(f'edge-sched: ortools: is not installed: {how}')
    assert error.count('\n') == 1


def test_a_file_that_is_not_there(run):
    code = 0
    try:
        main(['plan', 'none.yaml'])
    except SystemExit as error:
        code = error.code
    assert code == 2

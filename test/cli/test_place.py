# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched place``: its JSON, its table, its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from placements import app
from placements import COSTS
from placements import DEVICES

from edge_sched_ros.cli.main import main

CONFIG = Path(__file__).resolve().parents[2] / 'config' / 'placement'
CLUSTER = {'devices': DEVICES, 'costs': COSTS}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on applications and a cluster."""
    monkeypatch.chdir(tmp_path)

    def place(*arguments, apps=None, cluster=None, **keys):
        wanted = {'tasks': apps or {'cam': app()}, **keys}
        (tmp_path / 'a.yaml').write_text(yaml.safe_dump(wanted))
        (tmp_path / 'c.yaml').write_text(yaml.safe_dump(CLUSTER if cluster is None else cluster))
        code = 0
        try:
            main(['place', '--apps', 'a.yaml', '--cluster', 'c.yaml', *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return place


def test_json_has_what_was_promised(run):
    code, out, _ = run('--json', apps={'cam': app(), 'hog': app('only-gpu', rate_per_s=39)})
    found = json.loads(out)
    assert code == 0
    assert (found['hosted'], found['violations']) == (1, 0)
    assert found['assignments'] == {'cam': 'tpu-0'}
    assert list(found['rejected']) == ['hog'] and 'would' in found['rejected']['hog']
    assert set(found['decision_ms']) == {'mean', 'p99'} and found['decision_ms']['mean'] > 0
    assert found['units'] == {'cam': ['cpu0', 'tpu0']}


@pytest.mark.parametrize(
    ('key', 'words'),
    [
        ('network', "tasks.cam.network: must be a name, not ''"),
        ('preprocess', "tasks.cam.preprocess: must be a name, not ''"),
    ],
)
def test_empty_text_is_no_name(run, key, words):
    code, out, error = run(apps={'cam': {**app(), key: ''}})
    assert (code, out, error.count('\n')) == (2, '', 1)
    assert words in error and error.startswith('edge-sched: a.yaml: ')


def test_many_nodes_show_how_far_it_is(run, monkeypatch):
    # as on a terminal, which is where bars are shown
    monkeypatch.setenv('FORCE_COLOR', '1')
    cluster = {**CLUSTER, 'devices': {'gpu': {**DEVICES['gpu'], 'count': 100_000}}}
    code, out, error = run('--json', apps={'a': app('small', count=2)}, cluster=cluster)
    assert (code, json.loads(out)['hosted']) == (0, 2)
    assert 'placing' in error and 'placing' not in out
    # nothing is shown of what takes a moment
    assert run(apps={'a': app('small', count=2)})[2] == ''


def test_a_knapsack_has_violations(run):
    code, out, _ = run('--json', '--algorithm', 'first-fit', apps={'a': app('large', count=8)})
    found = json.loads(out)
    assert (code, found['hosted'], found['violations']) == (0, 8, 8)
    assert set(found['late']) == set(found['assignments'])


def test_a_simulation_agrees(run):
    code, out, _ = run('--json', '--simulate', '20', apps={'a': app('small', count=6)})
    found = json.loads(out)
    assert (code, found['hosted'], found['violations']) == (0, 6, 0)
    simulated = found['simulated']
    assert simulated['violations'] == 0
    # 6 applications, 6 requests a second, 20 s
    assert simulated['answers'] == pytest.approx(720, rel=0.2)
    assert all(37 < time < 300 for time in simulated['response_ms'].values())


def test_what_the_simulation_sees_late_is_a_violation(run):
    apps = {'a': app('large', rate_per_s=9, count=5)}
    code, out, _ = run('--json', '--algorithm', 'first-fit', '--simulate', '20', apps=apps)
    found = json.loads(out)
    assert code == 0 and found['simulated']['violations'] == found['violations'] > 0
    assert all(why.startswith('simulated: ') for why in found['late'].values())


def test_the_optimum_says_its_bound(run):
    pytest.importorskip('ortools')
    code, out, _ = run('--json', '--algorithm', 'optimum', apps={'a': app(count=3)})
    found = json.loads(out)
    assert (code, found['hosted'], found['bound']) == (0, 3, 3)


def test_the_table_is_for_people(run):
    code, out, _ = run(apps={'cam': app(), 'hog': app('only-gpu', rate_per_s=39)})
    assert code == 0
    assert '1 of 2 applications hosted' in out and 'tpu-0' in out and 'rejected: hog' in out


def test_the_example_of_the_package_fits(run, capsys):
    files = [str(CONFIG / 'cameras.yaml'), str(CONFIG / 'nodes.yaml')]
    main(['place', *files, '--json'])
    found = json.loads(capsys.readouterr().out)
    assert found['hosted'] + len(found['rejected']) == 80
    assert found['violations'] == 0 and found['hosted'] > 70


@pytest.mark.parametrize(
    ('spec', 'problem'),
    [
        (app(rate_per_s=0), 'tasks.cam.rate_per_s: must be greater than 0'),
        (app(rate_per_s=-3), 'tasks.cam.rate_per_s: must be greater than 0'),
        (app('nothing'), "tasks.cam.network: there is no network 'nothing' (there are decode, "),
        (app(preprocess='x'), "tasks.cam.preprocess: there is no network 'x'"),
        (app(rate_per_s=60), 'tasks.cam.rate_per_s: keeps a unit of gpu busy 1.2 of the time'),
        (
            app(deadline_ms=36),
            'tasks.cam.deadline_ms: 36 ms is below the bare service time 37 ms on tpu',
        ),
        (app(typo=1), 'tasks.cam.typo: there is no such key'),
        (app(count=0), 'tasks.cam.count: '),
        (app(device='moon'), "tasks.cam.device: there is none called 'moon' (there are gpu, tpu)"),
        (app(enabled=False), 'tasks: is missing: none is enabled'),
    ],
)
def test_an_application_that_cannot_be_is_one_line_and_exit_code_2(run, spec, problem):
    code, out, err = run(apps={'cam': spec})
    assert (code, out) == (2, '')
    assert err.startswith('edge-sched: a.yaml: ') and err.count('\n') == 1
    assert problem in err


@pytest.mark.parametrize(
    ('cluster', 'problem'),
    [
        ({'costs': COSTS}, 'a.yaml, c.yaml: units: is missing: there is no device'),
        ({**CLUSTER, 'utilisation_limit': 1.2}, 'utilisation_limit: must be less than or equal'),
        ({**CLUSTER, 'apps': {}}, 'c.yaml: apps: is called tasks now'),
        (
            {**CLUSTER, 'devices': {**DEVICES, 'gpu-0': DEVICES['gpu']}},
            "c.yaml: devices.gpu.count: gives a second 'gpu-0'",
        ),
        (
            {
                **CLUSTER,
                'costs': {**COSTS, 'small': {'gpu': {'latency_ms': 1, 'swap_ms': 1}}},
            },
            'c.yaml: costs.small: swap_ms needs a unit with discipline fcfs; gpu/gpu0 has ps',
        ),
        (
            {**CLUSTER, 'costs': {**COSTS, 'small': {'dla': 3}}},
            "tasks.cam: no device can run 'small': none has its costs",
        ),
    ],
)
def test_a_cluster_that_cannot_be_is_one_line_and_exit_code_2(run, cluster, problem):
    code, out, err = run(cluster=cluster)
    assert (code, out) == (2, '')
    assert problem in err and err.count('\n') == 1


def test_a_network_whose_stages_need_several_units_is_told_by_what_is_missing(capsys):
    with pytest.raises(SystemExit):
        main(['place', 'fleet_drone_ground'])
    assert capsys.readouterr().err == (
        "edge-sched: fleet_drone_ground: tasks.detection: no unit can run 'detector', which is "
        'placed whole on one: drone/gpu0 has no cost of its stages track\n'
    )


def test_costs_may_stand_in_any_file_and_the_last_counts(run, tmp_path, capsys):
    own = {'costs': {'mine': {'gpu': 5}}}
    code, out, _ = run('--json', apps={'cam': app('mine')}, **own)
    assert code == 0 and json.loads(out)['assignments'] == {'cam': 'gpu-0'}
    (tmp_path / 'late.yaml').write_text('costs: {mine: {gpu: 5000}}')
    with pytest.raises(SystemExit):
        main(['place', 'a.yaml', 'c.yaml', 'late.yaml'])
    assert 'tasks.cam.rate_per_s: keeps a unit of gpu busy 30' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(['place'])
    assert capsys.readouterr().err.startswith('edge-sched place: missing FILES')


def test_a_unit_that_cannot_be_simulated_is_named(run):
    units = {'gpu0': {'discipline': 'priority'}, 'cpu0': {'kind': 'cpu'}}
    cluster = {**CLUSTER, 'devices': {'n': {'units': units}}}
    code, out, err = run('--simulate', '5', cluster=cluster, apps={'cam': app('only-gpu')})
    assert (code, out) == (2, '')
    assert err == 'edge-sched: n/gpu0: priorities on a node cannot be simulated\n'


@pytest.mark.parametrize('algorithm', ['ibis', 'optimum'])
def test_how_a_cascade_is_placed_is_said(run, algorithm):
    if algorithm == 'optimum':
        pytest.importorskip('ortools', reason='needs OR-tools')
    after = {**app(deadline_ms=400.0), 'probability': 0.5, 'fan_out': [1, 3]}
    del after['rate_per_s']
    apps = {'cam': app(rate_per_s=2.0), 'crops': {**after, 'after': 'cam'}}
    code, out, _ = run('--json', '--algorithm', algorithm, apps=apps)
    found = json.loads(out)
    assert code == 0 and found['hosted'] == 2 and list(found['cascades']) == ['crops']
    said = found['cascades']['crops']
    assert said.startswith('placed on its own, with 2 requests per second (rate of cam x ')
    assert said.endswith(
        '; 400 ms count from its own request, without the time of cam and the way from its node'
    )
    _, out, _ = run('--algorithm', algorithm, apps=apps)
    assert f'cascade: crops: {said}' in out.splitlines()
    _, out, _ = run(apps={'cam': app()})
    assert 'cascade' not in out

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A cost that was measured goes, in the same file, to every tool that needs it."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import pytest
import yaml

from edge_sched_ros.cli.main import main
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.system_file import SystemFile

MODELS = Path(__file__).resolve().parents[2] / 'models'
#: far apart, so that no frame waits for another whatever was measured
TASKS = {
    'detector': {'network': 'demo_detector', 'period_ms': 5e3, 'deadline_ms': 4e3},
    'tracker': {'network': 'demo_embedding', 'after': 'detector', 'fan_out': [1, 3]},
}
SUITE = {'scenarios': [{'workload': 'tasks.yaml', 'platforms': ['profile.yaml']}]}
JOINT = 'preprocess+infer+postprocess'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Measure the bundled networks on one or two cores, and say which tasks run."""
    made = tmp_path_factory.mktemp('way')
    units = ','.join(f'cpu{core}' for core in sorted(os.sched_getaffinity(0))[:2])
    networks = [str(MODELS / f'{name}.yaml') for name in ('detector', 'embedding')]
    quick = ['--variants', '--share', '0.9', '--max-s', '0.05', '--corun', '--corun-pairs', '2']
    output = ['-o', str(made / 'profile.yaml'), '--units', units]
    assert not main(['profile', *networks, *output, *quick])
    (made / 'tasks.yaml').write_text(yaml.safe_dump({'tasks': TASKS}))
    (made / 'suite.yaml').write_text(yaml.safe_dump(SUITE))
    on_one = {name: {'unit': units.split(',')[0]} for name in TASKS}
    (made / 'on_one.yaml').write_text(yaml.safe_dump({'tasks': on_one}))
    return made


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Return a function that runs a command beside the profile, which stays as it was."""
    monkeypatch.chdir(folder)
    before = Path('profile.yaml').read_bytes()

    def printed(*arguments):
        assert not main(list(arguments))
        assert Path('profile.yaml').read_bytes() == before
        return capsys.readouterr().out

    return printed


@pytest.fixture
def profile(folder) -> SystemFile:
    return load_system(folder / 'profile.yaml')


def _ways_ms(profile: SystemFile, network: str) -> list[float]:
    """Return what a network takes on every assignment of its stages to units."""
    times = {(one.begin, one.end): one.ms for one in profile.transitions}
    stages = profile.networks[network].first.stages
    return [
        sum(stage.cost[unit].latency_ms for stage, unit in zip(stages, units))
        + sum(times.get(pair, 0.0) for pair in itertools.pairwise(units))
        for units in itertools.product(*(stage.cost for stage in stages))
    ]


def _on_one_ms(profile: SystemFile, network: str) -> float:
    """Return what a network takes when all its stages run on the first unit."""
    unit = next(iter(profile.units))
    return sum(stage.cost[unit].latency_ms for stage in profile.networks[network].first.stages)


def test_the_node_begins_with_it(folder, profile):
    unit = next(iter(profile.units))
    values = {
        'tasks': ['detector', 'tracker'],
        'units': [unit],
        'profiles': str(folder / 'profile.yaml'),
        'detector.network': str(MODELS / 'detector.yaml'),
        'detector.topic': 'camera',
        'tracker.network': str(MODELS / 'embedding.yaml'),
        'tracker.after': 'detector',
    }
    pipeline = Pipeline(from_parameters(values), on_end=lambda _end: None)
    pipeline.load()
    try:
        use = pipeline.status().profile_use
        found = pipeline._running().read(
            lambda dispatcher, _: dispatcher.profiles.cost('detector', 'base', JOINT, unit)
        )
    finally:
        pipeline.unload()
    assert (use.doubts, use.unknown, use.missing, use.remark) == ((), (), (), '')
    expected_ns = _on_one_ms(profile, 'demo_detector') * 1e6
    assert found.expected_ns(1) == pytest.approx(expected_ns, abs=2)
    assert found.source == 'profile'


def test_simulate(run, profile):
    out = run('simulate', 'tasks.yaml', 'profile.yaml', '--seconds', '20', '--json')
    found = json.loads(out)['tasks']['detector']
    assert found['on_time'] == found['released'] == 4
    # some way to run it, as exactly as percentiles are kept
    ways = _ways_ms(profile, 'demo_detector')
    assert any(found['response_ms']['p50'] == pytest.approx(way, rel=0.03) for way in ways)


def test_compare(run):
    fast = ('--seeds', '1', '--seconds', '20', '--jobs', '1', '--json')
    found = json.loads(run('compare', '--suite', 'suite.yaml', '--policies', 'fcfs,edf', *fast))
    assert {one['policy'] for one in found['runs']} == {'fcfs', 'edf'}
    assert all(one['tasks']['detector']['on_time'] == 4 for one in found['runs'])


@pytest.mark.parametrize('files', [['profile.yaml'], ['tasks.yaml', 'profile.yaml']])
def test_plan(run, profile, files):
    pytest.importorskip('ortools')
    found = json.loads(run('plan', *files, '--json'))
    assert set(found['mapping']) == set(profile.networks)
    for network in profile.networks:
        assert found['latency_ms'][network] >= min(_ways_ms(profile, network)) - 1e-6


def test_capacity(run, profile):
    found = json.loads(run('capacity', 'tasks.yaml', 'profile.yaml', 'on_one.yaml', '--json'))
    # waits for next to nothing
    expected_ms = _on_one_ms(profile, 'demo_detector')
    assert found['tasks']['detector']['mean_ms'] == pytest.approx(expected_ms, rel=0.05)
    assert all(task['feasible'] for task in found['tasks'].values())


def test_place(run):
    found = json.loads(run('place', 'tasks.yaml', 'profile.yaml', '--json'))
    assert found['rejected'] == {} and set(found['assignments']) == set(TASKS)


def test_kube_node(run, folder, profile, monkeypatch):
    pytest.importorskip('kubernetes', reason='kubernetes is not installed')
    pytest.importorskip('kmock', reason='kmock is not installed')
    from fake_api import FakeApi
    from kube_objects import node

    from edge_sched_ros.cluster.node_units import NodeUnits

    unit = next(iter(profile.units))
    found = NodeUnits({}, 'Board')
    monkeypatch.setattr('edge_sched_ros.cluster.node_units.discover', lambda kinds: found)
    options = ('--kubeconfig', 'kubeconfig', '--node', 'robot', '--profiles', 'profile.yaml')
    with FakeApi(folder) as api:
        api.put('nodes', node('robot'))
        said = json.loads(run('kube', 'node', *options, '--once', '--json'))
    published = json.loads(said['metadata']['annotations']['edge-sched.io/profiles'])
    assert set(published) == set(profile.networks)
    expected_ms = _on_one_ms(profile, 'demo_detector')
    assert published['demo_detector'][unit]['latency_ms'] == pytest.approx(expected_ms)

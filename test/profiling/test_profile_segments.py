# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks in segments: measured per segment, and read by all that read profiles."""

from __future__ import annotations

import json
import os

import pytest
import yaml
from profiles import cost
from segments import BRANCHES
from segments import CHAIN
from segments import cut
from segments import write_branching
from segments import write_cut

from edge_sched_ros.cli.main import main
from edge_sched_ros.pipeline.costs import profile_targets
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.profiling import session
from edge_sched_ros.profiling.additions import digest
from edge_sched_ros.profiling.measure import OnUnit
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.graph import network_graph
from edge_sched_ros.system.loading import load_system

pytest.importorskip('onnxruntime')

FILES = ('net.segments.yaml', 'p.yaml')
STAGES = ['preprocess', *BRANCHES, 'postprocess']


def _cpu0() -> str:
    return f'cpu{min(os.sched_getaffinity(0))}'


@pytest.fixture
def profile(tmp_path, capsys, monkeypatch):
    """Return a function that measures networks with the command, on one core."""
    # in MiB, without a process for each file
    sizes = {f'net.{name}.onnx': size for size, name in enumerate(BRANCHES, 1)}
    monkeypatch.setattr(
        profile_targets, 'measure_memory', lambda *a: float(sizes.get(a[-1].name, 9))
    )

    def run(*networks, code=0):
        quick = ('--units', _cpu0(), '--max-s', '0.05', '--share', '0.9')
        try:
            main(
                ['profile', *map(str, networks), '-o', str(tmp_path / 'p.yaml'), *quick, '--json']
            )
        except SystemExit as error:
            assert error.code == code
        return json.loads(capsys.readouterr().out)

    return run


def test_every_segment_is_measured_and_written_as_a_stage(tmp_path, profile):
    path = write_cut(tmp_path)
    found = profile(path)['networks']['net']['variants']['base']
    assert [stage['name'] for stage in found['stages']] == STAGES
    costs = [stage['cost'][_cpu0()] for stage in found['stages']]
    assert all(cost['latency_ms'] > 0 for cost in costs)
    assert [cost.get('memory_mib') for cost in costs] == [None, 1, 2, 3, 4, None]
    assert found['tensors']['a'] == {'dtype': 'float32', 'shape': [1, 1, 32, 32]}
    # devices agree on a network by its segments' digests, whichever file they read
    graphs = [network_graph(load_system(str(tmp_path / name)), 'net') for name in FILES]
    assert graphs[0].digest == graphs[1].digest
    assert [s.name for s in graphs[1].segments] == STAGES
    assert graphs[1].segments[4].inputs == ('a', 'b', 'c')


def test_costs_of_other_segments_or_of_the_whole_are_not_kept(tmp_path, profile):
    path = write_cut(tmp_path, segments=CHAIN)
    profile(path)
    first = read_profile(tmp_path / 'p.yaml').networks['net'].first
    cut(tmp_path / 'net.onnx', BRANCHES)
    profile(path)
    second = read_profile(tmp_path / 'p.yaml').networks['net'].first
    assert [stage.name for stage in second.stages] == STAGES
    assert first.sha256 != second.sha256
    data = yaml.safe_load(path.read_text())
    del data['segments']
    path.write_text(yaml.safe_dump(data))
    profile(path)
    third = read_profile(tmp_path / 'p.yaml').networks['net'].first
    assert [stage.name for stage in third.stages] == ['preprocess', 'infer', 'postprocess']
    assert third.sha256 == digest(tmp_path / 'net.onnx')
    assert not third.tensors


def test_it_is_measured_once(tmp_path, profile, monkeypatch):
    sure = {'measured': {**cost()['measured'], 'half_width_ms': 0.01}, 'latency_ms': 2.0}
    found = OnUnit(dict.fromkeys(STAGES, Cost.model_validate(sure)), sure=True)
    asked = []
    monkeypatch.setattr(session, 'measure', lambda *a, **_: (asked.append(a[2]), found)[1])
    path = write_cut(tmp_path)
    assert profile(path)['networks'] == profile(path)['networks']
    assert asked == [_cpu0()]


def test_the_planner_and_the_node_read_it(tmp_path, profile):
    path = write_cut(tmp_path)
    profile(path)
    problem = problem_of(load_system(str(tmp_path / 'p.yaml')))
    (network,) = problem.networks
    assert network.groups == len(STAGES) and network.max_switches == 3
    values = {
        'tasks': ['detector'],
        'detector.network': str(path),
        'detector.topic': 'camera',
        'units': [_cpu0()],
        'profiles': str(tmp_path / 'p.yaml'),
    }
    pipeline = Pipeline(from_parameters(values), on_end=lambda _end: None)
    pipeline.load()
    try:
        use = pipeline._profile_use
        assert (use.missing, use.stale, use.unknown) == ((), (), ())
        write_branching(tmp_path / 'net.onnx', factor=0.5)
        cut(tmp_path / 'net.onnx', BRANCHES)
    finally:
        pipeline.unload()
    pipeline.load()
    try:
        assert pipeline._profile_use.stale == ('net',)
    finally:
        pipeline.unload()

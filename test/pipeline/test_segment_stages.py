# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks in segments, end to end: on cores, and on stand-ins of GPU and DLA."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import yaml
from jetson import machine
from jetson import Run
from jetson import stand_ins
from jetson import units_by_stage
from segments import BRANCHES
from segments import CHAIN
from segments import change
from segments import cut
from segments import write_branching
from segments import write_cut

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.tensorrt.execution import TensorRtError
from edge_sched_ros.execution.tensorrt.execution import TensorRtNetwork
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.system.loading import load_system

pytest.importorskip('onnxruntime')

ALL = ('cpu0', 'cpu1', 'gpu0', 'dla0')
FRAMES = range(1, 13)
DEPTH = {'decoder': 'depth_metric', 'decoder_options': {'min_m': 0.0}}
ACCURACY = {'metric': 'mAP', 'value': 0.9, 'source': 'a test'}


@pytest.fixture
def fake(monkeypatch):
    with stand_ins(monkeypatch) as fake:
        yield fake


def _config(path, *others, **more):
    tasks = ['depth', *(f'other{index}' for index, _ in enumerate(others))]
    networks = dict(zip(tasks, (path, *others)))
    return from_parameters(
        {
            'tasks': tasks,
            **{f'{task}.network': str(network) for task, network in networks.items()},
            **{f'{task}.topic': 'camera' for task in tasks},
            **{f'{task}.deadline_ms': 600_000 for task in tasks},
            **{name.replace('__', '.'): value for name, value in more.items()},
        }
    )


def _whole(path):
    """Return the same network, not cut."""
    data = yaml.safe_load(path.read_text())
    del data['segments']
    whole = path.with_name(f'whole_{path.name}')
    whole.write_text(yaml.safe_dump(data))
    return whole


def _depths(ends):
    assert {end.outcome for end in ends} == {'on_time'}, [(e.task, e.reason) for e in ends]
    return {end.frame.seq: end.result.depth_m for end in ends}


def _stages(run, task='depth'):
    specs = {spec.name: spec for spec in run.pipeline._loaded().tasks}
    return {v.name: [stage.name for stage in v.stages] for v in specs[task].variants}


@pytest.mark.parametrize('segments', [BRANCHES, CHAIN])
def test_the_answers_are_those_of_the_whole_network_to_the_bit(fake, tmp_path, segments):
    path = write_cut(tmp_path, segments=segments, **DEPTH)
    here = machine(tmp_path / 'engines', 'cpu0', 'cpu1')
    with Run(_config(_whole(path)), here) as run:
        wanted = _depths(run.send(*FRAMES))
    with Run(_config(path), here) as run:
        ours = _depths(run.send(*FRAMES))
        first, *rest = segments
        assert _stages(run)['base'] == [
            f'preprocess+{first}',
            *rest[:-1],
            f'{rest[-1]}+postprocess',
        ]
        # the status and what is published name every segment
        assert set(units_by_stage(run.ends)) == {'preprocess', *segments, 'postprocess'}
    assert wanted.keys() == ours.keys()
    for seq, depth in wanted.items():
        assert np.array_equal(depth, ours[seq], equal_nan=True)


def test_segments_between_which_nothing_can_run_are_the_whole_network(fake, tmp_path, monkeypatch):
    loaded = []
    real = OnnxRuntimeEngine.load
    monkeypatch.setattr(
        OnnxRuntimeEngine,
        'load',
        lambda self, spec, unit: (loaded.append(spec.file.name), real(self, spec, unit))[1],
    )
    path = write_cut(tmp_path, segments=CHAIN, **DEPTH)
    one, two = (machine(tmp_path / 'engines', *names) for names in (('cpu0',), ('cpu0', 'cpu1')))
    with Run(_config(path), two) as run:
        wanted = _depths(run.send(*FRAMES))
    loaded.clear()
    with Run(_config(path), one) as run:
        ours = _depths(run.send(*FRAMES))
        # the segments are checked, and freed
        assert loaded == ['net.stem.onnx', 'net.rest.onnx', 'net.onnx']
        ((by_unit,),) = run.pipeline._loaded().makers.networks.values()
        assert [info.name for info in by_unit['cpu0'].outputs] == ['output']
        # costs of the joint stage are those of the segments together
        assert _stages(run)['base'] == ['preprocess+stem+rest+postprocess']
        assert set(units_by_stage(run.ends)) == {'preprocess', 'stem+rest', 'postprocess'}
        run.pipeline.write_system(str(tmp_path / 'robot.yaml'))
    for seq, depth in wanted.items():
        assert np.array_equal(depth, ours[seq], equal_nan=True)
    saved = load_system(tmp_path / 'robot.yaml').networks['net'].first
    assert [stage.name for stage in saved.stages] == ['preprocess', *CHAIN, 'postprocess']
    loaded.clear()
    # with another task, that one may run between them
    with Run(_config(path, _whole(path)), one) as run:
        _depths(run.send(*FRAMES))
    assert loaded[:2] == ['net.stem.onnx', 'net.rest.onnx']


def test_segments_run_on_every_unit_that_holds_them(fake, tmp_path, monkeypatch):
    ran = set()
    real = TensorRtNetwork._run
    monkeypatch.setattr(
        TensorRtNetwork,
        '_run',
        lambda self, *given: (ran.add(self._session.target.name), real(self, *given))[1],
    )
    path = write_cut(tmp_path, **DEPTH)
    with Run(_config(_whole(path)), machine(tmp_path / 'engines', 'cpu0')) as run:
        wanted = _depths(run.send(*FRAMES))
    with Run(_config(path, policy='round_robin'), machine(tmp_path / 'engines', *ALL)) as run:
        ours = _depths(run.send(*FRAMES))
        assert not run.pipeline.status().missing
        units = units_by_stage(run.ends)
    assert {unit for stage in BRANCHES for unit in units[stage]} == set(ALL)
    assert ran == {'gpu0', 'dla0'}
    for seq, depth in wanted.items():
        assert np.abs(depth - ours[seq]).max() < 0.03
    # one engine a segment, for the GPU and for the DLA
    assert fake.build.builds == 2 * len(BRANCHES)


def test_a_segment_that_a_dla_cannot_hold_goes_to_the_gpu(fake, tmp_path, caplog):
    path = write_cut(tmp_path, matmul=True, **DEPTH)
    here = machine(tmp_path / 'engines', 'cpu0', 'gpu0', 'dla0')
    config = _config(path, depth__units=['dla0', 'gpu0'], require_units=True)
    with caplog.at_level(logging.WARNING), Run(config, here) as run:
        _depths(run.send(*FRAMES))
        stages = {s.name: s.units for s in run.pipeline._loaded().tasks[0].variants[0].stages}
        assert not run.pipeline.status().missing
    assert stages['right'] == ('gpu0',)
    assert set(stages['left']) == {'dla0', 'gpu0'}
    (told,) = [r.getMessage() for r in caplog.records if '/right' in r.getMessage()]
    assert told.startswith('depth: base/right does not run on dla0: ')
    assert 'stages.right.file: ' in told and 'the DLA cannot run layer MatMul' in told
    assert told.endswith('; it goes to gpu0') and '\n' not in told


def test_a_segment_that_runs_nowhere_is_named(fake, tmp_path):
    path = write_cut(tmp_path, matmul=True)
    here = machine(tmp_path / 'engines', 'cpu0', 'dla0')
    with pytest.raises(ConfigError, match=r'stages\.right\.file: .*MatMul') as caught:
        Run(_config(path, depth__units=['dla0']), here).pipeline.load()
    assert '\n' not in str(caught.value)


def test_a_unit_that_holds_no_segment_is_left_out_with_the_reason(fake, tmp_path, monkeypatch):
    real = TensorRtNetwork._run

    def run(self, *given):
        if self._session.target.name == 'dla0':
            raise TensorRtError('broken')
        return real(self, *given)

    monkeypatch.setattr(TensorRtNetwork, '_run', run)
    path = write_cut(tmp_path, **DEPTH)
    with Run(_config(path), machine(tmp_path / 'engines', 'cpu0', 'gpu0', 'dla0')) as desk:
        _depths(desk.send(*FRAMES))
        status = desk.pipeline.status()
        assert list(status.missing) == ['dla0 (depth)']
        assert 'broken' in status.missing['dla0 (depth)']
        assert 'dla0' not in {u for units in units_by_stage(desk.ends).values() for u in units}


def test_a_segment_that_fails_in_rehearsal_is_left_out_there_alone(fake, tmp_path, monkeypatch):
    real = TensorRtNetwork._run

    def run(self, *given):
        if self._session.target.name == 'gpu0' and len(self.inputs) == len(BRANCHES['head'][0]):
            raise TensorRtError('broken')
        return real(self, *given)

    monkeypatch.setattr(TensorRtNetwork, '_run', run)
    path = write_cut(tmp_path, **DEPTH)
    with Run(_config(path), machine(tmp_path / 'engines', 'cpu0', 'gpu0')) as desk:
        _depths(desk.send(*FRAMES))
        stages = {s.name: s.units for s in desk.pipeline._loaded().tasks[0].variants[0].stages}
        assert not desk.pipeline.status().missing
    assert stages['head+postprocess'] == ('cpu0',)
    assert set(stages['stem']) == {'cpu0', 'gpu0'}


def test_all_segments_are_freed(fake, tmp_path, monkeypatch):
    held = set()
    begin, end = TensorRtNetwork.__init__, TensorRtNetwork.close
    monkeypatch.setattr(
        TensorRtNetwork,
        '__init__',
        lambda self, *a, **k: (held.add(self), begin(self, *a, **k))[1],
    )
    monkeypatch.setattr(TensorRtNetwork, 'close', lambda self: (end(self), held.discard(self))[0])
    path = write_cut(tmp_path, **DEPTH)
    with Run(_config(path), machine(tmp_path / 'engines', 'cpu0', 'gpu0')) as run:
        _depths(run.send(1, 2))
        assert len(held) == len(BRANCHES)
    assert not held


@pytest.mark.parametrize(
    ('keys', 'told'),
    [
        (
            {'tensors': {'a': [1, 2, 32, 32]}},
            'stages.stem.outputs: net.stem.onnx has a float32 [1, 1, 32, 32], '
            'the key says a float32 [1, 2, 32, 32]',
        ),
        ({'left__inputs': ['input']}, 'stages.left.inputs: net.left.onnx has a float32'),
        ({'left__outputs': ['c'], 'right__outputs': ['b']}, 'stages.left.outputs: net.left.onnx'),
    ],
)
def test_tensors_that_are_not_as_the_file_says_are_named(fake, tmp_path, keys, told):
    path = write_cut(tmp_path)
    file = tmp_path / 'net.segments.yaml'
    if 'tensors' in keys:
        known = yaml.safe_load(file.read_text())['networks']['net']['tensors']
        shapes = {n: {'dtype': 'float32', 'shape': s} for n, s in keys['tensors'].items()}
        keys = {'tensors': {**known, **shapes}}
    change(file, **keys)
    with pytest.raises(ConfigError) as caught:
        Run(_config(path), machine(tmp_path / 'engines', 'cpu0')).pipeline.load()
    assert str(caught.value).startswith(f'{file}: networks.net.{told}')


def test_variants_with_and_without_segments_stand_beside_each_other(fake, tmp_path):
    write_branching(tmp_path / 'light.onnx', factor=0.5)
    light = {'name': 'light', 'file': 'light.onnx', 'accuracy': ACCURACY}
    path = write_cut(tmp_path, variants=[light], accuracy=ACCURACY, **DEPTH)
    here = machine(tmp_path / 'engines', 'cpu0', 'gpu0')
    with Run(_config(path), here) as run:
        assert _stages(run) == {
            'base': ['preprocess', *BRANCHES, 'postprocess'],
            'light': ['preprocess', 'infer', 'postprocess'],
        }
    found = {}
    for variant in ('base', 'light'):
        with Run(_config(path, depth__variant=variant), here) as run:
            found[variant] = _depths(run.send(1))[1]
            assert {end.variant for end in run.ends} == {variant}
    assert np.abs(found['light'] - found['base'] / 2).max() < 0.01


def test_a_variant_may_be_cut_where_its_network_is_not(fake, tmp_path):
    write_branching(tmp_path / 'light.onnx', factor=0.5)
    segments = cut(tmp_path / 'light.onnx', CHAIN).name
    light = {'name': 'light', 'file': 'light.onnx', 'accuracy': ACCURACY, 'segments': segments}
    path = _whole(write_cut(tmp_path, variants=[light], accuracy=ACCURACY, **DEPTH))
    with Run(_config(path), machine(tmp_path / 'engines', 'cpu0', 'cpu1')) as run:
        assert _stages(run) == {
            'base': ['preprocess+infer+postprocess'],
            'light': ['preprocess+stem', 'rest+postprocess'],
        }
        _depths(run.send(*FRAMES))


def test_segments_are_one_stage_where_nobody_else_wants_the_only_core(fake, tmp_path):
    path = write_cut(tmp_path, **DEPTH)
    one = machine(tmp_path / 'engines', 'cpu0')
    with Run(_config(path), one) as run:
        assert _stages(run)['base'] == ['+'.join(['preprocess', *BRANCHES, 'postprocess'])]
    with Run(_config(path, _whole(path)), one) as run:
        assert len(_stages(run)['base']) == len(BRANCHES)
        assert _stages(run, 'other0')['base'] == ['preprocess+infer+postprocess']

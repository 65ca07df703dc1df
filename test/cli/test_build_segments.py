# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched build`` of networks in segments: an engine each, on units that can hold it."""

from __future__ import annotations

import json

import cv2
import numpy as np
import onnx
import pytest
from fake_tensorrt import fake_tensorrt
from onnx import helper
from onnx import TensorProto
from pictures import textured
from segments import BRANCHES
from segments import change
from segments import digest
from segments import SIDE
from segments import write_cut

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

onnxruntime = pytest.importorskip('onnxruntime')


@pytest.fixture
def fake(monkeypatch):
    with fake_tensorrt(monkeypatch, '10.3') as fake:
        yield fake


def _build(folder, path, *arguments):
    main(['build', str(path), '--cache', str(folder / 'cache'), *arguments])


@pytest.mark.parametrize('unit', ['gpu', 'dla0'])
def test_each_segment_has_an_engine_that_the_scheduler_finds(fake, capsys, tmp_path, unit):
    path = write_cut(tmp_path)
    _build(tmp_path, path, '--unit', unit, '--json')
    found = json.loads(capsys.readouterr().out)
    assert [line['segment'] for line in found] == list(BRANCHES)
    engine = TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'cache'), build_missing=False)
    name, kind = ('gpu0', 'gpu') if unit == 'gpu' else (unit, 'dla')
    for stage, part in load_network(path).parts.items():
        network = engine.load(part, Unit(name, kind))
        assert [info.name for info in network.inputs] == BRANCHES[stage][0]
        network.close()


def test_a_segment_that_a_dla_cannot_run_is_named_and_left_out(fake, capsys, tmp_path):
    path = write_cut(tmp_path, matmul=True)
    _build(tmp_path, path, '--unit', 'dla0')
    out, error = capsys.readouterr()
    assert 'net/left' in out and 'net/right' not in out
    (line,) = error.strip().splitlines()
    assert line.startswith('not built for dla0: ')
    assert 'stages.right.file: ' in line and 'MatMul' in line


def test_a_network_of_which_a_dla_runs_nothing_is_refused(fake, capsys, tmp_path):
    path = write_cut(tmp_path, segments={'all': (['input'], ['output'])}, matmul=True)
    with pytest.raises(SystemExit) as caught:
        _build(tmp_path, path, '--unit', 'dla0')
    assert caught.value.code == 2
    assert 'stages.all.file: ' in capsys.readouterr().err


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / 'pictures'
    folder.mkdir()
    for number in range(4):
        # brighter from one to the next, so that it shows which were seen
        picture = (textured(SIDE, SIDE, number) * (0.4 + 0.15 * number)).astype(np.uint8)
        assert cv2.imwrite(str(folder / f'{number}.png'), picture)
    return folder


def _tensors_of(folder, path):
    """Return the largest absolute value of every tensor on the pictures, by the whole network."""
    spec, preprocessor = load_network(path), OpenCvPreprocessor()
    model = onnx.load(str(spec.file))
    model.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in 'abc'
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    largest = dict.fromkeys(('input', 'a', 'b', 'c'), 0.0)
    for file in sorted(folder.glob('*.png')):
        image = SourceImage.from_compressed(file.read_bytes())
        tensor = preprocessor.prepare(image, spec.input)[0]
        given = dict(zip('abc', session.run(['a', 'b', 'c'], {'input': tensor})), input=tensor)
        largest = {name: max(most, abs(given[name]).max()) for name, most in largest.items()}
    return largest


@pytest.mark.parametrize('unit', ['gpu', 'dla0'])
def test_ranges_of_each_segment_are_measured_on_what_it_takes(
    fake, capsys, tmp_path, pictures, unit
):
    path = write_cut(tmp_path)
    _build(tmp_path, path, '--unit', unit, '--calibrate', str(pictures), '--json')
    found = json.loads(capsys.readouterr().out)
    assert [(line['segment'], line['precision']) for line in found] == [
        (name, 'int8') for name in BRANCHES
    ]
    largest = _tensors_of(pictures, path)
    for segment, (inputs, _) in BRANCHES.items():
        told = (tmp_path / f'net.{segment}.calib').read_text().split('input: ')[1].split(' of ')
        assert float(told[0]) == pytest.approx(max(largest[name] for name in inputs), rel=1e-6)
        assert int(told[1]) == 4
    # what starts the robot needs neither the pictures nor another build
    settings = BuildSettings(cache=tmp_path / 'cache', precision='int8')
    engine = TensorRtEngine(settings=settings, build_missing=False)
    name, kind = ('gpu0', 'gpu') if unit == 'gpu' else (unit, 'dla')
    for part in load_network(path).parts.values():
        engine.load(part, Unit(name, kind)).close()


def test_one_table_for_all_segments_is_refused(fake, capsys, tmp_path, pictures):
    path, table = write_cut(tmp_path), tmp_path / 'own.calib'
    with pytest.raises(SystemExit) as caught:
        _build(tmp_path, path, '--calibrate', str(pictures), '--calibration', str(table))
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert '--calibration: names one table' in told and len(told.strip().splitlines()) == 1
    assert not table.exists()


def test_a_segment_that_cannot_be_run_is_named(fake, capsys, tmp_path, pictures):
    path = write_cut(tmp_path)
    broken = tmp_path / 'net.stem.onnx'
    broken.write_bytes(b'no network')
    change(tmp_path / 'net.segments.yaml', stem__digest=digest(broken))
    with pytest.raises(SystemExit) as caught:
        _build(tmp_path, path, '--calibrate', str(pictures))
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert 'net.stem.onnx' in told and len(told.strip().splitlines()) == 1

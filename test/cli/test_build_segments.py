# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched build`` of networks in segments: an engine each, on units that can hold it."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from fake_tensorrt import fake_tensorrt
from segments import BRANCHES
from segments import write_cut

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

pytest.importorskip('onnxruntime')


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


def test_ranges_of_segments_cannot_be_measured(fake, capsys, tmp_path):
    path = write_cut(tmp_path)
    pictures = tmp_path / 'pictures'
    pictures.mkdir()
    assert cv2.imwrite(str(pictures / 'one.png'), np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(SystemExit) as caught:
        _build(tmp_path, path, '--calibrate', str(pictures))
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert 'measures no ranges of segments' in told and len(told.strip().splitlines()) == 1

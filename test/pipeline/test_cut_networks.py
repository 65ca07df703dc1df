# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks that ``edge-sched cut`` has cut give the same answers as whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from jetson import machine
from jetson import Run

from edge_sched_ros.cli.main import main
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.scenes.scene import Scene

pytest.importorskip('onnxruntime')

MODELS = Path(__file__).resolve().parents[2] / 'models'
FRAMES = range(40, 44)


def _frames():
    scene = Scene(seed=4)
    for seq in FRAMES:
        picture = np.ascontiguousarray(scene.frame(seq).image_bgr)
        height, width = picture.shape[:2]
        image = SourceImage.from_raw(
            picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
        )
        yield Frame('camera', seq, seq, 'lens', image)


def _cut(folder, name, *options):
    """Cut a bundled network, and return a copy of its YAML that names its segments."""
    assert not main(['cut', str(MODELS / f'demo_{name}.onnx'), '-o', str(folder), *options])
    data = yaml.safe_load((MODELS / f'{name}.yaml').read_text())
    data['file'] = str(MODELS / data['file'])
    data['segments'] = f'demo_{name}.segments.yaml'
    for variant in data['variants']:
        variant['file'] = str(MODELS / variant['file'])
    path = folder / f'{name}.yaml'
    path.write_text(yaml.safe_dump(data))
    return path


def _results(networks, folder, monkeypatch):
    """Return (task, frame) -> result, and the stages of each task."""
    values = {
        'tasks': ['detector', 'tracker', 'depth'],
        'detector.network': str(networks['detector']),
        'tracker.network': str(networks['embedding']),
        'tracker.after': 'detector',
        'depth.network': str(networks['depth']),
        'detector.topic': 'camera',
        'depth.topic': 'camera',
        **{f'{task}.deadline_ms': 60_000 for task in ('detector', 'tracker', 'depth')},
        **{f'{task}.variant': 'base' for task in ('detector', 'tracker', 'depth')},
    }
    frames = {frame.seq: frame for frame in _frames()}
    monkeypatch.setattr('jetson.picture', frames.__getitem__)
    with Run(from_parameters(values), machine(folder, 'cpu0', 'cpu1')) as run:
        ends = run.send(*FRAMES)
    assert {end.outcome for end in ends} == {'on_time'}, [(e.task, e.reason) for e in ends]
    stages = {end.task: [stage.stage for stage in end.stages] for end in ends}
    return {(end.task, end.frame.seq): end.result for end in ends}, stages


def test_cut_networks_give_the_same_answers(tmp_path, monkeypatch, capsys):
    whole = {name: MODELS / f'{name}.yaml' for name in ('detector', 'embedding', 'depth')}
    wanted, _ = _results(whole, tmp_path, monkeypatch)
    cut = {name: _cut(tmp_path, name, '--max-parts', '3') for name in whole}
    ours, stages = _results(cut, tmp_path, monkeypatch)
    segments = ['preprocess', 'seg0', 'seg1', 'seg2', 'postprocess']
    assert stages == dict.fromkeys(('detector', 'tracker', 'depth'), segments)
    assert ours.keys() == wanted.keys()
    seen = 0
    for (task, seq), result in wanted.items():
        other = ours[task, seq]
        if task == 'depth':
            assert np.array_equal(result.depth_m, other.depth_m, equal_nan=True)
            continue
        assert np.array_equal(result.boxes_xyxy, other.boxes_xyxy)
        assert np.array_equal(result.scores, other.scores)
        assert np.array_equal(result.track_ids, other.track_ids)
        seen += len(result)
    assert seen > 2 * len(FRAMES), 'frames without objects show nothing'

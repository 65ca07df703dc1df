# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bundled networks on rendered frames: the same results and ledger with and without C++."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from jetson import machine
from jetson import Run
from native_forms import assert_same

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.native import loading
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.scenes.scene import Scene

pytest.importorskip('edge_sched_ros._native')
pytest.importorskip('onnxruntime')

_MODELS = Path(__file__).resolve().parents[2] / 'models'
_TASKS = {'detector': 'detector', 'tracker': 'embedding', 'depth': 'depth'}
_FRAMES = range(30, 42)


@pytest.fixture(scope='module')
def frames():
    """Rendered pictures as cameras send them, in turn as BGR and RGB."""
    scene, made = Scene(seed=4), {}
    for seq in _FRAMES:
        encoding = 'rgb8' if seq % 2 else 'bgr8'
        picture = scene.frame(seq).image_bgr
        data = np.ascontiguousarray(picture[..., ::-1] if seq % 2 else picture)
        height, width = picture.shape[:2]
        image = SourceImage.from_raw(
            data.reshape(-1), width=width, height=height, encoding=encoding, step=3 * width
        )
        made[seq] = Frame('camera', seq, seq, 'lens', image)
    return made


def _ends(native, folder, frames, monkeypatch):
    """Return the ended jobs of a run by task and frame, and what was native by task."""
    values = {
        'tasks': list(_TASKS),
        'native': native,
        'tracker.after': 'detector',
        'detector.topic': 'camera',
        'depth.topic': 'camera',
    }
    for task, network in _TASKS.items():
        values[f'{task}.network'] = str(_MODELS / f'{network}.yaml')
        values[f'{task}.deadline_ms'] = 60_000
        values[f'{task}.variant'] = 'base'
    monkeypatch.setattr('jetson.picture', frames.__getitem__)
    with Run(from_parameters(values), machine(folder, 'cpu0')) as run:
        ends = {(end.task, end.frame.seq): end for end in run.send(*_FRAMES)}
        return ends, run.pipeline.status().native


def test_results_and_ledger_are_those_of_the_form_in_python(tmp_path, frames, monkeypatch):
    # the node's parameter chooses for the whole process
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    wanted, none = _ends('off', tmp_path, frames, monkeypatch)
    ours, native = _ends('require', tmp_path, frames, monkeypatch)
    assert none == {}
    assert native == {
        'detector': 'preprocessing, decoding',
        'tracker': 'preprocessing, tracking',
        'depth': 'preprocessing, decoding',
    }
    assert ours.keys() == wanted.keys() and len(ours) == len(_TASKS) * len(_FRAMES)
    for key, theirs in wanted.items():
        assert (ours[key].outcome, ours[key].reason) == (theirs.outcome, theirs.reason)
        # boxes of yolox differ in the last bits, and with them what is cut out for appearances
        assert_same(ours[key].result, theirs.result, rtol=1e-5, atol=1e-3)
    tracks = [end.result.track_ids for (task, _), end in ours.items() if task == 'tracker']
    assert sum(map(len, tracks)) > 2 * len(_FRAMES)
    for key, end in ours.items():
        if key[0] == 'tracker':
            np.testing.assert_array_equal(end.result.track_ids, wanted[key].result.track_ids)

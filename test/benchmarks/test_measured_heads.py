# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every head that a benchmark compares agrees with its reference decoding."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import box_heads
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit

SPEC = InputSpec(416, 416, align='topleft')
RAW = np.random.default_rng(3)


@pytest.fixture(scope='module')
def seen():
    """Return candidates with some objects, as YOLOX gives them."""
    cells, _ = box_heads.grid_of(416, 416, (8, 16, 32))
    raw = np.zeros((len(cells), 5 + 6), np.float32)
    raw[:, :2] = RAW.random(cells.shape)
    raw[:, 2:4] = RAW.random(cells.shape) * 1.5
    raw[:, 4] = 0.01
    raw[:, 5:] = RAW.random((len(cells), 6)) * 0.3
    rows = RAW.choice(len(cells), 60, replace=False)
    raw[rows, 4], raw[rows, 5 + rows % 6] = 0.95, 0.4 + 0.5 * RAW.random(60)
    selected = box_heads.reference('yolox', {'output': raw[None]}, (416, 416), least=0.3, most=0.5)
    return box_heads.candidates(raw, SPEC, selected)


@pytest.mark.parametrize('head', box_heads.ENCODED)
def test_a_head_agrees_with_its_reference(head, seen):
    counts = {}
    box_heads._add(counts, head, box_heads.ENCODED[head](seen), SPEC, fit(SPEC, 1280, 720), 0.3)
    count = counts[head]
    assert count.references == count.found > 20
    assert count.share == 1.0


def test_a_time_is_printed_for_each_dense_head(monkeypatch, capsys):
    monkeypatch.setattr('sys.argv', ['x', '--time', '--runs', '1'])
    box_heads.main()
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[1:]] == ['yolox', 'yolov5', 'yolov8', 'yolov4', 'ssd']

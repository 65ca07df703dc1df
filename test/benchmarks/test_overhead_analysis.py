# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node adds: from its own arrival times and the times of publication."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.overhead import added_ms
from benchmarks.side_by_side.analysis.overhead import inside
from benchmarks.side_by_side.analysis.overhead import Node

MS = 1_000_000


def test_transport_before_and_after_does_not_count():
    stamps = np.array([0, 100], np.int64) * MS
    sent = np.array([7, 108], np.int64) * MS
    heard = Heard(stamps, sent, sent + 50 * MS)
    stages = [['preprocess', 'cpu0', 2.0, 3.0], ['infer', 'cpu0', 3.0, 6.0]]
    timings = [
        {'stamp_ns': 0, 'age_ms': 2.0, 'stages': stages},
        {'stamp_ns': 100 * MS, 'age_ms': 1.0, 'stages': stages},
        # dropped: no answer; and one of another round
        {'stamp_ns': 200 * MS, 'age_ms': 1.0, 'stages': []},
    ]
    node = inside(stamps, heard, timings)
    assert node.inside_ms == {0: pytest.approx(5.0), 1: pytest.approx(7.0)}
    assert node.stages_ms == {0: pytest.approx(4.0), 1: pytest.approx(4.0)}


def test_frames_are_compared_with_the_same_picture_in_the_bare_loop():
    nodes = [Node({0: 6.0, 1: 9.0}, {0: 5.0, 1: 8.0})]
    found = added_ms(nodes, [[5.0, 8.0], [5.0, 8.0], [50.0, 8.0]])
    assert found['median_ms'] == pytest.approx(1.0)
    assert found['outside_stages_median_ms'] == pytest.approx(1.0)


def test_without_answers_there_are_gaps():
    assert added_ms([Node()], [[5.0]])['median_ms'] is None

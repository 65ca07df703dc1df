# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The short campaign: every kind of fault once, with a seed of its own."""

from __future__ import annotations

import pytest
from faults.campaign import LONG
from faults.campaign import run
from faults.campaign import why_not
from faults.kinds import FAULTS

#: the node takes a second or two for each: of the faults that both scenes have, it gets a part
_EVERY = 10
_PAIRS = [
    (fault, scene)
    for number, fault in enumerate(FAULTS)
    for scene in fault.scenes
    if scene not in LONG and (scene != 'node' or len(fault.scenes) == 1 or number % _EVERY == 0)
]


@pytest.mark.parametrize(
    ('fault', 'scene'),
    [
        pytest.param(
            fault, scene, id=f'{fault.name}, {scene}', marks=[pytest.mark.ros] * (scene == 'node')
        )
        for fault, scene in _PAIRS
    ],
)
def test_a_fault_is_told_and_touches_nobody_else(fault, scene):
    if scene == 'node':
        pytest.importorskip('rclpy', reason='ROS 2 is not here')
    if (reason := why_not(fault, scene)) is not None:
        pytest.skip(reason)
    seed = _PAIRS.index((fault, scene))
    # times are measured by the long form alone, which also makes a clean run for each seed
    assert run(fault, scene, seed, clean_seed=0).failures() == []

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a GPU is held back is told by when it computes, not by how long stages take."""

from __future__ import annotations

from sysfs import COMPUTERS

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.telemetry.sampler import Sampler
from edge_sched_ros.execution.telemetry.sampler import UnitUse
from edge_sched_ros.execution.units import LocalUnit

S = 1_000_000_000
ALL_THE_TIME = {'gpu0': UnitUse(1.0, 5)}


def test_a_slow_clock_means_nothing_while_the_driver_sees_an_idle_gpu(tmp_path):
    # 612 of 1300 MHz; a stage may wait on the CPU the whole second
    tree = COMPUTERS['agx_orin_jp6'].tree(tmp_path)
    sampler = Sampler((LocalUnit(Unit('gpu0', 'gpu')),), root=tmp_path)
    for second in range(4):
        found = sampler.sample(second * S, ALL_THE_TIME)
        assert found.changes == () and not found.readings['gpu0'].throttled
    tree.write('sys/class/devfreq/17000000.gpu/device/load', 990)
    changes = [c for s in range(4, 7) for c in sampler.sample(s * S, ALL_THE_TIME).changes]
    assert [(c.unit, round(c.speed, 2)) for c in changes] == [('gpu0', 0.47)]
    assert 'clock of 612 of 1300 MHz while busy' in changes[0].reason

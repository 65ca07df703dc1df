# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Power of a unit above idle, from the files of a known computer."""

from __future__ import annotations

import pytest
from profiles import Clock
from profiles import Costed
from profiles import target
from profiles import units
from sysfs import Computer
from sysfs import orin_nx
from sysfs import plain_pc

from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.energy_meter import EnergyMeter
from edge_sched_ros.profiling.measure import measure
from edge_sched_ros.profiling.repeat import Limits

CPU0, GPU0 = units('cpu0', 'gpu0')
#: the same rails in the same places, 2 W more on that of CPU, GPU and CV
BUSY = {'VDD_IN': (5_000, 1_700), 'VDD_CPU_GPU_CV': (5_000, 700), 'VDD_SOC': (5_000, 250)}
LIMITS = Limits(min_runs=300, max_runs=300)


def _measured(clock, meter, folder, unit='cpu0'):
    program = Costed(('preprocess', 'infer'), lambda *_: 10.0, clock.spend)
    on = {'preprocess': (CPU0,), 'infer': (CPU0, GPU0)}
    one = target(program, on, file=folder)
    with Bench((CPU0, GPU0), clock_ns=clock) as bench:
        return measure(bench, one, unit, LIMITS, meter=meter)


@pytest.fixture
def clock():
    return Clock()


def test_a_rail_above_idle_times_the_time(clock, tmp_path):
    tree = Computer(orin_nx, 6).tree(tmp_path)
    meter = EnergyMeter((CPU0, GPU0), MachineReader([0], tmp_path).read)
    # idle: 5 V, 0.3 A on the rail of CPU, GPU and CV
    assert 'VDD_CPU_GPU_CV' in meter.find_rails(clock())
    tree.rails('1-0040', BUSY)
    found = _measured(clock, meter, tmp_path)
    # 2 W more for 10 ms
    assert found.stages['infer'].energy_mj == pytest.approx(20.0)
    assert found.stages['infer'].measured.energy_source == 'VDD_CPU_GPU_CV'


def test_units_on_one_rail_share_by_their_time(clock, tmp_path):
    tree = Computer(orin_nx, 6).tree(tmp_path)
    meter = EnergyMeter((CPU0, GPU0), MachineReader([0], tmp_path).read)
    meter.find_rails(clock())
    tree.rails('1-0040', BUSY)
    found = _measured(clock, meter, tmp_path, 'gpu0')
    # half of the time the CPU prepares
    assert found.stages['infer'].energy_mj == pytest.approx(20.0)
    assert list(found.stages) == ['infer']


def test_a_pc_counts_energy(clock, tmp_path):
    tree = Computer(plain_pc, 4).tree(tmp_path)
    counter = 'sys/class/powercap/intel-rapl:0/energy_uj'
    reader = MachineReader([0], tmp_path)

    def read(now_ns, before):
        # 1 W when idle for the first second, 3 W while it works
        spent_uj = now_ns / 1e3 * 1 if now_ns <= 1e9 else 1e6 + (now_ns - 1e9) / 1e3 * 3
        tree.write(counter, round(1_000_000 + spent_uj))
        return reader.read(now_ns, before)

    meter = EnergyMeter((CPU0,), read)
    meter.find_rails(clock())
    clock.spend(1000)
    assert meter.find_rails(clock()) == ('CPU package (RAPL)',)
    found = _measured(clock, meter, tmp_path)
    assert found.stages['infer'].energy_mj == pytest.approx(20.0, rel=0.01)


def test_without_a_rail_nothing_is_made_up(clock, tmp_path):
    meter = EnergyMeter((CPU0,), MachineReader([0], tmp_path).read)
    assert meter.find_rails(clock()) == ()
    found = _measured(clock, meter, tmp_path)
    assert found.stages['infer'].energy_mj is None
    assert found.stages['infer'].measured.energy_source == ''

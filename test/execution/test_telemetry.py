# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Temperatures, power and clocks of known computers, and what becomes of them."""

from __future__ import annotations

import math
import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sysfs import COMPUTERS

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.telemetry import unit_watch
from edge_sched_ros.execution.telemetry.activity import active_share
from edge_sched_ros.execution.telemetry.activity import Activity
from edge_sched_ros.execution.telemetry.activity import PowerTimes
from edge_sched_ros.execution.telemetry.energy import energy_estimate_mj
from edge_sched_ros.execution.telemetry.gpu import Gpu
from edge_sched_ros.execution.telemetry.ina3221 import Ina3221
from edge_sched_ros.execution.telemetry.jtop import read_engine_clocks
from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
from edge_sched_ros.execution.telemetry.machine_reader import PACKAGE
from edge_sched_ros.execution.telemetry.rails import rail_of
from edge_sched_ros.execution.telemetry.rapl import Energy
from edge_sched_ros.execution.telemetry.rapl import power_mw
from edge_sched_ros.execution.telemetry.rapl import Rapl
from edge_sched_ros.execution.telemetry.sampler import Sampler
from edge_sched_ros.execution.telemetry.sampler import UnitUse
from edge_sched_ros.execution.telemetry.thermal import Thermal
from edge_sched_ros.execution.telemetry.unit_watch import UnitSigns
from edge_sched_ros.execution.telemetry.unit_watch import UnitWatch
from edge_sched_ros.execution.units import LocalUnit

S = 1_000_000_000


def _tree(computer, root):
    return COMPUTERS[computer].tree(root)


# --- readers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('computer', 'rails', 'total'),
    [
        (
            'agx_orin_jp5',
            {'VDD_GPU_SOC': 3800, 'VDD_CPU_CV': 950, 'VIN_SYS_5V0': 3000, 'VDDQ_VDD2_1V8AO': 500},
            8250,
        ),
        ('orin_nx', {'VDD_IN': 6000, 'VDD_CPU_GPU_CV': 1500, 'VDD_SOC': 1250}, 6000),
        ('xavier', {'GPU': 900, 'CPU': 700, 'CV': 100}, 1700),
        ('plain_pc', {}, None),
    ],
)
def test_rails_are_read_as_every_release_shows_them(tmp_path, computer, rails, total):
    _tree(computer, tmp_path)
    found = Ina3221(tmp_path).read()
    assert {rail.label: rail.power_mw for rail in found.rails} == rails
    assert found.total_mw == total
    assert bool(found.reason) == (not rails)


def test_thors_input_is_measured_by_another_monitor(tmp_path):
    tree = _tree('thor', tmp_path)
    place = 'sys/bus/i2c/devices/2-0044'
    tree.write(f'{place}/name', 'ina238')
    tree.write(f'{place}/hwmon/hwmon5/name', 'ina238')
    # mV, mA, and microwatts
    for name, value in (('in1', 19_800), ('curr1', 2_500), ('power1', 49_500_000)):
        tree.write(f'{place}/hwmon/hwmon5/{name}_input', value)
    tree.rails('2-0040', {'VDD_GPU': (19_000, 500), 'VDD_CPU_SOC_MSS': (19_000, 300)})
    found = Ina3221(tmp_path).read()
    assert {rail.label: rail.power_mw for rail in found.rails} == {
        'VDD_GPU': 9500,
        'VDD_CPU_SOC_MSS': 5700,
        'VIN': 49_500,
    }
    assert found.total_mw == 49_500
    tree.write(f'{place}/hwmon/hwmon5/label', 'VDD_IN_CARRIER')
    assert Ina3221(tmp_path).read().rails[-1].label == 'VDD_IN_CARRIER'


def test_a_rail_that_cannot_be_read_now_is_unknown_and_so_is_the_total(tmp_path):
    tree = _tree('agx_orin_jp6', tmp_path)
    monitor = Ina3221(tmp_path)
    tree.remove('sys/bus/i2c/devices/1-0040/hwmon/hwmon3/curr2_input')
    found = monitor.read()
    powers = {rail.label: rail.power_mw for rail in found.rails}
    assert powers['VDD_CPU_CV'] is None and powers['VDD_GPU_SOC'] == 3800
    assert found.total_mw is None


@pytest.mark.parametrize(
    ('labels', 'rails'),
    [
        (
            ('VDD_GPU_SOC', 'VDD_CPU_CV', 'VIN_SYS_5V0'),
            {
                'gpu': 'VDD_GPU_SOC',
                'cpu': 'VDD_CPU_CV',
                'dla': 'VDD_CPU_CV',
                'pva': 'VDD_CPU_CV',
                'vic': 'VDD_GPU_SOC',
            },
        ),
        (
            ('VDD_IN', 'VDD_CPU_GPU_CV', 'VDD_SOC'),
            {'gpu': 'VDD_CPU_GPU_CV', 'dla': 'VDD_CPU_GPU_CV', 'ofa': 'VDD_SOC'},
        ),
        (('GPU', 'CPU', 'SOC', 'CV'), {'gpu': 'GPU', 'dla': 'CV', 'vic': 'SOC', 'cpu': 'CPU'}),
        (('VDD_CPU_GPU_CV', 'VDD_GPU'), {'gpu': 'VDD_GPU', 'cpu': 'VDD_CPU_GPU_CV'}),
        (('VDD_IN',), {'gpu': '', 'cpu': ''}),
    ],
)
def test_a_rail_is_found_by_what_its_label_says_it_feeds(labels, rails):
    assert {kind: rail_of(kind, labels) for kind in rails} == rails


@pytest.mark.parametrize('computer', ['agx_orin_jp5', 'agx_orin_jp6', 'orin_nx', 'xavier', 'thor'])
def test_the_gpu_is_found_whatever_its_folder_is_called(tmp_path, computer):
    _tree(computer, tmp_path)
    found = Gpu(tmp_path).read()
    assert (found.load, found.clock_hz, found.cap_hz) == (0.25, 612_000_000, 1_300_000_000)
    assert (found.governor, found.reason) == ('nvhost_podgov', '')


def test_other_devfreq_devices_are_no_gpu(tmp_path):
    tree = _tree('plain_pc', tmp_path)
    tree.gpu('2c60000.external-memory-controller', 'external-memory-controller')
    assert Gpu(tmp_path).read().reason


@pytest.mark.parametrize('computer', ['agx_orin_jp5', 'agx_orin_jp6'])
def test_zones_belong_to_units_and_those_switched_off_to_none(tmp_path, computer):
    _tree(computer, tmp_path)
    heat = Thermal(tmp_path).read()
    found = {kind: heat.temperature_c(kind) for kind in ('cpu', 'gpu', 'dla', 'pva', 'vic')}
    assert found == {'cpu': 48.0, 'gpu': 45.5, 'dla': 44.0, 'pva': 44.0, 'vic': 46.0}


@pytest.mark.parametrize(
    ('cooling', 'slowed'),
    [
        ({'pwm-fan': 9, 'Fan': 1, 'cpu-fan': 2}, {}),
        ({'Processor': -1}, {}),
        ({'cpufreq-cpu0': 1}, {'cpu': 'cpufreq-cpu0'}),
        ({'Processor': 2, 'intel_powerclamp': -1, 'LCD': 5}, {'cpu': 'Processor'}),
        ({'devfreq-17000000.ga10b': 3}, {'gpu': 'devfreq-17000000.ga10b'}),
        ({'gpu-throttle-alert': 1}, {'gpu': 'gpu-throttle-alert'}),
        ({'cv-throttle-alert': 1}, {'dla': 'cv-throttle-alert', 'pva': 'cv-throttle-alert'}),
        ({'cpu-throttle-alert': 0}, {}),
    ],
)
def test_what_slows_a_unit_down(tmp_path, cooling, slowed):
    tree = _tree('orin_nano', tmp_path)
    tree.cooling(cooling)
    heat = Thermal(tmp_path).read()
    kinds = ('cpu', 'gpu', 'dla', 'pva', 'vic', 'ofa')
    assert {k: heat.slowed_by(k) for k in kinds if heat.slowed_by(k)} == slowed


@pytest.mark.parametrize('computer', ['agx_orin_jp5', 'agx_orin_jp6'])
def test_powered_time_is_found_below_either_bus(tmp_path, computer):
    _tree(computer, tmp_path)
    assert Activity(tmp_path).read() == {
        'dla0': PowerTimes(1_000, 9_000),
        'dla1': PowerTimes(0, 10_000),
        'pva0': PowerTimes(500, 9_500),
        'vic0': PowerTimes(2_000, 8_000),
    }


times = st.integers(0, 10**9)


@given(times, times, times, times)
def test_a_share_of_time_is_a_share(active, suspended, more_active, more_suspended):
    before = PowerTimes(active, suspended)
    now = PowerTimes(active + more_active, suspended + more_suspended)
    share = active_share(before, now)
    if more_active + more_suspended == 0:
        assert share is None
    else:
        assert share == more_active / (more_active + more_suspended)
    if more_active:
        assert active_share(now, PowerTimes(active, 10**10)) is None
        # a counter that went back is of a device that started anew
        assert active_share(now, before) is None


def test_energy_of_a_pc_and_its_counters_end(tmp_path):
    tree = _tree('plain_pc', tmp_path)
    rapl = Rapl(tmp_path)
    before = rapl.read()
    tree.write('sys/class/powercap/intel-rapl:0/energy_uj', 31_000_000)
    assert power_mw(before, rapl.read(), 2.0) == 15_000
    assert power_mw(Energy(900, 1000), Energy(100, 1000), 1.0) == 0.2
    tree.remove('sys/class/powercap/intel-rapl:0/energy_uj')
    assert 'root only' in rapl.read().reason
    assert power_mw(before, rapl.read(), 2.0) is None
    assert Rapl(tmp_path / 'nowhere').read().reason


def test_where_nothing_can_be_read_everything_has_a_reason(tmp_path):
    found = MachineReader((0,), tmp_path).read(0, None)
    assert set(found.reasons) == {'power', 'temperature', 'gpu', 'power_mode', 'energy'}
    assert all(found.reasons.values())
    assert (found.rails_mw, found.times, found.mode.name) == ({}, {}, None)


# --- jtop --------------------------------------------------------------------------------------


def _jtop(monkeypatch, engine, *, ok=True):
    module = ModuleType('jtop')

    class Service:
        def __init__(self, interval):
            self.engine = engine

        def __enter__(self):
            if engine is None:
                raise RuntimeError('The jtop.service is not active')
            return self

        def __exit__(self, *_):
            pass

        def ok(self):
            return ok

    module.jtop = Service
    monkeypatch.setitem(sys.modules, 'jtop', module)


def test_jtop_tells_clocks_where_it_is_installed(monkeypatch):
    off, on = {'online': False, 'max': 5}, {'online': True, 'cur': 614, 'max': 1369}
    _jtop(monkeypatch, {'DLA0': {'DLA0_CORE': on}, 'VIC': {'VIC': off}, 'SE': {'SE': on}})
    found = read_engine_clocks()
    assert (found.clock_khz, found.cap_khz) == ({'dla0': 614}, {'dla0': 1369, 'vic0': 5})
    assert not found.reason


@pytest.mark.parametrize(
    ('engine', 'ok', 'reason'),
    [(None, True, 'service is not active'), ({}, False, 'no answer'), ({}, True, 'no engine')],
)
def test_jtop_that_cannot_be_used_is_only_a_reason(monkeypatch, engine, ok, reason):
    _jtop(monkeypatch, engine, ok=ok)
    assert reason in read_engine_clocks().reason


def test_jtop_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, 'jtop', None)
    assert 'cannot be imported' in read_engine_clocks().reason


# --- what changed ------------------------------------------------------------------------------


def _looks(watch, *signs):
    """Return every change as state, speed and reason, or None."""
    found = [watch.update(UnitSigns(**sign)) for sign in signs]
    return [f if f is None else (f.state, round(f.speed, 3), f.reason) for f in found]


def test_a_power_mode_that_caps_the_clock_is_told_once_and_only_when_it_stays():
    watch = UnitWatch('gpu0')
    fast = {'cap_mhz': 1300.0, 'mode': 'MAXN'}
    slow = {'cap_mhz': 650.0, 'mode': 'MODE_30W'}
    reason = 'clock cap 650 MHz in power mode MODE_30W, profiled at 1300'
    assert _looks(watch, fast, slow, fast) == [None, None, None]
    assert _looks(watch, slow, slow, slow) == [None, ('available', 0.5, reason), None]
    assert _looks(watch, fast, fast, fast) == [None, ('available', 1.0, ''), None]


def test_profiles_of_another_clock_count_from_the_first_look():
    watch = UnitWatch('gpu0', profile_mhz=1300.0)
    assert _looks(watch, {'cap_mhz': 650.0})[0][:2] == ('available', 0.5)


def test_full_speed_is_told_even_when_it_is_near():
    watch = UnitWatch('gpu0')
    caps = [1000.0, 900.0, 900.0, 955.0, 955.0, 1000.0, 1000.0, 1000.0]
    told = _looks(watch, *({'cap_mhz': cap} for cap in caps))
    assert [found and found[1] for found in told] == [
        None,
        None,
        0.9,
        None,
        0.955,
        None,
        1.0,
        None,
    ]


def test_what_slowed_a_unit_once_is_forgotten_when_it_ends():
    watch = UnitWatch('cpu0')
    cool = {'clock_mhz': 2000.0, 'cap_mhz': 2000.0, 'busy': 1.0}
    _looks(watch, *[{**cool, 'clock_mhz': 1000.0, 'slowed_by': 'cpufreq-cpu0'}] * 2)
    _looks(watch, *[{**cool, 'busy': 0.0}] * 5)
    idle = {'cap_mhz': 2000.0, 'slowed_by': 'cpufreq-cpu0'}
    assert _looks(watch, *[idle] * 2) == [None, ('available', 1.0, 'throttled by cpufreq-cpu0')]


def test_throttling_begins_after_two_looks_and_ends_after_five():
    watch = UnitWatch('cpu0')
    cool = {'clock_mhz': 2000.0, 'cap_mhz': 2000.0, 'busy': 1.0}
    hot = {**cool, 'clock_mhz': 1000.0, 'slowed_by': 'cpufreq-cpu0'}
    assert _looks(watch, hot, cool, hot) == [None] * 3
    assert _looks(watch, hot) == [('available', 0.5, 'throttled by cpufreq-cpu0')]
    assert watch.throttled
    assert _looks(watch, *[cool] * 4, hot) == [('available', 1.0, 'throttled by cpufreq-cpu0')] + [
        None
    ] * 3 + [('available', 0.5, 'throttled by cpufreq-cpu0')]
    found = _looks(watch, *[{}] * unit_watch.END_AFTER)
    assert found[:-1] == [None] * 4
    assert found[-1] == ('available', 1.0, '')
    assert not watch.throttled


def test_a_busy_unit_far_below_its_cap_is_throttled_and_an_idle_one_is_not():
    busy, idle = UnitWatch('cpu0'), UnitWatch('cpu0')
    slow = {'clock_mhz': 1200.0, 'cap_mhz': 2000.0}
    told = _looks(busy, *[{**slow, 'busy': 0.95}] * 2)
    reason = 'throttled by a clock of 1200 of 2000 MHz while busy'
    assert told == [None, ('available', 0.6, reason)]
    assert _looks(idle, *[{**slow, 'busy': 0.5}] * 3) == [None] * 3
    near = {**slow, 'clock_mhz': 1800.0, 'busy': 1.0}
    assert _looks(UnitWatch('cpu0'), *[near] * 3) == [None] * 3


def test_a_core_that_is_switched_off_is_lost_and_comes_back():
    watch = UnitWatch('cpu9')
    off = {'online': False, 'mode': 'MODE_15W'}
    lost = ('unavailable', 1.0, 'switched off (power mode MODE_15W)')
    assert _looks(watch, {}, off, off, {}) == [None, lost, None, ('available', 1.0, '')]


signs = st.builds(
    UnitSigns,
    clock_mhz=st.none() | st.floats(1, 4000),
    cap_mhz=st.none() | st.floats(1, 4000),
    busy=st.floats(0, 1),
    slowed_by=st.sampled_from(['', 'cpufreq']),
    online=st.booleans(),
)


@given(st.lists(signs, max_size=60))
def test_whatever_is_seen_speeds_are_possible_and_no_two_changes_say_the_same(seen):
    watch, told = UnitWatch('cpu0'), None
    for sign in seen:
        change = watch.update(sign)
        if change is None:
            continue
        assert change.speed > 0 and math.isfinite(change.speed)
        assert change != told
        told = change


@given(st.lists(signs, max_size=20))
def test_what_stays_the_same_is_soon_told_no_more(seen):
    watch = UnitWatch('cpu0')
    for sign in seen:
        watch.update(sign)
    last = UnitSigns(clock_mhz=1000.0, cap_mhz=1000.0, busy=1.0)
    # back, its cap, its clock, and that it is throttled no more
    assert sum(watch.update(last) is not None for _ in range(20)) <= 4
    assert watch.update(last) is None and not watch.throttled


# --- units -------------------------------------------------------------------------------------


def _units(*names):
    return tuple(
        LocalUnit(Unit(name, name[:3]), int(name[3:]) if name.startswith('cpu') else None)
        for name in names
    )


def test_an_orin_brings_its_readings_to_its_units(tmp_path):
    tree = _tree('agx_orin_jp6', tmp_path)
    sampler = Sampler(_units('cpu0', 'gpu0', 'dla0', 'vic0'), root=tmp_path)
    first = sampler.sample(0, {})
    assert first.changes == ()
    cpu, gpu, dla, vic = (first.readings[n] for n in ('cpu0', 'gpu0', 'dla0', 'vic0'))
    assert (cpu.temperature_c, gpu.temperature_c, dla.temperature_c) == (48.0, 45.5, 44.0)
    assert (cpu.rail, cpu.power_mw, cpu.shares_rail_with) == ('VDD_CPU_CV', 950, ('dla0',))
    assert (gpu.rail, gpu.power_mw, gpu.shares_rail_with) == ('VDD_GPU_SOC', 3800, ('vic0',))
    assert (gpu.clock_mhz, gpu.cap_mhz, dla.cap_mhz) == (612.0, 1300.0, 1369.6)
    assert math.isnan(dla.clock_mhz) and math.isnan(vic.cap_mhz) and math.isnan(dla.active_share)
    tree.powered('bus@0/13e00000.host1x', {'15880000.nvdla0': (1_250, 9_750)})
    assert sampler.sample(S, {}).readings['dla0'].active_share == 0.25
    values = dla.values()
    assert values['rail_shared_with'] == 'cpu0'
    assert 'clock_mhz' not in values and values['rail_power_mw'] == '950'


def test_a_power_mode_changes_the_speed_of_every_unit_it_caps(tmp_path):
    tree = _tree('agx_orin_jp6', tmp_path)
    tree.write('var/lib/nvpmodel/status', 'pmode:0003')
    sampler = Sampler(_units('cpu0', 'cpu9', 'gpu0', 'dla0', 'pva0'), root=tmp_path)
    assert sampler.sample(0, {}).changes == ()
    tree.write('var/lib/nvpmodel/status', 'pmode:0002')
    tree.write('sys/class/devfreq/17000000.gpu/max_freq', 612_000_000)
    tree.write('sys/devices/system/cpu/online', '0-7')
    changes = [*sampler.sample(S, {}).changes, *sampler.sample(2 * S, {}).changes]
    found = {c.unit: (c.state, round(c.speed, 3)) for c in changes}
    assert found == {
        'cpu9': ('unavailable', 1.0),
        'gpu0': ('available', round(612 / 1300, 3)),
        'pva0': ('available', round(512 / 704, 3)),
    }
    assert all('MODE_30W' in c.reason for c in changes)


def test_a_pc_has_one_rail_for_all_its_cores(tmp_path):
    tree = _tree('plain_pc', tmp_path)
    sampler = Sampler(_units('cpu0', 'cpu1'), root=tmp_path)
    assert math.isnan(sampler.sample(0, {}).readings['cpu0'].power_mw)
    tree.write('sys/class/powercap/intel-rapl:0/energy_uj', 11_000_000)
    found = sampler.sample(S, {}).readings['cpu1']
    assert (found.rail, found.power_mw, found.shares_rail_with) == (PACKAGE, 10_000, ('cpu0',))
    assert found.temperature_c == 52.0


def test_nothing_is_known_of_a_unit_nothing_is_read_of(tmp_path):
    found = Sampler(_units('cpu0', 'gpu0'), root=tmp_path).sample(0, {'gpu0': UnitUse(1.0, 5)})
    assert found.changes == ()
    assert [reading.values() for reading in found.readings.values()] == [{}, {}]


def test_energy_is_divided_by_busy_time_above_idle(tmp_path):
    tree = _tree('agx_orin_jp6', tmp_path)
    sampler = Sampler(_units('cpu0', 'dla0', 'gpu0'), root=tmp_path)
    sampler.sample(0, {})
    # 3 W more than idle on the rail of cpu0 and dla0, for 2 s
    tree.write('sys/bus/i2c/devices/1-0040/hwmon/hwmon3/in2_input', 79_000)
    uses = {'cpu0': UnitUse(0.25, 10), 'dla0': UnitUse(0.5, 5), 'gpu0': UnitUse(0.5, 0)}
    found = sampler.sample(2 * S, uses).readings
    assert found['cpu0'].energy_per_stage_estimate_mj == pytest.approx(2000 / 10)
    assert found['dla0'].energy_per_stage_estimate_mj == pytest.approx(4000 / 5)
    assert math.isnan(found['gpu0'].energy_per_stage_estimate_mj)
    # while busy, whoever it was: 6 J in 1.5 s
    assert found['cpu0'].busy_power_estimate_mw == pytest.approx(4000)
    assert found['dla0'].busy_power_estimate_mw == pytest.approx(4000)
    assert 'busy_power_estimate_mw' in found['cpu0'].values()
    idle = sampler.sample(3 * S, {}).readings
    assert math.isnan(idle['cpu0'].busy_power_estimate_mw)


powers = st.floats(0, 60_000)


@given(powers, powers, st.lists(st.floats(0, 10), min_size=1, max_size=6), st.floats(0.1, 10))
def test_estimates_add_up_to_what_the_rail_took_above_idle(rail, idle, busy, period):
    parts = [energy_estimate_mj(rail, idle, one, sum(busy), period) for one in busy]
    assert all(part >= 0 for part in parts)
    assert sum(parts) <= max(0.0, rail - idle) * period * (1 + 1e-9) + 1e-9
    if sum(busy) > 1e-6 and rail > idle:
        assert sum(parts) == pytest.approx((rail - idle) * period, rel=1e-6)

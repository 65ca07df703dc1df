# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of telemetry that come after the start, go, and come again."""

from __future__ import annotations

import logging
import shutil

import pytest
from sysfs import Tree

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution import registry
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.signs import read_signs
from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
from edge_sched_ros.execution.telemetry.sampler import Sampler
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.health.late_drivers import LateDrivers

S = 1_000_000_000


def _after(reader, begin_s, seconds):
    """Return the reading after so long, read once a second as the status timer does."""
    reading = None
    for second in range(begin_s, begin_s + seconds + 1):
        reading = reader.read(second * S, reading)
    return reading


def _load_drivers(tree):
    tree.gpu('17000000.gpu', 'gpu')
    tree.rails('1-0040', {'VDD_GPU_SOC': (19_000, 200)})
    tree.zones({'gpu-thermal': 45_500})
    tree.cooling({'gpu-throttle-alert': 1})
    tree.powered('bus@0/13e00000.host1x', {'15880000.nvdla0': (10, 90)})


def test_drivers_loaded_after_the_start_are_seen_within_twelve_seconds(tmp_path):
    tree = Tree(tmp_path)
    tree.cpus(2)
    reader = MachineReader((0, 1), tmp_path)
    reading = _after(reader, 0, 3)
    assert reading.gpu.reason and not reading.rails_mw and not reading.heat.zones
    _load_drivers(tree)
    reading = _after(reader, 4, 12)
    assert (reading.gpu.reason, reading.gpu.load) == ('', 0.25)
    assert reading.rails_mw == {'VDD_GPU_SOC': 3800}
    assert reading.heat.temperature_c('gpu') == 45.5
    assert reading.heat.slowed_by('gpu') == 'gpu-throttle-alert'
    assert reading.times['dla0'].active_ms == 10


def test_what_goes_is_unknown_and_is_read_again_when_it_comes_back(tmp_path):
    tree = Tree(tmp_path)
    _load_drivers(tree)
    reader = MachineReader((), tmp_path)
    assert reader.read(0, None).gpu.load == 0.25
    shutil.rmtree(tmp_path / 'sys')
    gone = reader.read(S, None)
    assert (gone.gpu.load, gone.rails_mw, gone.heat.temperature_c('gpu')) == (None, {}, None)
    gone = _after(reader, 2, 12)
    assert gone.gpu.reason and gone.reasons['temperature'] == 'there are no thermal zones'
    # under another number, as hwmon devices have
    _load_drivers(tree)
    folder = tmp_path / 'sys/bus/i2c/devices/1-0040/hwmon'
    (folder / 'hwmon3').rename(folder / 'hwmon7')
    back = _after(reader, 20, 12)
    assert (back.gpu.load, back.rails_mw) == (0.25, {'VDD_GPU_SOC': 3800})


def test_a_unit_is_told_of_what_is_known_of_it_since(tmp_path):
    tree = Tree(tmp_path)
    sampler = Sampler((LocalUnit(Unit('gpu0', 'gpu')),), root=tmp_path)
    assert sampler.sample(0, {}).readings['gpu0'].rail == ''
    _load_drivers(tree)
    for second in range(1, 14):
        sample = sampler.sample(second * S, {})
    reading = sample.readings['gpu0']
    assert (reading.rail, reading.power_mw) == ('VDD_GPU_SOC', 3800)
    assert (reading.temperature_c, reading.clock_mhz, reading.throttled) == (45.5, 612, True)


def test_drivers_that_come_later_are_noted_until_the_next_load(tmp_path, caplog):
    tree = Tree(tmp_path)
    tree.write('dev/null', '')
    late = LateDrivers(tmp_path)
    late.check(0)
    tree.write('dev/nvhost-ctrl-gpu', '')
    tree.write('dev/nvhost-ctrl-nvdla0', '')
    late.check(S)
    assert late.kinds == ()
    with caplog.at_level(logging.WARNING):
        late.check(10 * S)
        late.check(20 * S)
    assert late.kinds == ('dla', 'gpu')
    assert caplog.text.count('unit gpu: its driver has appeared: configure again to use it') == 1
    assert LateDrivers(tmp_path).kinds == ()
    assert read_signs(tmp_path) == {'dla', 'gpu'}


def test_a_machine_is_probed_again_where_drivers_have_come(monkeypatch):
    signs, looks = [frozenset()], []
    monkeypatch.setattr(registry, 'read_signs', lambda: signs[0])
    monkeypatch.setattr(registry, 'take_inventory', lambda: looks.append(1) or ())
    registry.discover.cache_clear()
    registry._signs_then.cache_clear()
    try:
        first = registry.rediscover()
        assert registry.rediscover() is first
        signs[0] = frozenset({'gpu'})
        assert registry.rediscover() is not first
        assert len(looks) == 2
    finally:
        registry.discover.cache_clear()
        registry._signs_then.cache_clear()


@pytest.mark.parametrize(
    ('signs', 'reason', 'again'),
    [
        ({'gpu'}, 'probing took longer than 20 s', True),
        ({'gpu'}, '', False),
        # what has no driver, or another unit's, is not asked for again
        (set(), 'probing took longer than 20 s', False),
        ({'vic'}, 'probing took longer than 20 s', False),
    ],
)
def test_a_probe_that_failed_beside_a_driver_is_made_again(monkeypatch, signs, reason, again):
    made = []

    def run_probe(script, *_arguments):
        made.append(script.name)
        return probes.ProbeResult(not reason, {'devices': []}, reason)

    monkeypatch.setattr(registry, 'read_signs', lambda: frozenset(signs))
    monkeypatch.setattr(probes, 'run_probe', run_probe)
    monkeypatch.setattr(probes, '_is_installed', lambda _name: False)
    caches = (registry.discover, registry._signs_then, probes.probe_machine)
    for each in caches:
        each.cache_clear()
    try:
        first = registry.rediscover()
        assert made == ['probe_cuda.py']
        assert (registry.rediscover() is not first) is again
        assert len(made) == 1 + again
    finally:
        for each in caches:
            each.cache_clear()

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which computer a profile is of, and what differs."""

from __future__ import annotations

from dataclasses import replace

from profiles import profile
from sysfs import Computer
from sysfs import orin_nx
from sysfs import plain_pc

from edge_sched_ros.profiling.fingerprint import Fingerprint
from edge_sched_ros.profiling.fingerprint import fingerprint_of
from edge_sched_ros.profiling.fingerprint import mismatches
from edge_sched_ros.profiling.fingerprint import read_fingerprint
from edge_sched_ros.system.measurement import Machine

BOARD = Fingerprint(
    Machine(model='Board', cpu='Core', cores=4, os='Linux'),
    {'onnxruntime': '1.2.3', 'tensorrt': '10.3', 'python': '3.11.7'},
    'MAXN',
)


def _keys(other: Fingerprint) -> list[str]:
    return [mismatch.key for mismatch in mismatches(BOARD, other)]


def test_the_same_computer():
    assert mismatches(BOARD, BOARD) == ()


def test_what_counts_as_another():
    machine = BOARD.machine
    for key, value in (('model', 'Other'), ('cpu', 'Other'), ('cores', 8), ('cpu', None)):
        other = replace(BOARD, machine=machine.model_copy(update={key: value}))
        assert _keys(other) == [f'machine.{key}']
    assert _keys(replace(BOARD, power_mode='15W')) == ['power_mode']
    assert _keys(replace(BOARD, power_mode=None)) == ['power_mode']
    for versions in ({'onnxruntime': '2'}, {'vpi': '3.2'}):
        other = replace(BOARD, versions={**BOARD.versions, **versions})
        assert _keys(other) == [f'versions.{key}' for key in versions]
    gone = {'onnxruntime': '1.2.3', 'python': '3.11.7'}
    assert _keys(replace(BOARD, versions=gone)) == ['versions.tensorrt']


def test_what_does_not():
    updated = BOARD.machine.model_copy(update={'os': 'Linux with a security update'})
    assert _keys(replace(BOARD, machine=updated)) == []
    assert _keys(replace(BOARD, versions={**BOARD.versions, 'python': '3.11.9'})) == []


def test_it_is_told_in_words():
    found = mismatches(BOARD, replace(BOARD, power_mode=None))
    assert str(found[0]) == 'power_mode was MAXN, is absent'


def test_a_jetson(tmp_path):
    computer = Computer(orin_nx, 6, dla=2, gpu='Orin', tensorrt='10.3.0', backends=('PVA',))
    tree = computer.tree(tmp_path)
    before = read_fingerprint(tmp_path, probes=computer.probes())
    assert before.machine.model == 'NVIDIA Jetson Orin NX'
    assert (before.machine.cores, before.power_mode) == (6, 'MODE_30W')
    assert before.versions['tensorrt'] == '10.3.0'
    tree.write('var/lib/nvpmodel/status', 'pmode:0000')
    tree.write('sys/devices/system/cpu/online', '0-3')
    after = read_fingerprint(tmp_path, probes=computer.probes())
    keys = [mismatch.key for mismatch in mismatches(before, after)]
    assert keys == ['machine.cores', 'power_mode']


def test_a_pc(tmp_path):
    computer = Computer(plain_pc, 4)
    tree = computer.tree(tmp_path)
    tree.write('proc/cpuinfo', 'processor : 0\nmodel name\t: Quick 9\nmodel name\t: Quick 9')
    found = read_fingerprint(tmp_path, probes=computer.probes())
    assert (found.machine.model, found.machine.cpu) == ('ACME Laptop 3', 'Quick 9')
    assert found.power_mode == 'schedutil'
    assert 'tensorrt' not in found.versions


def test_a_cpu_quota_is_part_of_the_computer(tmp_path):
    computer = Computer(plain_pc, 4)
    tree = computer.tree(tmp_path)
    free = read_fingerprint(tmp_path, probes=computer.probes())
    assert free.machine.cpu_quota is None
    tree.cgroup_v2({'/box': '50000 100000'}, '/box')
    limited = read_fingerprint(tmp_path, probes=computer.probes())
    assert [str(m) for m in mismatches(free, limited)] == ['machine.cpu_quota was absent, is 0.5']
    # more than the cores can use is no limit
    tree.cgroup_v2({'/box': '400000 100000'}, '/box')
    assert mismatches(free, read_fingerprint(tmp_path, probes=computer.probes())) == ()


def test_what_a_file_was_measured_on():
    found = fingerprint_of(profile().measured)
    assert (found.machine.model, found.power_mode) == ('Board', 'MAXN')
    assert mismatches(found, replace(found, power_mode='10W'))[0].key == 'power_mode'

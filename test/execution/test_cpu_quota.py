# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What control groups leave of the CPU, on kernels and in containers of both versions."""

from __future__ import annotations

import pytest
from sysfs import Tree

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.cpu_plan import split_cores
from edge_sched_ros.execution.discovery.cpu_quota import CpuQuota
from edge_sched_ros.execution.discovery.cpu_quota import limiting
from edge_sched_ros.execution.discovery.cpu_quota import read_cpu_quota
from edge_sched_ros.execution.discovery.cpu_quota import read_throttling
from edge_sched_ros.execution.discovery.cpu_quota import Throttling
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit


@pytest.mark.parametrize(
    ('groups', 'own', 'mounted', 'cpus', 'group'),
    [
        # a service with CPUQuota=50%
        (
            {'/a.slice/b.service': '50000 100000'},
            '/a.slice/b.service',
            '/',
            0.5,
            '/a.slice/b.serv',
        ),
        # the parent is tighter, the root has no file
        ({'/a': '60000 100000', '/a/b': '50000 50000'}, '/a/b', '/', 0.6, '/a'),
        ({'/a': 'max 100000', '/a/b': '150000 100000'}, '/a/b', '/', 1.5, '/a/b'),
        # a level without the controller between
        ({'/a': '200000 100000', '/a/b': ''}, '/a/b/c', '/', 2.0, '/a'),
        # a container with a cgroup namespace: its own group is the root of the mount
        ({'': '50000 100000'}, '/', '/', 0.5, '/'),
        # docker without one: the mount shows only the own group
        ({'': '25000 100000'}, '/docker/abc', '/docker/abc', 0.25, '/'),
        ({'': '30000', '/in': 'max'}, '/docker/abc/in', '/docker/abc', 0.3, '/'),
        # entered from outside of the namespace
        ({'': '40000 100000'}, '/../other', '/', 0.4, '/'),
        ({'/a': 'max 100000'}, '/a', '/', None, ''),
        ({}, '/', '/', None, ''),
        ({'/a': 'what 100000'}, '/a', '/', None, ''),
        ({'/a': '0 100000'}, '/a', '/', None, ''),
    ],
)
def test_version_2(tmp_path, groups, own, mounted, cpus, group):
    Tree(tmp_path).cgroup_v2(groups, own, mounted=mounted)
    found = read_cpu_quota(tmp_path)
    assert (found and found.cpus) == cpus
    assert found is None or found.group.startswith(group)


@pytest.mark.parametrize(
    ('groups', 'own', 'mounted', 'cpus'),
    [
        ({'/docker/abc': 50_000}, '/docker/abc', '/', 0.5),
        ({'/a': 40_000, '/a/b': 200_000}, '/a/b', '/', 0.4),
        ({'': 25_000}, '/docker/abc', '/docker/abc', 0.25),
        ({'': -1, '/a': -1}, '/a', '/', None),
    ],
)
def test_version_1(tmp_path, groups, own, mounted, cpus):
    Tree(tmp_path).cgroup_v1(groups, own, mounted=mounted)
    found = read_cpu_quota(tmp_path)
    assert (found and found.cpus) == cpus


def test_a_machine_without_control_groups_has_no_quota(tmp_path):
    assert read_cpu_quota(tmp_path) is None
    tree = Tree(tmp_path)
    tree.write('proc/self/cgroup', 'nonsense')
    tree.write('proc/self/mountinfo', 'nonsense\n - cgroup2\n29 22 0:26 / /x rw - cgroup2')
    assert read_cpu_quota(tmp_path) is None
    assert read_throttling(tmp_path) == Throttling()


def test_a_mount_with_a_blank_in_its_name(tmp_path):
    tree = Tree(tmp_path)
    tree.write('proc/self/cgroup', '0::/')
    tree.write('proc/self/mountinfo', r'29 22 0:26 / /my\040groups rw - cgroup2 cgroup2 rw')
    tree.write('my groups/cpu.max', '70000 100000')
    assert read_cpu_quota(tmp_path).cpus == 0.7


def test_throttling_is_counted_where_there_is_a_quota(tmp_path):
    tree = Tree(tmp_path)
    tree.cgroup_v2({'/a': '60000 100000', '/a/b': '50000 100000', '/a/b/c': 'max'}, '/a/b/c')
    tree.throttled('/a', 100, 3, 40)
    tree.throttled('/a/b', 90, 5, 60)
    tree.throttled('/a/b/c', 9, 9, 900)
    before = read_throttling(tmp_path)
    assert before == Throttling(100, 8, pytest.approx(0.1))
    tree.throttled('/a/b', 120, 15, 100)
    assert read_throttling(tmp_path).since(before) == Throttling(20, 10, pytest.approx(0.04))
    # the group was made anew
    assert Throttling(2, 1, 0.1).since(before) == Throttling(2, 1, 0.1)


def test_throttling_of_version_1_is_in_nanoseconds(tmp_path):
    tree = Tree(tmp_path)
    tree.cgroup_v1({'/a': 50_000}, '/a')
    tree.throttled('/a', 10, 4, 250, mount='sys/fs/cgroup/cpu,cpuacct', version=1)
    assert read_throttling(tmp_path) == Throttling(10, 4, 0.25)


def _cores(count):
    return tuple(LocalUnit(Unit(f'cpu{core}', 'cpu'), core) for core in range(count))


@pytest.mark.parametrize(
    ('cpus', 'used'),
    [(None, 4), (0.5, 1), (1.0, 1), (1.5, 1), (2.0, 2), (2.9, 2), (3.9, 3), (4.0, 4), (9.0, 4)],
)
def test_as_many_cores_are_units_as_the_quota_keeps_busy(cpus, used):
    quota = None if cpus is None else CpuQuota(cpus, 100.0, '/a')
    planned, spare = split_cores(_cores(4), quota)
    assert (len(planned), planned + spare) == (used, _cores(4))
    assert (limiting(quota, 4) is None) is (cpus is None or cpus >= 4)


def test_a_core_that_is_named_is_used_whatever_the_quota():
    cores = _cores(3)
    gpu = LocalUnit(Unit('gpu0', 'gpu'))
    machine = Machine((cores[0], gpu), (), (), {'cpu1': 'quota', 'cpu2': 'quota'}, cores[1:])
    assert machine.with_named(['cpu0', 'gpu0']) is machine
    named = machine.with_named(['cpu2'])
    assert [local.unit.name for local in named.units] == ['cpu0', 'cpu2', 'gpu0']
    assert (named.spare, named.absent) == ((cores[1],), {'cpu1': 'quota'})


def test_a_quota_is_told_in_words():
    assert str(CpuQuota(0.5, 100.0, '/docker/abc')) == (
        '0.5 CPUs (50 ms of CPU time in 100 ms, control group /docker/abc)'
    )

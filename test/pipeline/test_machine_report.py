# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the doctor says of known computers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sysfs import COMPUTERS

from edge_sched_ros.cli.commands.doctor import _machine
from edge_sched_ros.pipeline.health.machine_report import machine_report
from edge_sched_ros.pipeline.inputs.large_images import large_images_doubt
from edge_sched_ros.pipeline.inputs.large_images import large_images_ok
from edge_sched_ros.pipeline.inputs.large_images import rmw_name


def _report(computer, root):
    known = COMPUTERS[computer]
    known.tree(root)
    return machine_report(root=root, probes=known.probes(), allowed_cores=range(known.cores))


@pytest.mark.parametrize('computer', COMPUTERS)
def test_every_computer_has_a_whole_report(tmp_path, computer):
    report = _report(computer, tmp_path)
    assert json.loads(json.dumps(report)) == report
    assert {'module', 'os', 'power_mode', 'versions', 'units', 'preprocess', 'dds'} <= set(report)
    assert set(report['dds']) == {'rmw', 'large_images_ok'}
    for unit in report['units'].values():
        assert set(unit) == {'kind', 'available', 'reason'}
        assert unit['available'] is not bool(unit['reason'])
    assert set(report['gpu_parts']) == {'green', 'mps', 'mig'}
    for name in ('cuda', 'tensorrt', 'vpi', 'pycuda', 'cuda_core'):
        assert (report['versions'][name] is None) == (name in report['notes'])


def test_an_orin_as_it_is(tmp_path):
    report = _report('agx_orin_jp6', tmp_path)
    assert report['os'] == 'L4T 36.4.3, JetPack 6.2'
    assert report['power_mode'] == 'MODE_30W'
    assert report['versions']['tensorrt'] == '10.3.0.30'
    assert report['telemetry']['rails_mw']['VDD_GPU_SOC'] == 3800
    assert report['telemetry']['temperatures_c']['cv0-thermal'] is None
    assert report['telemetry']['gpu_load'] == 0.25


@pytest.mark.parametrize(('version', 'limited'), [('10.3.0.30', False), ('11.4.1', True)])
def test_what_a_release_of_tensorrt_does_not_do_any_more_is_said(tmp_path, version, limited):
    known = COMPUTERS['agx_orin_jp6']
    known.tree(tmp_path)
    probes = known.probes()
    found = replace(probes.tensorrt, facts={**probes.tensorrt.facts, 'version': version})
    report = machine_report(root=tmp_path, probes=replace(probes, tensorrt=found))
    assert ('strongly typed' in report['notes'].get('tensorrt_limits', '')) == limited
    shown = dict(_machine(report))['tensorrt']
    told = 'on Jetson AGX Orin with JetPack 7.2.2 or newer'
    assert shown.startswith(version) and (told in shown) == limited


def test_an_unknown_release_is_said_and_nothing_else_is_lost(tmp_path):
    report = _report('orin_nano', tmp_path)
    assert report['os'] == 'L4T 36.9.9'
    assert report['versions']['jetpack'] is None
    assert report['notes']['jetpack'] == 'L4T 36.9.9 is not in the list of known releases'
    assert report['units']['gpu0']['available']


def test_a_cpu_quota_is_said(tmp_path):
    assert _report('plain_pc', tmp_path / 'free')['cpu_quota'] is None
    known = COMPUTERS['plain_pc']
    tree = known.tree(tmp_path / 'box')
    tree.cgroup_v1({'/docker/abc': 50_000}, '/docker/abc')
    tree.throttled('/docker/abc', 9, 4, 250, mount='sys/fs/cgroup/cpu,cpuacct', version=1)
    report = machine_report(root=tree.root, probes=known.probes(), allowed_cores=range(4))
    assert report['cpu_quota'] == {
        'cpus': 0.5,
        'period_ms': 100.0,
        'group': '/docker/abc',
        'cpu_units': 1,
        'periods': 9,
        'throttled': 4,
        'stopped_s': 0.25,
    }


def test_nobody_misses_jetpack_on_a_pc(tmp_path):
    report = _report('plain_pc', tmp_path)
    assert 'jetpack' not in report['notes']
    assert report['os'] == 'Debian GNU/Linux 12 (bookworm)'


@pytest.mark.parametrize(
    ('environment', 'rmw', 'ok'),
    [
        ({}, 'rmw_fastrtps_cpp', False),
        ({'RMW_IMPLEMENTATION': 'rmw_fastrtps_dynamic_cpp'}, 'rmw_fastrtps_dynamic_cpp', False),
        ({'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'}, 'rmw_cyclonedds_cpp', True),
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA'}, 'rmw_fastrtps_cpp', True),
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA?max_msg_size=1MB'}, 'rmw_fastrtps_cpp', True),
        # the default segment, by its name
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'DEFAULT'}, 'rmw_fastrtps_cpp', False),
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'SHM'}, 'rmw_fastrtps_cpp', False),
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'anything'}, 'rmw_fastrtps_cpp', False),
        ({'FASTRTPS_DEFAULT_PROFILES_FILE': 'x.xml'}, 'rmw_fastrtps_cpp', True),
        ({'FASTDDS_DEFAULT_PROFILES_FILE': 'x.xml'}, 'rmw_fastrtps_cpp', True),
        ({'FASTDDS_DEFAULT_PROFILES_FILE': ''}, 'rmw_fastrtps_cpp', False),
        ({'FASTDDS_DEFAULT_PROFILES_FILE': 'gone.xml'}, 'rmw_fastrtps_cpp', False),
        ({'FASTDDS_DEFAULT_PROFILES_FILE': 'x' * 5000}, 'rmw_fastrtps_cpp', False),
        ({'RMW_IMPLEMENTATION': 'rmw_nope'}, 'rmw_nope', False),
        ({'RMW_IMPLEMENTATION': 'rmw_fastrtps_nope'}, 'rmw_fastrtps_nope', False),
    ],
)
def test_large_images(environment, rmw, ok, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'x.xml').write_text('<profiles/>')
    assert rmw_name(environment) == rmw
    assert large_images_ok(rmw, environment) is ok
    # who is told that they may vanish is told why
    assert bool(large_images_doubt(rmw, environment)) is not ok


def test_what_does_not_help_is_named():
    gone = {'FASTDDS_DEFAULT_PROFILES_FILE': '/no/file.xml'}
    assert '/no/file.xml' in large_images_doubt('rmw_fastrtps_cpp', gone)
    default = {'FASTDDS_BUILTIN_TRANSPORTS': 'DEFAULT'}
    assert "'DEFAULT'" in large_images_doubt('rmw_fastrtps_cpp', default)
    assert "'rmw_nope'" in large_images_doubt('rmw_nope', {})

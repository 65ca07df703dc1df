# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parts of GPUs: as a configuration names them, what a machine can make of them, processes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import fake_probes
import numpy as np
import part_engine
import pytest
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.gpu_parts import instances
from edge_sched_ros.execution.gpu_parts import mps
from edge_sched_ros.execution.gpu_parts.here import divided
from edge_sched_ros.execution.gpu_parts.here import ways_here
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.gpu_parts.parts import GREEN
from edge_sched_ros.execution.gpu_parts.parts import MIG
from edge_sched_ros.execution.gpu_parts.parts import MPS
from edge_sched_ros.execution.gpu_parts.parts import read_parts
from edge_sched_ros.execution.gpu_parts.remote import environment_of
from edge_sched_ros.execution.gpu_parts.remote import RemoteNetwork
from edge_sched_ros.execution.gpu_parts.spec_values import part_of
from edge_sched_ros.execution.gpu_parts.spec_values import values_of
from edge_sched_ros.execution.gpu_parts.split import count_multiprocessors
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit

MODELS = Path(__file__).resolve().parents[2] / 'models'
NETWORKS = sorted(file for file in MODELS.glob('*.yaml') if '.segments' not in file.suffixes)
#: as the MIG user guide shows it
LISTED = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
  MIG 3g.20gb     Device  0: (UUID: MIG-c7384736-a75d-5afc-978f-d2f1294409fd)
  MIG 1c.3g.20gb  Device  1: (UUID: MIG-a28ad590-3fda-56dd-84fc-0a0b96edc58d)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-4200ccc0-2667-d4cb-9137-f932c716232a)
"""
UUID = 'MIG-c7384736-a75d-5afc-978f-d2f1294409fd'
NEW_DRIVER = ProbeResult(True, {'version': '13.1', 'devices': [{}]})
OLD_DRIVER = ProbeResult(True, {'version': '12.2', 'devices': [{}]})


@pytest.mark.parametrize(
    ('entry', 'part'),
    [
        ('gpu0.a=0.75', GpuPart('gpu0.a', 'gpu0', GREEN, 0.75)),
        (' gpu1.big = 1 mps', GpuPart('gpu1.big', 'gpu1', MPS, 1.0)),
        (f'gpu0.a={UUID}', GpuPart('gpu0.a', 'gpu0', MIG, uuid=UUID)),
    ],
)
def test_a_part_is_read(entry, part):
    assert read_parts([entry]) == (part,)


@pytest.mark.parametrize(
    ('entries', 'told'),
    [
        (['gpu0=0.5'], "'gpu0=0.5' cannot be read: write gpu0.a=0.5"),
        (['dla0.a=0.5'], 'cannot be read'),
        (['gpu0.a=half'], "'half' is no share"),
        (['gpu0.a=0'], 'above 0 and up to 1'),
        (['gpu0.a=nan'], 'above 0 and up to 1'),
        (['gpu0.a=0.5 fast'], "'fast' must be green or mps"),
        ([f'gpu0.a={UUID} mps'], 'is no part by mps'),
        (['gpu0.a=0.5', 'gpu0.a=0.5'], "'gpu0.a' is listed twice"),
        (['gpu0.a=0.75', 'gpu0.b=0.5'], 'the shares of gpu0 add up to 1.25, above 1'),
        (['gpu0.a=0.5', 'gpu0.b=0.5 mps'], 'gpu0 can be divided in one way, not by green and mps'),
    ],
)
def test_what_cannot_be_a_part_is_one_line(entries, told):
    with pytest.raises(ConfigError, match='^gpu_parts: .*' + told):
        read_parts(entries)


def test_shares_become_multiprocessors():
    third = {'a': 0.333, 'b': 0.333, 'c': 0.333}
    assert count_multiprocessors(third, total=24, least=4, step=2) == {'a': 8, 'b': 8, 'c': 8}
    assert count_multiprocessors({'a': 0.6}, total=20, least=8, step=8) == {'a': 8}
    with pytest.raises(ConfigError, match=r'the smallest part has 8 .* a share of 0.4$'):
        count_multiprocessors({'a': 0.3}, total=20, least=8, step=8)


def test_instances_are_those_that_nvidia_smi_lists():
    found = instances.read_instances(LISTED)
    assert [(one.of, one.profile) for one in found] == [
        ('gpu0', '3g.20gb'),
        ('gpu0', '1c.3g.20gb'),
    ]
    assert found[0].uuid == UUID
    assert instances.read_instances('No devices found.\n') == ()


@pytest.mark.parametrize(
    ('script', 'told'),
    [
        (None, 'there is no nvidia-smi'),
        ('echo driver mismatch; exit 9', 'nvidia-smi -L fails: driver mismatch'),
        (f"cat <<'E'\n{LISTED}E", ''),
    ],
)
def test_nvidia_smi_may_be_absent_or_fail(monkeypatch, tmp_path, script, told):
    monkeypatch.setenv('PATH', f'{tmp_path}:/bin:/usr/bin' if script else str(tmp_path))
    if script:
        (tmp_path / 'nvidia-smi').write_text(f'#!/bin/sh\n{script}\n')
        (tmp_path / 'nvidia-smi').chmod(0o755)
    found, reason = instances.find_instances()
    assert reason.startswith(told)
    assert len(found) == (0 if told else 2)


def test_the_daemon_of_mps_runs_or_not(tmp_path, monkeypatch):
    monkeypatch.setenv('CUDA_MPS_PIPE_DIRECTORY', str(tmp_path))
    assert mps.why_no_daemon().startswith('the MPS control daemon does not run')
    file = tmp_path / 'nvidia-cuda-mps-control.pid'
    file.write_text(f'{os.getpid()}\n')
    assert mps.why_no_daemon() == ''
    file.write_text('4194305\n')  # beyond the largest number of a process
    assert mps.why_no_daemon().startswith('the MPS control daemon has ended')


@pytest.fixture
def ways(monkeypatch, tmp_path):
    """What can be done with a driver, a binding and instances that a test names."""
    monkeypatch.setenv('CUDA_MPS_PIPE_DIRECTORY', str(tmp_path))

    def of(cuda=NEW_DRIVER, binding='cuda_core', listed='', parts=()):
        fake_probes.find(monkeypatch, cuda=lambda: cuda, **{binding: lambda: fake_probes.WORKS})
        told = (instances.read_instances(listed), '')
        monkeypatch.setattr(instances, 'find_instances', lambda: told)
        if not parts:
            return ways_here(probes.probe_machine())
        units = (LocalUnit(Unit('cpu0')), LocalUnit(Unit('gpu0', 'gpu')))
        return divided(Machine(units, (), (), {'gpu1': 'no CUDA driver'}), read_parts(parts))

    return of


def test_each_way_has_its_reason(ways):
    assert ways()[GREEN] == ''
    assert '12.2: green contexts need 12.4' in ways(cuda=OLD_DRIVER)[GREEN]
    assert 'EDGE_SCHED_CUDA=cuda-core' in ways(binding='pycuda')[GREEN]
    assert 'does not run' in ways()[MPS]
    assert ways()[MIG].startswith('MIG is off')
    assert ways(listed=LISTED)[MIG] == ''
    missing = ways(cuda=ProbeResult(False, reason='no CUDA driver'))
    assert set(missing.values()) == {'no CUDA driver'}


def test_parts_are_units_instead_of_their_gpu(ways):
    machine = ways(parts=('gpu0.a=0.5', 'gpu0.b=0.25', 'gpu1.a=0.5'))
    assert [local.unit for local in machine.units] == [
        Unit('cpu0'),
        Unit('gpu0.a', 'gpu'),
        Unit('gpu0.b', 'gpu'),
    ]
    assert machine.absent['gpu0'] == 'it is divided by gpu_parts'
    assert machine.absent['gpu1.a'] == 'no CUDA driver'
    assert set(machine.parts) == {'gpu0.a', 'gpu0.b'}


def test_what_cannot_be_made_is_absent_with_the_reason(ways):
    assert 'does not run' in ways(parts=('gpu0.a=0.5 mps',)).absent['gpu0.a']
    wrong = ways(listed=LISTED, parts=('gpu0.a=MIG-1',))
    assert 'there is no instance MIG-1' in wrong.absent['gpu0.a']
    right = ways(listed=LISTED, parts=(f'gpu0.a={UUID}',))
    assert set(right.parts) == {'gpu0.a'}


@pytest.mark.parametrize('network', NETWORKS, ids=lambda file: file.stem)
def test_a_description_is_the_same_after_it_was_sent(network):
    spec = load_network(network)
    for one in (spec, *spec.by_variant.values(), *spec.parts.values()):
        sent = part_of(json.loads(json.dumps(values_of(one), default=str)))
        assert repr(part_of(values_of(one))) == repr(one)
        assert sent.file == one.file and sent.engine_options == one.engine_options


def test_what_is_no_description_is_not_made():
    with pytest.raises(TypeError, match='LocalUnit is not part of the description'):
        values_of(LocalUnit('cpu0', 'cpu'))
    with pytest.raises(ValueError, match='system is not part of the description'):
        part_of({'system': {'command': 'ls'}})


def test_the_process_of_a_part_has_its_variables_and_computes(tmp_path):
    spec = load_network(write_network(tmp_path, 'boxes'))
    (part,) = read_parts(['gpu0.a=0.25 mps'])
    engine = f'{part_engine.__name__}:{part_engine.Doubling.__name__}'
    network = RemoteNetwork(spec, engine, Unit('gpu0', 'gpu'), part)
    try:
        assert network.inputs == part_engine.INPUTS
        given = np.arange(6, dtype=np.float32).reshape(2, 3)
        doubled, share = network.run([given.T.copy().T])
        assert np.array_equal(doubled, 2 * given)
        assert share[0] == 25.0
    finally:
        network.close()


def test_what_the_process_cannot_load_is_one_line(tmp_path):
    spec = load_network(write_network(tmp_path, 'boxes'))
    part = replace(read_parts([f'gpu0.a={UUID}'])[0])
    assert environment_of(part) == {'CUDA_VISIBLE_DEVICES': UUID}
    with pytest.raises(ConfigError) as caught:
        RemoteNetwork(spec, 'tensorrt', Unit('gpu0', 'gpu'), part)
    assert '\n' not in str(caught.value)
    assert 'CUDA' in str(caught.value)

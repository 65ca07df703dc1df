# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a machine is and has, and why not where it has not."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest
from cuda_driver import build_cuda_driver
from hypothesis import given
from hypothesis import strategies as st
from sysfs import COMPUTERS
from sysfs import Tree

from edge_sched_ros.execution.backends import Backend
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.families import part_name
from edge_sched_ros.execution.discovery.files import parse_range
from edge_sched_ros.execution.discovery.inventory import take_inventory
from edge_sched_ros.execution.discovery.jetpack import read_release
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.discovery.power_mode import read_power_mode
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.discovery.probe import run_probe
from edge_sched_ros.execution.discovery.versions import versions
from edge_sched_ros.execution.preprocess_ops import preprocess_ops
from edge_sched_ros.execution.registry import discover

#: without its cache, and whatever a test puts in its place
probes_as_they_are = probes.probe_machine.__wrapped__


def _script(tmp_path, text):
    file = tmp_path / 'probe.py'
    file.write_text(text)
    return file


# --- probes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('text', 'facts', 'reason'),
    [
        ("print('noise'); print('{\"a\": 1}')", {'a': 1}, ''),
        ("print('[1]'); print('{\"a\": 1}'); print('{\"a\": 2}')", {'a': 2}, ''),
        ('print(\'{"error": "no\\\\n such"}\')', {'error': 'no\n such'}, 'no such'),
        ("raise ValueError('oh')", {}, 'probing it failed: ValueError: oh'),
        ('raise SystemExit(3)', {}, 'probing it failed: exit code 3'),
        ('pass', {}, 'probing it gave no answer'),
        (
            'import ctypes; print(\'{"version": "9"}\', flush=True); ctypes.string_at(0)',
            {'version': '9'},
            'probing it ended with SIGSEGV',
        ),
        ('import os; os.abort()', {}, 'probing it ended with SIGABRT'),
    ],
)
def test_a_probe_survives_whatever_its_script_does(tmp_path, text, facts, reason):
    found = run_probe(_script(tmp_path, text))
    assert (found.facts, found.reason, found.ok) == (facts, reason, not reason)


def test_a_probe_that_does_not_end_is_ended(tmp_path):
    text = 'import time; print(\'{"version": "9"}\', flush=True); time.sleep(60)'
    found = run_probe(_script(tmp_path, text), timeout_s=0.5)  # short on purpose
    assert (found.ok, found.reason) == (False, 'probing took longer than 0.5 s')


def test_a_probe_sees_the_same_modules_and_none_in_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / 'here').mkdir()
    (tmp_path / 'here' / 'in_the_way.py').write_text('')
    (tmp_path / 'path').mkdir()
    (tmp_path / 'path' / 'on_the_path.py').write_text('')
    monkeypatch.chdir(tmp_path / 'here')
    monkeypatch.syspath_prepend(str(tmp_path / 'path'))
    find = 'importlib.util.find_spec'
    text = (
        'import importlib.util, json\n'
        f"print(json.dumps([{find}(n) is not None for n in ('on_the_path', 'in_the_way')]))\n"
        f"print(json.dumps({{'on': {find}('on_the_path') is not None,"
        f" 'in': {find}('in_the_way') is not None}}))\n"
    )
    assert run_probe(_script(tmp_path, text)).facts == {'on': True, 'in': False}


TENSORRT = """
class Logger:
    ERROR = 1
    def __init__(self, level): pass
__version__ = '10.3.0'
class Runtime:
    def __init__(self, logger): pass
    @property
    def num_DLA_cores(self):
        {body}
"""
VPI = """
import enum
__version__ = '3.2.4'
class Backend(enum.IntFlag):
    CPU = 1
    CUDA = 2
    PVA = 4
    VIC = 8
    OFA = 16
    AVAILABLE = 11
"""


def _installed(tmp_path, monkeypatch, name, text):
    (tmp_path / name).mkdir()
    if text is not None:
        (tmp_path / name / '__init__.py').write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))


def test_tensorrt_that_crashes_is_absent_with_the_signal_and_its_version(tmp_path, monkeypatch):
    crash = TENSORRT.format(body='import ctypes; ctypes.string_at(0)')
    _installed(tmp_path, monkeypatch, 'tensorrt', crash)
    found = probes._probe_module('tensorrt', 'cuda')
    assert not found.ok
    assert found.facts == {'version': '10.3.0'}
    assert found.reason == 'probing it ended with SIGSEGV'
    # without a driver it is not asked what would crash it
    assert probes._probe_module('tensorrt') == ProbeResult(True, {'version': '10.3.0'})


@pytest.mark.parametrize('works', [False, True])
def test_tensorrt_is_told_whether_cuda_works(monkeypatch, works):
    asked = {}

    def run(script, *arguments):
        asked[script.name] = arguments
        return ProbeResult(works or script.name != 'probe_cuda.py', {'version': '1'})

    monkeypatch.setattr(probes, 'run_probe', run)
    monkeypatch.setattr(probes, '_is_installed', lambda name: True)
    # past the cache: what it finds here is nobody else's
    found = probes_as_they_are()
    assert found.cuda.ok == works and found.tensorrt.ok
    assert asked['probe_tensorrt.py'] == (('cuda',) if works else ())


def test_cores_that_were_told_before_the_probe_died_are_not_used(tmp_path):
    known = COMPUTERS['agx_orin_jp6']
    known.tree(tmp_path)
    died = ProbeResult(False, {'version': '10.3', 'num_dla_cores': 2}, 'it ended with SIGSEGV')
    found = take_inventory(
        root=tmp_path,
        probes=replace(known.probes(), tensorrt=died),
        allowed_cores=range(known.cores),
    )
    reasons = {unit.name: unit.reason for unit in found if unit.kind == 'dla'}
    assert reasons == {'dla0': 'it ended with SIGSEGV', 'dla1': 'it ended with SIGSEGV'}


def test_tensorrt_is_asked_for_its_dla_cores(tmp_path, monkeypatch):
    _installed(tmp_path, monkeypatch, 'tensorrt', TENSORRT.format(body='return 2'))
    assert probes._probe_module('tensorrt', 'cuda').facts['num_dla_cores'] == 2


def test_a_folder_named_tensorrt_is_not_tensorrt(tmp_path, monkeypatch):
    _installed(tmp_path, monkeypatch, 'tensorrt', None)
    assert 'is not TensorRT' in probes._probe_module('tensorrt').reason


def test_vpi_is_asked_for_the_mask_of_its_backends(tmp_path, monkeypatch):
    _installed(tmp_path, monkeypatch, 'vpi', VPI)
    found = probes._probe_module('vpi')
    assert found.facts == {'version': '3.2.4', 'backends': ['CPU', 'CUDA', 'VIC']}


@pytest.mark.parametrize('name', ['tensorrt', 'vpi', 'pycuda', 'cuda_core'])
def test_what_is_not_installed_says_how_to_get_it(name, monkeypatch):
    monkeypatch.setattr(probes, '_is_installed', lambda _name: False)
    found = probes._probe_module(name)
    assert not found.ok
    assert 'is not installed' in found.reason
    assert 'install ' in found.reason


def test_a_machine_without_a_driver_says_so():
    found = run_probe(probes._HERE / 'probe_cuda.py')
    if not found.ok:
        assert found.reason.startswith(('no CUDA driver', 'the CUDA driver'))
    else:
        assert found.facts['devices']


@pytest.fixture(scope='module')
def driver(tmp_path_factory):
    """The folder of a CUDA driver that says what the environment tells it."""
    return build_cuda_driver(tmp_path_factory.mktemp('driver'))


@pytest.mark.parametrize(
    ('environment', 'reason'),
    [
        ({}, ''),
        ({'FAKE_INIT': '100'}, 'the CUDA driver does not work: cuInit: no device (100)'),
        ({'FAKE_COUNT': '0'}, 'the CUDA driver sees no device'),
        ({'FAKE_CRASH': '1'}, 'probing it ended with SIGSEGV'),
    ],
)
def test_the_driver_is_asked_through_its_own_interface(driver, monkeypatch, environment, reason):
    monkeypatch.setenv('LD_LIBRARY_PATH', str(driver))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = run_probe(probes._HERE / 'probe_cuda.py')
    assert (found.ok, found.reason) == (not reason, reason)
    if found.ok:
        orin = {'compute_capability': '8.7', 'multiprocessors': 14}
        assert found.facts == {
            'version': '12.6',
            'devices': [
                {'name': 'Orin', 'integrated': True, **orin},
                {'name': 'Second', 'integrated': False, **orin},
            ],
        }


# --- modules ---------------------------------------------------------------------------------


def _inventory(computer, root, **more):
    known = COMPUTERS[computer]
    known.tree(root)
    settings = {'probes': known.probes(), 'allowed_cores': range(known.cores), **more}
    return {f.name: f for f in take_inventory(root=root, **settings)}


@pytest.mark.parametrize(
    ('computer', 'model', 'l4t', 'jetpack', 'mode'),
    [
        ('agx_orin_jp5', 'Jetson AGX Orin Developer Kit', '35.4.1', '5.1.x', 'MODE_30W'),
        ('agx_orin_jp6', 'NVIDIA Jetson AGX Orin Developer Kit', '36.4.3', '6.2', 'MODE_30W'),
        ('orin_nx', 'NVIDIA Jetson Orin NX', '36.4.4', '6.2.1', 'MODE_30W'),
        ('orin_nano', 'NVIDIA Jetson Orin Nano Developer Kit', '36.9.9', None, 'MODE_30W'),
        ('xavier', 'Jetson-AGX', '32.7.1', '4.6.x', 'MODE_30W'),
        ('thor', 'NVIDIA Jetson AGX Thor Developer Kit', '38.2.1', '7.0', 'MODE_30W'),
        ('plain_pc', 'ACME Laptop 3', None, None, 'schedutil'),
    ],
)
def test_a_computer_says_what_it_is(tmp_path, computer, model, l4t, jetpack, mode):
    COMPUTERS[computer].tree(tmp_path)
    release = read_release(tmp_path)
    assert read_module(tmp_path).model == model
    assert (release.l4t, release.jetpack) == (l4t, jetpack)
    assert bool(release.reason) == (jetpack is None)
    assert read_power_mode(tmp_path).name == mode
    found = versions(COMPUTERS[computer].probes(), release)
    assert (found['l4t'], found['jetpack']) == (l4t, jetpack)


@pytest.mark.parametrize(
    ('computer', 'accelerators'),
    [
        ('agx_orin_jp5', {'gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0'}),
        ('agx_orin_jp6', {'gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0'}),
        ('orin_nx', {'gpu0', 'dla0', 'pva0', 'vic0', 'ofa0'}),
        ('orin_nano', {'gpu0', 'vic0', 'ofa0'}),
        ('xavier', {'gpu0', 'dla0', 'dla1', 'pva0', 'vic0'}),
        ('thor', {'gpu0', 'pva0', 'vic0', 'ofa0'}),
        ('plain_pc', set()),
        ('pc_with_gpu', {'gpu0'}),
    ],
)
def test_every_unit_is_there_or_has_a_reason(tmp_path, computer, accelerators):
    found = _inventory(computer, tmp_path)
    there = {name for name, f in found.items() if f.available and f.kind != 'cpu'}
    assert there == accelerators
    assert {'gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0'} <= set(found)
    assert all(f.available != bool(f.reason) for f in found.values())
    cpus = [f for f in found.values() if f.kind == 'cpu']
    assert sum(f.available for f in cpus) == COMPUTERS[computer].cores


@pytest.mark.parametrize(
    ('computer', 'unit', 'reason'),
    [
        ('agx_orin_jp5', 'cpu9', 'switched off (power mode MODE_30W)'),
        ('orin_nx', 'dla1', 'Jetson Orin NX 8 GB has only one DLA'),
        ('orin_nano', 'dla0', 'Jetson Orin Nano has no DLA'),
        ('orin_nano', 'pva0', 'Jetson Orin Nano has no PVA'),
        ('xavier', 'ofa0', 'Jetson AGX Xavier has no OFA'),
        ('thor', 'dla1', 'Jetson Thor has no DLA'),
        ('plain_pc', 'vic0', 'VIC is a unit of Jetson modules, and this is not one'),
        ('plain_pc', 'gpu0', 'no CUDA driver: libcuda.so.1: no such file'),
    ],
)
def test_why_a_unit_is_not_there(tmp_path, computer, unit, reason):
    assert _inventory(computer, tmp_path)[unit].reason == reason


@pytest.mark.parametrize(
    ('change', 'unit', 'reason'),
    [
        ({'dla': 0, 'tensorrt': '10.16.2'}, 'dla0', 'TensorRT 10.16.2 reports 0 DLA cores'),
        ({'dla': 0, 'tensorrt': ''}, 'dla0', 'TensorRT is not installed'),
        ({'dla': 0, 'gpu': ''}, 'dla1', 'TensorRT needs CUDA: no CUDA driver'),
        ({'backends': ()}, 'vic0', 'VPI is not installed'),
        ({'backends': ('CPU', 'CUDA')}, 'pva0', 'VPI 3.2.4 does not count PVA'),
    ],
)
def test_what_a_module_has_may_still_not_be_usable(tmp_path, change, unit, reason):
    probed = replace(COMPUTERS['agx_orin_jp6'], **change).probes()
    found = _inventory('agx_orin_jp6', tmp_path, probes=probed)
    assert found[unit].reason.startswith(reason)


def test_what_tensorrt_and_vpi_say_counts_more_than_the_table(tmp_path):
    probed = replace(COMPUTERS['thor'], dla=3, backends=('PVA',)).probes()
    found = _inventory('thor', tmp_path, probes=probed)
    assert [name for name, f in found.items() if f.kind == 'dla' and f.available] == [
        'dla0',
        'dla1',
        'dla2',
    ]
    assert found['pva0'].available and not found['vic0'].available


def test_a_crash_while_probing_takes_the_units_and_nothing_else(tmp_path):
    crashed = ProbeResult(False, {'version': '10.3'}, 'probing it ended with SIGSEGV')
    probed = replace(COMPUTERS['agx_orin_jp6'].probes(), tensorrt=crashed)
    found = _inventory('agx_orin_jp6', tmp_path, probes=probed)
    assert found['dla0'].reason == 'probing it ended with SIGSEGV'
    assert found['gpu0'].available and found['vic0'].available


def test_a_core_that_is_not_ours_says_so(tmp_path):
    found = _inventory('plain_pc', tmp_path, allowed_cores={0, 2})
    assert [f.name for f in found.values() if f.kind == 'cpu' and f.available] == ['cpu0', 'cpu2']
    assert 'may not run on it' in found['cpu1'].reason


_CHIP = 'nvidia,tegra234'


@pytest.mark.parametrize(
    ('model', 'compatible', 'part', 'name', 'lacks'),
    [
        # in Super mode, on NVIDIA's carrier and on another one
        (
            'NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super',
            ('nvidia,p3768-0000+p3767-0005-super', 'nvidia,p3767-0005', _CHIP),
            'p3767-0005-super: Jetson Orin Nano 8 GB (developer kit)',
            'Jetson Orin Nano',
            'dla0 pva0',
        ),
        (
            'ACME rugged computer',
            ('acme,box+p3767-0005-super', _CHIP),
            'p3767-0005-super: Jetson Orin Nano 8 GB (developer kit)',
            'Jetson Orin Nano',
            'dla0 pva0',
        ),
        ('', ('nvidia,p3509-0000+p3767-0000', _CHIP), '', 'Jetson Orin NX 16 GB', ''),
        ('', ('nvidia,p3768-0000+p3767-0001-super', _CHIP), '', 'Jetson Orin NX 8 GB', 'dla1'),
        ('', ('nvidia,p3768-0000+p3767-0003', _CHIP), '', 'Jetson Orin Nano', 'dla0 pva0'),
        ('', ('nvidia,p3768-0000+p3767-0004', _CHIP), '', 'Jetson Orin Nano', 'dla0 pva0'),
        ('', ('nvidia,p3737-0000+p3701-0004', _CHIP), '', 'Jetson AGX Orin', ''),
        ('', ('nvidia,p3740-0002+p3701-0008', _CHIP), '', 'Jetson AGX Orin', ''),
        ('', ('nvidia,p2822-0000+p2888-0004',), '', 'Jetson AGX Xavier', 'ofa0'),
        ('', ('nvidia,p3509-0000+p3668-0001',), '', 'Jetson Xavier NX', 'ofa0'),
        ('', ('nvidia,p4071-0000+p3834-0000', 'nvidia,tegra264'), '', 'Jetson Thor', 'dla0'),
        # a part that came later: named as unknown, whatever chip and carrier are called
        (
            'NVIDIA Jetson AGX Orin Developer Kit',
            ('nvidia,p3768-0000+p3767-0009', _CHIP),
            'p3767-0009: not known',
            'the unknown module p3767-0009',
            '',
        ),
        # the chip alone is in Orin Nano, NX and AGX Orin
        ('ACME rugged computer', ('acme,box', _CHIP), None, 'this unknown Orin module', ''),
        ('ACME box', ('acme,box', 'nvidia,tegra264'), None, 'this unknown Thor module', 'dla0'),
        ('NVIDIA Jetson Orin NX on ACME', ('acme,box', _CHIP), None, 'Jetson Orin NX', ''),
        ('Raspberry Pi 5', ('raspberrypi,5-model-b', 'brcm,bcm2712'), None, None, ''),
    ],
)
def test_modules_by_part_number(tmp_path, model, compatible, part, name, lacks):
    Tree(tmp_path).device_tree(model, *compatible)
    module = read_module(tmp_path)
    assert (module.family and module.family.name) == name
    told = f'{module.part}: {part_name(module.part) or "not known"}' if module.part else None
    assert part in ('', told)
    probes = COMPUTERS['plain_pc'].probes()
    found = {f.name: f for f in take_inventory(root=tmp_path, probes=probes, allowed_cores={0})}
    for unit in filter(None, lacks.split()):
        assert f'{name} has ' in found[unit].reason
    missing = [f.name for f in found.values() if name and f'{name} has ' in f.reason]
    assert set(lacks.split()) <= set(missing)
    assert bool(missing) == bool(lacks)
    assert bool(module.reason) == (
        name is not None and part in (None, f'{module.part}: not known')
    )


def test_a_container_without_the_device_tree(tmp_path):
    tree = Tree(tmp_path)
    tree.write('proc/cpuinfo', 'model name : ARMv8 Processor rev 1 (v8l)')
    tree.l4t(36, '4.3')
    module = read_module(tmp_path)
    assert (module.family.name, module.family.known) == ('this Jetson', False)
    assert 'device tree is not visible' in module.reason
    probes = COMPUTERS['plain_pc'].probes()
    found = {f.name: f for f in take_inventory(root=tmp_path, probes=probes, allowed_cores={0})}
    # not: "and this is none"
    assert found['dla0'].reason == 'TensorRT is not installed'
    assert found['vic0'].reason == 'VPI is not installed'
    # what the chip's driver calls it is seen in containers, too
    tree.write('sys/devices/soc0/machine', 'NVIDIA Jetson Orin Nano Developer Kit')
    module = read_module(tmp_path)
    assert module.model == 'NVIDIA Jetson Orin Nano Developer Kit'
    assert module.family.name == 'Jetson Orin Nano'


def test_the_device_tree_where_only_its_other_place_is_shown(tmp_path):
    tree = Tree(tmp_path)
    tree.write('sys/firmware/devicetree/base/compatible', 'nvidia,p3737-0000+p3701-0005\0')
    assert read_module(tmp_path).part == 'p3701-0005'


@pytest.mark.parametrize(
    ('major', 'revision', 'jetpack'),
    [
        (36, '4.5', '6.2.1'),
        (36, '4.4', '6.2.1'),
        (36, '4.0', '6.1'),
        (36, '4', '6.1'),
        (36, '5', '6.2.2'),
        # between two JetPacks, and newer than all that are known
        (36, '4.1', None),
        (36, '4.9', None),
        (36, '6', None),
        (36, '6.0', None),
        (36, '5.1', None),
        (35, '6.9', '5.1.x'),
        (38, '2.9', '7.0'),
        (39, '2.1', '7.2.1'),
        (40, '1.0', None),
    ],
)
def test_releases_by_rule(tmp_path, major, revision, jetpack):
    Tree(tmp_path).l4t(major, revision)
    found = read_release(tmp_path)
    assert (found.l4t, found.jetpack) == (f'{major}.{revision}', jetpack)
    assert bool(found.reason) == (jetpack is None)


@pytest.mark.parametrize(
    ('text', 'l4t', 'reason'),
    [
        ('', None, 'has no release'),
        ('# something new altogether', None, 'has no release'),
        ('# R99 (release), REVISION: 1.2.3, GCID: 1', '99.1.2.3', 'L4T 99.1.2.3 is not in'),
    ],
)
def test_an_unknown_release_is_no_error(tmp_path, text, l4t, reason):
    (tmp_path / 'etc').mkdir()
    (tmp_path / 'etc/nv_tegra_release').write_text(text)
    found = read_release(tmp_path)
    assert (found.l4t, found.jetpack) == (l4t, None)
    assert reason in found.reason


@pytest.mark.parametrize(
    ('status', 'name', 'caps'),
    [
        ('pmode:0000', 'MAXN', {}),
        ('pmode:0003 fmode:quiet', 'MODE_50W', {'gpu0': 816e6, 'dla0': 1369.6e6, 'pva0': 704e6}),
        ('pmode:0009', 'mode 9', {}),
        ('nonsense', None, {}),
    ],
)
def test_the_power_mode_and_what_it_allows(tmp_path, status, name, caps):
    tree = COMPUTERS['agx_orin_jp5'].tree(tmp_path)
    tree.write('var/lib/nvpmodel/status', status)
    found = read_power_mode(tmp_path)
    assert (found.name, found.caps_hz) == (name, caps)
    assert bool(found.reason) == (name in ('mode 9', None))


@given(st.sets(st.integers(0, 300)))
def test_lists_of_the_kernel_are_read(numbers):
    assert parse_range(','.join(map(str, sorted(numbers)))) == numbers


def test_ranges_of_the_kernel_are_read():
    assert parse_range('0-3,6,8-9') == {0, 1, 2, 3, 6, 8, 9}
    assert parse_range('what?') == parse_range('') == frozenset()


# --- this machine ------------------------------------------------------------------------------


def test_this_machine_is_taken_as_it_is():
    machine = discover()
    assert {u.core for u in machine.units if u.unit.kind == 'cpu'} == os.sched_getaffinity(0)
    assert all(u.core is None for u in machine.units if u.unit.kind != 'cpu')
    assert not {u.unit.name for u in machine.units} & set(machine.absent)
    assert all(machine.absent.values())


def test_accelerators_that_are_there_are_units(tmp_path, monkeypatch):
    from edge_sched_ros.execution import registry

    known = COMPUTERS['orin_nx']
    known.tree(tmp_path)
    found = take_inventory(root=tmp_path, probes=known.probes(), allowed_cores=range(6))
    monkeypatch.setattr(registry, 'take_inventory', lambda: found)
    machine = registry.discover.__wrapped__()
    kinds = [u.unit.kind for u in machine.units if u.unit.kind != 'cpu']
    assert kinds == ['gpu', 'dla', 'pva', 'vic', 'ofa']
    assert machine.absent['dla1'] == 'Jetson Orin NX 8 GB has only one DLA'


class _Preprocessor:
    ops = {'remap': ('vic', 'gpu'), 'letterbox': ('vic',)}


def test_preprocessing_runs_where_a_preprocessor_says():
    machine = discover()
    plain = Backend('plain', ('cpu',), True, '', object())
    with_ops = Backend('fancy', ('vic',), True, '', _Preprocessor())
    broken = Backend('broken', ('cpu',), False, 'gone', object())
    found = preprocess_ops(replace(machine, preprocessors=(plain, with_ops, broken)))
    cpus = [u.unit.name for u in machine.units if u.unit.kind == 'cpu']
    assert set(found) == {'remap', 'letterbox'}
    assert [name for name in found['letterbox'] if name.startswith('cpu')] == cpus
    assert not [name for name in found['remap'] if name.startswith('cpu')]
    nothing = preprocess_ops(replace(machine, preprocessors=(broken,)))
    assert nothing == {}


def test_a_probe_needs_an_interpreter(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, 'executable', '')
    assert 'no Python interpreter' in run_probe(_script(tmp_path, 'pass')).reason

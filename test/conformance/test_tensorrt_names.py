# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Names used of TensorRT are those of the list, of the real modules, and of the stand-ins.

The real modules need no GPU for this: set EDGE_SCHED_TENSORRT_SITE to a folder into which
``pip install --no-deps --target FOLDER tensorrt-cu12-bindings==10.3.0`` installed, whose libraries
are replaced by empty ones, or the lean pair ``tensorrt-lean-cu12-bindings`` and ``-libs``.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path

import pytest
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from name_reader import overridden
from name_reader import pycuda_names
from name_reader import tensorrt_calls
from name_reader import tensorrt_names
from stub_libraries import stand_in_for_libraries

from edge_sched_ros.execution.tensorrt import names
from edge_sched_ros.execution.tensorrt.api import make_logger
from edge_sched_ros.execution.tensorrt.api import make_recorder
from edge_sched_ros.execution.tensorrt.calibration import make_calibrator
from edge_sched_ros.execution.tensorrt.progress import make_monitor

SITE = 'EDGE_SCHED_TENSORRT_SITE'
MODULES = ('tensorrt_bindings', 'tensorrt_lean_bindings', 'tensorrt_lean')
#: in the lean module there is nothing to build with, and no inspector
NOT_LEAN = {
    'Builder',
    'EngineInspector',
    'IBuilderConfig',
    'ILayer',
    'INetworkDefinition',
    'ITensor',
    'LayerType',
    'NetworkDefinitionCreationFlag',
    'OnnxParser',
    'ParserError',
}
_FLAVOUR = {'8': '8.6', '10': '10.3', '11': '11.0'}


@pytest.fixture
def real(tmp_path):
    """The real bindings, imported from where the variable says."""
    site = os.environ.get(SITE)
    if not site:
        pytest.skip(f'{SITE} does not name a folder with the bindings of TensorRT')
    sys.path.insert(0, site)
    try:
        for name in MODULES:
            try:
                return importlib.import_module(name)
            except ModuleNotFoundError:
                continue
            except ImportError:
                (compiled,) = (Path(site) / name).glob('tensorrt*.so')
                stand_in_for_libraries(compiled, tmp_path)
                return importlib.import_module(name)
    finally:
        sys.path.remove(site)
    raise AssertionError(f'{site} has none of {MODULES}')


def _owner(module, class_name):
    owner = module
    for part in filter(None, class_name.split('.')):
        owner = getattr(owner, part)
    return owner


def _comparable(module):
    """Yield class and name of what the module should have."""
    lean = not hasattr(module, 'Builder')
    for class_name, used in names.TENSORRT.items():
        if lean and class_name in NOT_LEAN:
            continue
        for name in used:
            if not (lean and not class_name and name in NOT_LEAN):
                yield class_name, name


def test_the_list_is_what_the_source_uses():
    assert tensorrt_names() == names.TENSORRT
    assert {base: set(methods) for base, methods in overridden().items()} == {
        base: methods
        | ({'take'} if base == 'IErrorRecorder' else set())
        | ({'_report'} if base == 'IProgressMonitor' else set())
        for base, methods in names.OVERRIDDEN.items()
    }


def test_the_list_of_pycuda_is_what_the_source_uses():
    assert pycuda_names() == names.PYCUDA


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_the_stand_in_of_pycuda_has_its_names(monkeypatch, flavour):
    with fake_tensorrt(monkeypatch, flavour) as fake:
        for class_name, used in names.PYCUDA.items():
            if class_name == 'DeviceAllocation':
                owner = fake.memory.DeviceAllocation
            else:
                owner = _owner(fake.driver, class_name)
            missing = {n for n in used - {'handle'} if not hasattr(owner, n)}
            assert not missing, class_name


def test_the_real_module_has_every_name(real):
    missing = [
        f'{owner}.{name}'.strip('.')
        for owner, name in _comparable(real)
        if not hasattr(_owner(real, owner), name)
    ]
    assert set(missing) <= names.OPTIONAL
    derived = [
        f'{base}.{method}'
        for base, methods in names.OVERRIDDEN.items()
        if hasattr(real, base)
        for method in methods
        if not hasattr(getattr(real, base), method) and base != 'IInt8EntropyCalibrator2'
    ]
    assert derived == []


def test_the_real_methods_take_as_many_arguments(real):
    known = set(_comparable(real))
    compared = 0
    for owner, name, given in sorted(tensorrt_calls()):
        if (owner, name) not in known or (owner == '' and name == 'nptype'):
            continue
        target = getattr(_owner(real, owner), name)
        documented = (target.__init__ if isinstance(target, type) else target).__doc__
        assert any(low <= given <= high for low, high in _arities(documented)), (owner, name)
        compared += 1
    assert compared >= 9


def _arities(documented):
    """Yield least and most arguments of each signature in a compiled function's first lines."""
    for line in documented.splitlines():
        match = re.match(r'(?:\d+\. )?\w+\(self(?:: [^,)]*)?(?:, (.*))?\) -> ', line)
        if match:
            text = match.group(1) or ''
            arguments = re.findall(r'(\w+): [^=]*?(?: = ([^,]+))?(?=, \w+:|$)', text)
            least = sum(not default for _, default in arguments)
            yield least, len(arguments)


def test_the_stand_in_lacks_what_the_real_one_lacks(real, monkeypatch):
    flavour = _FLAVOUR[real.__version__.partition('.')[0]]
    with fake_tensorrt(monkeypatch, flavour) as fake:
        for entry in sorted(names.OPTIONAL):
            owner, _, name = entry.rpartition('.')
            if owner == 'IBuilderConfig':
                continue
            if not hasattr(real, 'Builder') and (owner or name) in NOT_LEAN:
                continue
            if not hasattr(real, 'Builder') and not owner:
                continue
            has = hasattr(_owner(real, owner), name)
            assert hasattr(_owner(fake.trt, owner), name) == has, entry


def test_classes_derived_from_the_real_ones_can_be_made_and_called(real):
    logger = make_logger(real)
    with logger.reasons.open() as reasons:
        logger.log(real.ILogger.Severity.ERROR, 'two\nlines')
    assert str(reasons) == 'two lines'
    recorder = make_recorder(real)
    assert recorder.num_errors() == 0 and recorder.take() == ''
    seen = []
    monitor = make_monitor(real, seen.append)
    if monitor is not None:
        monitor.phase_start('all', None, 2)
        assert monitor.step_complete('all', 0) is True
        assert seen == [0.5]
    calibrator = make_calibrator(real, table=b'ranges')
    assert calibrator is None or calibrator.read_calibration_cache() == b'ranges'

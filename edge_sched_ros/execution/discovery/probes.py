# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All probes of this machine, each run once per process."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.discovery.probe import run_probe
from edge_sched_ros.execution.providers.table import PROVIDERS

_HERE = Path(__file__).parent
_PYTHON = f'python{sys.version_info[0]}.{sys.version_info[1]}'
_SITE = 'a virtual environment sees it only with --system-site-packages'

#: module -> message when it is not installed
_HOW_TO_GET = {
    'tensorrt': f'TensorRT is not installed for {_PYTHON} (JetPack: apt install '
    f'python3-libnvinfer; {_SITE})',
    'vpi': f"VPI is not installed for {_PYTHON} (JetPack has it for its Ubuntu's Python alone: "
    f'apt install python3.10-vpi3, or python3.8-vpi2 on JetPack 5; {_SITE})',
    'pycuda': 'pycuda is not installed (pip install pycuda, which needs the CUDA toolkit)',
    'cuda_core': 'cuda-core is not installed (pip install "cuda-core[cu12]", or [cu13])',
}
#: where a module's name is not its probe's
_MODULES = {'cuda_core': 'cuda.core'}


#: probe -> its kinds of units
_ASKED_FOR = {
    'cuda': frozenset({'gpu'}),
    'tensorrt': frozenset({'gpu', 'dla'}),
    'vpi': frozenset({'pva', 'vic'}),
}


_NOT_LOOKED_AT = ProbeResult(False, reason='was not looked at')


@dataclass(frozen=True, slots=True)
class Probes:
    """The results of the probes of one machine."""

    cuda: ProbeResult
    tensorrt: ProbeResult
    vpi: ProbeResult
    pycuda: ProbeResult
    cuda_core: ProbeResult = _NOT_LOOKED_AT
    #: of ONNX Runtime's execution providers, by name
    providers: ProbeResult = _NOT_LOOKED_AT


@lru_cache(maxsize=1)
def probe_machine() -> Probes:
    """Probe this machine once; the next process sees the effects of an installation."""
    cuda = run_probe(_HERE / 'probe_cuda.py')
    return Probes(
        cuda=cuda,
        tensorrt=_probe_module('tensorrt', *(['cuda'] if cuda.ok else [])),
        vpi=probe_vpi(),
        pycuda=_probe_module('pycuda'),
        cuda_core=_probe_module('cuda_core'),
        providers=probe_providers(),
    )


def failed_probes(signs: Collection[str]) -> tuple[str, ...]:
    """
    Return the probes that failed though a driver is present.

    Parts that are not installed are left out, since another probe would give the same.

    :param signs: kinds of units with a driver present
    """
    known = getattr(probe_machine, 'cache_info', None)
    if known is None or not known().currsize:
        return ()
    found = probe_machine()
    failed = {
        name: result
        for name, result in (
            ('cuda', found.cuda),
            ('tensorrt', found.tensorrt),
            ('vpi', found.vpi),
        )
        if not result.ok and result.reason not in _HOW_TO_GET.values()
    }
    return tuple(name for name in failed if not _ASKED_FOR[name].isdisjoint(signs))


def probe_vpi() -> ProbeResult:
    """Probe VPI again."""
    return _probe_module('vpi')


def probe_providers() -> ProbeResult:
    """Probe the execution providers that are installed; without any this starts no process."""
    installed = [name for name, provider in PROVIDERS.items() if provider.installed]
    if not installed or not _is_installed('onnxruntime'):
        return ProbeResult(False, reason='is not installed')
    return run_probe(_HERE / 'probe_providers.py', *installed)


def _probe_module(name: str, *arguments: str) -> ProbeResult:
    """Probe a module if it is installed; the check for it needs no process."""
    if not _is_installed(_MODULES.get(name, name)):
        return ProbeResult(False, reason=_HOW_TO_GET[name])
    return run_probe(_HERE / f'probe_{name}.py', *arguments)


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False

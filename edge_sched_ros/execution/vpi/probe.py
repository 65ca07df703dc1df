# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether VPI is here and which backends it has, asked in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
from dataclasses import dataclass

from edge_sched_ros.execution.vpi.capability import Version

_TIMEOUT_S = 20.0
_QUESTION = """
import json, vpi
names = ['CPU', 'CUDA', 'PVA', 'VIC', 'OFA']
mask = vpi.Backend.AVAILABLE
known = [name for name in names if hasattr(vpi.Backend, name)]
here = [name for name in known if getattr(vpi.Backend, name) & mask]
print(json.dumps({'version': str(getattr(vpi, '__version__', '')), 'backends': here}))
"""


@dataclass(frozen=True, slots=True)
class VpiFacts:
    """
    What was found.

    :param reason: why VPI cannot be used; empty when it can
    """

    version: Version = (0, 0)
    backends: frozenset[str] = frozenset()
    reason: str = ''


def probe() -> VpiFacts:
    """
    Look for VPI without importing it here.

    Looking at a backend that is not there can end the process on some versions.
    """
    if importlib.util.find_spec('vpi') is None:
        return VpiFacts(
            reason='there is no module vpi: it comes with JetPack (apt install '
            'python3-vpi or pythonX.Y-vpiN), and a virtual environment sees it only when made '
            'with --system-site-packages'
        )
    try:
        result = subprocess.run(
            [sys.executable, '-c', _QUESTION],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return VpiFacts(reason=f'importing vpi took longer than {_TIMEOUT_S:g} s')
    if result.returncode < 0:
        name = signal.Signals(-result.returncode).name
        return VpiFacts(reason=f'importing vpi ended its process ({name})')
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ['no message']
        return VpiFacts(reason=f'importing vpi failed: {lines[-1]}')
    return _facts(result.stdout)


def _facts(text: str) -> VpiFacts:
    try:
        answer = json.loads(text.strip().splitlines()[-1])
        numbers = [int(part) for part in answer['version'].split('.')[:2]]
    except (IndexError, KeyError, ValueError):
        return VpiFacts(reason='module vpi does not say its version (VPI before 2.1?)')
    version = (numbers[0], numbers[1] if len(numbers) > 1 else 0)
    backends = frozenset(answer['backends'])
    if not backends - {'CPU'}:
        return VpiFacts(version, backends, 'VPI has no backend here but the CPU')
    return VpiFacts(version, backends)

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Probe: VPI's version and its backends, by the mask of available ones.

Run by :mod:`edge_sched_ros.execution.discovery.probe`.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

_BACKENDS = ('CPU', 'CUDA', 'PVA', 'VIC', 'OFA', 'NVENC')


def _is_set(bits: Any) -> bool:
    # all members of the enumeration are true, so only the number tells
    try:
        return int(bits) != 0
    except TypeError:
        return bool(bits)


def main() -> None:
    """Print the result."""
    try:
        vpi = importlib.import_module('vpi')
    except ImportError as error:
        print(json.dumps({'error': f'VPI cannot be imported: {error}'}))
        return
    if not hasattr(vpi, 'Backend'):
        where = next(iter(getattr(vpi, '__path__', [])), '?')
        print(json.dumps({'error': f"'vpi' in {where} is not NVIDIA's VPI"}))
        return
    print(json.dumps({'version': str(getattr(vpi, '__version__', 'unknown'))}), flush=True)
    available = vpi.Backend.AVAILABLE
    found = [
        name
        for name in _BACKENDS
        if hasattr(vpi.Backend, name) and _is_set(getattr(vpi.Backend, name) & available)
    ]
    print(json.dumps({'backends': found}))


if __name__ == '__main__':
    main()

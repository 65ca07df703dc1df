# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Probe: whether cuda.core and the bindings under it can be imported, and the version.

Run by :mod:`edge_sched_ros.execution.discovery.probe`.
"""

from __future__ import annotations

import importlib
import json


def main() -> None:
    """Print the result."""
    try:
        core = importlib.import_module('cuda.core')
        importlib.import_module('cuda.bindings.driver')
        version = str(core.__version__)
    except Exception as error:
        print(json.dumps({'error': f'cuda.core cannot be imported: {error}'}))
        return
    if not hasattr(core, 'Device'):
        # before 0.5 it was all in cuda.core.experimental
        print(json.dumps({'error': f'cuda-core {version} is too old: 1.0 is needed'}))
        return
    print(json.dumps({'version': version}))


if __name__ == '__main__':
    main()

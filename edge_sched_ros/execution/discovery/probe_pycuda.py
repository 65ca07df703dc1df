# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Probe: whether pycuda can be imported, and its version.

Run by :mod:`edge_sched_ros.execution.discovery.probe`.
"""

from __future__ import annotations

import importlib
import json


def main() -> None:
    """Print the result."""
    try:
        importlib.import_module('pycuda.driver')
        version = importlib.import_module('pycuda').VERSION_TEXT
    except Exception as error:
        print(json.dumps({'error': f'pycuda cannot be imported: {error}'}))
        return
    print(json.dumps({'version': version}))


if __name__ == '__main__':
    main()

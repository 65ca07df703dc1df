# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Probe: TensorRT's version and, only if CUDA works, its number of DLA cores.

``num_DLA_cores`` without a driver ends the process with SIGSEGV. Run by
:mod:`edge_sched_ros.execution.discovery.probe`; the argument ``cuda`` means that CUDA works.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


def _dla_cores(trt: Any) -> int:
    logger = trt.Logger(trt.Logger.ERROR)
    runtime = trt.Runtime(logger)
    if hasattr(runtime, 'num_DLA_cores'):
        return int(runtime.num_DLA_cores)
    return int(trt.Builder(logger).num_DLA_cores)


def main() -> None:
    """Print the result."""
    try:
        trt = importlib.import_module('tensorrt')
    except ImportError as error:
        print(json.dumps({'error': f'TensorRT cannot be imported: {error}'}))
        return
    if not hasattr(trt, 'Logger'):
        # a folder of this name is a module, too
        where = next(iter(getattr(trt, '__path__', [])), '?')
        print(json.dumps({'error': f"'tensorrt' in {where} is not TensorRT"}))
        return
    print(json.dumps({'version': str(trt.__version__)}), flush=True)
    if 'cuda' in sys.argv[1:]:
        print(json.dumps({'num_dla_cores': _dla_cores(trt)}))


if __name__ == '__main__':
    main()

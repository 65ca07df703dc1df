# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Probe: which execution providers ONNX Runtime can load, and the devices that they see.

Libraries of providers load drivers, which may end a process. A line is printed after each, so
that the ones before a crash are known. Run by :mod:`edge_sched_ros.execution.discovery.probe`;
the arguments are the providers to look at.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from edge_sched_ros.execution.providers.sessions import own_devices
from edge_sched_ros.execution.providers.sessions import register
from edge_sched_ros.execution.providers.table import PROVIDERS


def _look_at(name: str) -> dict[str, Any]:
    """Return the devices of a provider, or the reason why it has none."""
    try:
        register(name)
        devices = own_devices(name)
    except Exception as error:
        # an exception of a provider's library is of any kind
        return {'reason': ' '.join(str(error).split()) or type(error).__name__}
    if not devices:
        return {'reason': 'it sees no device here'}
    return {'devices': devices}


def main() -> None:
    """Print the results."""
    try:
        version = importlib.import_module('onnxruntime').__version__
    except Exception as error:
        print(json.dumps({'error': f'onnxruntime cannot be imported: {error}'}))
        return
    print(json.dumps({'version': version}), flush=True)
    for name in sys.argv[1:]:
        if name in PROVIDERS:
            # what is left of it where the next line is never printed
            print(json.dumps({name: {'reason': 'it ends the process'}}), flush=True)
            print(json.dumps({name: _look_at(name)}), flush=True)


if __name__ == '__main__':
    main()

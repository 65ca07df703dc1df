# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The memory of a network: the growth of a process by loading it and running it once.

``python -m edge_sched_ros.profiling.memory_probe NETWORK.yaml ENGINE UNIT ONNX`` prints it in MiB.

It runs in a separate process, so that memory freed by others does not count. The network is
loaded, run and freed once before, so that an engine's own memory is not counted. Memory of a
discrete GPU is not resident memory and is not measured.
"""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
from pathlib import Path

from edge_sched_ros.installation.own_module import module_command

_MODULE = 'edge_sched_ros.profiling.memory_probe'
#: time limit of loading a network
_TIMEOUT_S = 120.0


def measure_memory(source: Path, engine: str, unit: str, file: Path) -> float | None:
    """
    Return a network's memory in MiB, measured in a separate process; ``None`` if not possible.

    :param source: the network's YAML
    :param engine: name of the engine, or ``package.module:Class``
    :param unit: name of the unit to run on
    :param file: the variant's file
    """
    command = module_command(_MODULE, str(source), engine, unit, str(file))
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
        return float(done.stdout.split()[-1]) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return None


def resident_mib() -> float:
    """Return the resident memory of this process."""
    pages = int(Path('/proc/self/statm').read_text(encoding='ascii').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20


def give_back() -> None:
    """Return freed memory to the system, if the C library can."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        pass


def _growth_mib(source: str, engine_name: str, unit_name: str, file: str) -> float:
    from dataclasses import replace

    import numpy as np

    from edge_sched_ros.core.units import Unit
    from edge_sched_ros.execution.backend_options import for_engine
    from edge_sched_ros.execution.backends import ENGINES
    from edge_sched_ros.execution.network import load_network
    from edge_sched_ros.execution.units import kind_in

    spec = replace(load_network(source), file=Path(file))
    unit = Unit(unit_name, kind_in(unit_name))
    engine = ENGINES.find(engine_name, 'engine')()
    growth = 0.0
    for _ in range(2):
        give_back()
        before = resident_mib()
        network = engine.load(for_engine(engine, spec), unit)
        inputs = [
            np.zeros([size or 1 for size in info.shape], info.dtype) for info in network.inputs
        ]
        network.run(inputs)
        del inputs
        give_back()
        growth = resident_mib() - before
        network.close()
        del network
    return max(0.0, growth)


if __name__ == '__main__':
    print(_growth_mib(*sys.argv[1:]))

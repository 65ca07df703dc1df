# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The victim's code harms its process, which is its own."""

from __future__ import annotations

from random import Random
from typing import Any

from edge_sched_ros.execution.isolation.back_off import BackOff
from faults.fault import ERROR
from faults.fault import Fault
from faults.fault import WARN
from faults.scene import VICTIM

_PARAMETERS = {
    'watchdog_floor_ms': 1e6,
    f'{VICTIM}.program': 'faults.isolated_program:IsolatedVictim',
    f'{VICTIM}.isolation': 'process',
    # only what never ends takes so long, on a machine under any load
    f'{VICTIM}.isolation_timeout_ms': 100_000.0,
    f'{VICTIM}.isolation_memory_mib': 256,
}
#: for calls that never end
_SHORT = {f'{VICTIM}.isolation_timeout_ms': 300.0}
#: name -> first pixel of the frames, what diagnostics say, at which level at least, parameters
_HARMS: dict[str, tuple[int, str, int, dict[str, Any]]] = {
    'a segmentation fault': (11, 'SIGSEGV', ERROR, {}),
    'os._exit': (12, 'exit code 3', ERROR, {}),
    'a call that keeps the interpreter': (13, 'did not answer', ERROR, _SHORT),
    'memory without end': (14, 'MemoryError', WARN, {}),
}


def _fault(name: str, marker: int, says: str, level: int, more: dict[str, Any]) -> Fault:
    def begin(robot: Any, _: Random) -> None:
        # the pauses of a minute of crashes are tested elsewhere
        pipeline = robot.pipeline if robot.name == 'pipeline' else robot.node._pipeline
        pipeline._assembly.programs[VICTIM]._worker._back_off = BackOff(0.05, 0.2)
        robot.marker = marker

    def end(robot: Any) -> None:
        robot.marker = 0

    return Fault(
        f'isolated program: {name}',
        'own code in a process of its own',
        begin,
        end,
        VICTIM,
        says,
        level=level,
        parameters={**_PARAMETERS, **more},
        # one that is always tried in a node, where messages are others
        scenes=('node',) if name == 'os._exit' else ('pipeline', 'node'),
    )


FAULTS = tuple(_fault(name, *harm) for name, harm in _HARMS.items())

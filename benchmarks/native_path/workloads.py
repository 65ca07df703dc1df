# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node runs."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.results import Detections

NETWORKS, WAITING = 'networks', 'waiting'
#: workload -> width, height and frames a second of its camera
CAMERAS = {NETWORKS: (640, 480, 20.0), WAITING: (64, 48, 640.0)}
#: 10,240 jobs a second are asked for, and the units could do 16,000
_UNITS, _TASKS, _WAIT_S = 8, 16, 0.0005
_REAL: dict[str, dict[str, Any]] = {
    'detector': {'network': 'detector.yaml', 'topic': 'camera', 'deadline_ms': 200.0},
    'tracker': {'network': 'embedding.yaml', 'after': 'detector', 'deadline_ms': 300.0},
    'depth': {'network': 'depth.yaml', 'topic': 'camera', 'deadline_ms': 200.0},
}


class Waits:
    """A program whose only stage waits and finds five boxes."""

    stages = ('only',)
    stateful = False
    output = 'detections'

    def __init__(self) -> None:
        boxes = np.arange(20, dtype=np.float32).reshape(5, 4)
        self._found = Detections(boxes, np.full(5, 0.5, np.float32), np.arange(5))

    def run(self, stage: str, context: JobContext) -> int:
        """Wait."""
        time.sleep(_WAIT_S)
        context.result = self._found
        return len(self._found)

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


def parameters(workload: str, native: str) -> dict[str, Any]:
    """Return the parameters of the node."""
    tasks = _REAL
    if workload == WAITING:
        one = {'program': f'{__name__}:Waits', 'topic': 'camera', 'deadline_ms': 1000.0}
        tasks = {f't{number}': one for number in range(_TASKS)}
    found: dict[str, Any] = {'tasks': list(tasks), 'native': native, 'admission': 'off'}
    for name, values in tasks.items():
        found |= {f'{name}.{key}': value for key, value in values.items()}
    return found


def waiting_machine() -> Machine:
    """Return eight units that no core stands for."""
    units = [LocalUnit(Unit(f'cpu{number}', 'cpu')) for number in range(_UNITS)]
    return Machine(tuple(units), (), ())

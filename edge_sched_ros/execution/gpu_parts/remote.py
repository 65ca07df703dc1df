# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network in a process of its own: MPS and MIG give each process one part of a GPU."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.gpu_parts.parts import MPS
from edge_sched_ros.execution.gpu_parts.spec_values import values_of
from edge_sched_ros.execution.isolation.errors import IsolationError
from edge_sched_ros.execution.isolation.errors import RemoteError
from edge_sched_ros.execution.isolation.worker import Worker
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo

#: a first load builds an engine, which takes minutes
_LOAD_S = 1800.0
#: a run that takes longer hangs: its process is ended, and started again
_RUN_S = 30.0
_MODULE = 'edge_sched_ros.execution.gpu_parts.part_process'


def environment_of(part: GpuPart) -> dict[str, str]:
    """Return the variables by which CUDA keeps a process to a part of a GPU."""
    if part.way == MPS:
        return {'CUDA_MPS_ACTIVE_THREAD_PERCENTAGE': f'{part.share * 100:g}'}
    return {'CUDA_VISIBLE_DEVICES': part.uuid}


class RemoteNetwork:
    """
    Runs a network in a process that has a part of a GPU; inputs and outputs are copied.

    :param engine: its name, or ``package.module:Class``
    :param unit: the unit that the process runs it on, as that process counts
    :raises ConfigError: when the process cannot load it
    """

    def __init__(self, spec: NetworkSpec, engine: str, unit: Unit, part: GpuPart) -> None:
        self._where = spec.where('file')
        request = {
            'do': 'load',
            'spec': values_of(spec),
            'engine': engine,
            'unit': (unit.name, unit.kind),
        }
        self._worker = Worker(
            f'{spec.name} on {part.name}',
            _MODULE,
            lambda: request,
            records={},
            load_s=_LOAD_S,
            environment=environment_of(part),
        )
        try:
            told = self._worker.start()
        except RemoteError as error:
            raise ConfigError(error.where or self._where, str(error)) from None
        except IsolationError as error:
            raise ConfigError(self._where, f'cannot run on {part.name}: {error}') from None
        self.inputs, self.outputs = _infos(told, 'inputs'), _infos(told, 'outputs')

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """
        Return the outputs, in order; the caller owns them.

        :raises IsolationError: when the process has ended, or the network fails there
        """
        request = {'do': 'run', 'inputs': [np.ascontiguousarray(array) for array in inputs]}
        return list(self._worker.ask(request, timeout_s=_RUN_S))

    def close(self) -> None:
        """End the process."""
        self._worker.close()


def _infos(told: Mapping[str, Any], key: str) -> tuple[TensorInfo, ...]:
    return tuple(TensorInfo(name, tuple(shape), dtype) for name, shape, dtype in told[key])

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network that only takes time: for tests, benchmarks and trials of settings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.execution.more_inputs import CAMERA_INFO
from edge_sched_ros.execution.more_inputs import IMAGE_SIZE
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.more_inputs import SCALE_FACTOR
from edge_sched_ros.execution.more_inputs import stacked_picture
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo


class SimulatedFaultError(RuntimeError):
    """A configured fault of a simulated network."""

    reason = 'simulated_fault'


class SimulatedNetwork:
    """
    Waits and returns zeros, but for the first value: an output of equal values counts as invalid.

    :param latency_ms: time of a run
    :param fail_every: every n-th run raises, 0 for never
    :param hang_at: number of the run (from 1) that does not return until ``close``, 0 for never
    """

    def __init__(
        self,
        inputs: tuple[TensorInfo, ...],
        outputs: tuple[TensorInfo, ...],
        *,
        latency_ms: float,
        fail_every: int,
        hang_at: int,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        self._latency_s = latency_ms / 1e3
        self._fail_every, self._hang_at = fail_every, hang_at
        self._wait = wait
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self.runs = 0

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """
        Return zeros of the outputs' shapes after the latency.

        :raises SimulatedFaultError: as configured
        """
        with self._lock:
            self.runs += 1
            number = self.runs
        if number == self._hang_at:
            self._closed.wait()
        self._wait(self._latency_s)
        if self._fail_every and number % self._fail_every == 0:
            raise SimulatedFaultError(f'run {number} fails, as configured')
        batch = len(inputs[0])
        return [_nearly_zeros(batch, info) for info in self.outputs]

    def close(self) -> None:
        """End a hung run."""
        self._closed.set()


def _nearly_zeros(batch: int, info: TensorInfo) -> NDArray[Any]:
    shape = [batch if size is None else size for size in info.shape]
    values: NDArray[Any] = np.zeros(shape, info.dtype)
    values.reshape(-1)[:1] = 1
    return values


class SimulatedEngine:
    """Replaces any engine on any unit; configured under ``decoder_options.simulate``."""

    name = 'simulated'
    kinds = UNIT_KINDS

    def available(self) -> tuple[bool, str]:
        """Return that it is always available."""
        return True, ''

    def load(self, spec: NetworkSpec, unit: Unit | None = None) -> SimulatedNetwork:
        """
        Return a network as described by ``decoder_options.simulate`` of its YAML.

        A segment takes its part of ``latency_ms``, by operations, or what ``segments`` says in ms.

        :raises ConfigError: when that is missing or wrong
        """
        where = f'{spec.source}: decoder_options.simulate'
        settings = dict(spec.decoder_options.get('simulate') or {})
        try:
            inputs, outputs, share = _tensors(spec, settings.pop('outputs', None))
            times_ms = dict(settings.pop('segments', {}))
            latency_ms = share * float(settings.pop('latency_ms', 0.0))
            if spec.segment is not None:
                latency_ms = float(times_ms.get(spec.segment.name, latency_ms))
            return SimulatedNetwork(
                inputs,
                outputs,
                latency_ms=latency_ms,
                fail_every=int(settings.pop('fail_every', 0)),
                hang_at=int(settings.pop('hang_at', 0)),
                **settings,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(where, f'needs outputs (a list of shapes); got {error}') from None


def _tensors(
    spec: NetworkSpec, shapes: Any
) -> tuple[tuple[TensorInfo, ...], tuple[TensorInfo, ...], float]:
    """
    Return what a network or segment takes and gives, and its share of the network's latency.

    :raises TypeError: without shapes of a network that is not in segments
    """
    if spec.segment is not None and spec.segments is not None:
        every = spec.segments.segments
        total = sum(one.gflops for one in every)
        share = spec.segment.gflops / total if total else 1 / len(every)
        return spec.segment.inputs, spec.segment.outputs, share
    outputs = tuple(
        TensorInfo(f'output{index}', tuple(shape), 'float32') for index, shape in enumerate(shapes)
    )
    batch = None if spec.max_batch > 1 else 1
    picture = TensorInfo(spec.input.name or 'input', (batch, *spec.input.shape), spec.input.dtype)
    # a stack with the picture takes its place
    first = () if stacked_picture(spec.inputs) is not None else (picture,)
    return (*first, *map(_more_input, spec.inputs)), outputs, 1.0


def _more_input(one: MoreInput) -> TensorInfo:
    """Return an input beside the picture, of the shape that its values have."""
    if one.shape is not None:
        return TensorInfo(one.name, (1, *one.shape), one.dtype)
    if one.source == CAMERA_INFO:
        return TensorInfo(one.name, (1, 3, 3), 'float32')
    if one.source in (IMAGE_SIZE, SCALE_FACTOR):
        return TensorInfo(one.name, (1, 2), 'float32')
    return TensorInfo(one.name, np.shape(one.value), 'float32')


ENGINE = SimulatedEngine

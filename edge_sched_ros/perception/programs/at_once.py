# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs all stages of a picture's job in a row, with what is the same for all jobs looked up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.native.forms import unless_replaced
from edge_sched_ros.perception.decoders.reading import result_of
from edge_sched_ros.perception.programs.unit_vision import image_of
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.results import Detections

_log = logging.getLogger(__name__)


class FrameAtOnce:
    """
    The jobs of one variant on one unit, of a network in one part with one input.

    Where preprocessing and decoding have a native form and the engine has seats, a picture is
    written to where the network reads it, and decoded from where that has written.

    :param made: the input that the preprocessor makes
    """

    def __init__(
        self, variant: LoadedVariant, unit: str, preprocessor: Preprocessor, made: InputSpec
    ) -> None:
        ((self._stage, part),) = variant.parts.items()
        self.stages = variant.stages
        self._networks, self._network = part.networks, part.networks[unit]
        self._unit = unit
        self._prepare, self._made = preprocessor.prepare, made
        self._decoder = variant.decoder
        #: of the engine's outputs those that the decoder reads, in its order; ``None`` for all
        chosen = [part.outputs.index(name) for name in variant.outputs]
        self._chosen = None if chosen == list(range(len(part.outputs))) else chosen
        self._fill, self._seats = _in_place(preprocessor, made, self._network, variant.decoder)

    def is_current(self) -> bool:
        """Whether the unit has still the same network."""
        return self._networks.get(self._unit) is self._network

    def run(self, context: JobContext, clock_ns: Callable[[], int]) -> int:
        """Run a job; return the number of detections."""
        begun_ns, image, parts = clock_ns(), image_of(context), context.parts
        seat = None if self._seats is None else self._seats.take(self._unit)
        try:
            way = tensor = None
            if seat is not None and self._fill is not None:
                way, tensor = self._fill(image, seat.tensor), seat.tensor
            if way is None or tensor is None:
                (tensor, way), seat = self._prepare(image, self._made), None
            ready_ns = clock_ns()
            parts.append((PREPROCESS, begun_ns, ready_ns))
            outputs = self._outputs(seat, tensor)
            ran_ns = clock_ns()
            parts.append((self._stage, ready_ns, ran_ns))
            result = context.result = result_of(self._decoder, outputs, way)
            del outputs
        finally:
            if seat is not None and self._seats is not None:
                self._seats.give_back(self._unit, seat)
        parts.append((POSTPROCESS, ran_ns, clock_ns()))
        return len(result) if isinstance(result, Detections) else 0

    def _outputs(self, seat: Any, tensor: NDArray[Any]) -> list[NDArray[Any]]:
        outputs: list[NDArray[Any]] | None = None
        if seat is not None:
            try:
                outputs = seat.run()
            except Exception as error:
                # the way below fails, too, and tells it, or the file declares other sizes
                _log.info('%s: pictures are copied from now on: %s', self._unit, brief(error))
                self._seats = None
        if outputs is None:
            outputs = self._network.run([tensor])
        chosen = self._chosen
        return outputs if chosen is None else [outputs[index] for index in chosen]


def _in_place(
    preprocessor: Preprocessor, made: InputSpec, network: LoadedNetwork, decoder: Any
) -> tuple[Callable[..., Any] | None, Any]:
    """Return what fills tensors, and the seats with such tensors; twice ``None`` without both."""
    seats = unless_replaced(network, 'seats', 'run')
    filler_of = unless_replaced(preprocessor, 'filler', 'prepare')
    # a decoder in Python may keep parts of the outputs, and each would cost a seat
    if seats is None or filler_of is None or getattr(decoder, 'is_native', False) is not True:
        return None, None
    filler = filler_of(made)
    if filler is None:
        return None, None
    one = network.inputs[0]
    fits = one.shape == filler.shape and one.dtype == filler.dtype.name
    return (filler.fill, seats) if fits else (None, None)

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Places of an ONNX Runtime session: an input to be filled, and what a run makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.bound_runs import aligned
from edge_sched_ros.execution.bound_runs import OutputSet
from edge_sched_ros.execution.tensors import TensorInfo


class Seat:
    """
    The input and the outputs of one run at a time, bound to the session once.

    :param session: with one input; it and all outputs have fixed shapes
    """

    def __init__(
        self, session: Any, inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]
    ) -> None:
        #: to be filled before a run
        self.tensor: NDArray[Any] = aligned(inputs[0])
        self._set = OutputSet(session, outputs)
        one = inputs[0]
        self._set.bind([self.tensor], [(one.name, self.tensor.shape, self.tensor.dtype)])
        self._call, self._binding = session.run_with_iobinding, self._set.binding

    def run(self) -> list[NDArray[Any]]:
        """
        Run the session on the tensor, and return its outputs, in order.

        :raises Exception: what ONNX Runtime raises
        """
        self._call(self._binding)
        return list(self._set.arrays)

    def unused(self) -> bool:
        """Whether nobody refers to the outputs of the last run."""
        return self._set.unused()


class Seats:
    """
    The seats of one session, for each unit those that no run is using.

    A unit runs one stage at a time, so that it has one seat, whose memory is in its cache. A call
    that hangs keeps its seat; the unit's next thread has another one.

    :param session: as in :class:`Seat`
    """

    def __init__(
        self, session: Any, inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]
    ) -> None:
        self._given = session, inputs, outputs
        self._free: dict[str, list[Seat]] = {}

    def take(self, unit: str) -> Seat:
        """Return a seat of a unit whose outputs nobody refers to; give it back after the run."""
        free = self._free.get(unit)
        while free:
            try:
                seat = free.pop()
            except IndexError:  # another thread was faster
                break
            # a kept result keeps the memory, and the seat is given up
            if seat.unused():
                return seat
        return Seat(*self._given)

    def give_back(self, unit: str, seat: Seat) -> None:
        """Let the next run on a unit have a seat."""
        free = self._free.get(unit)
        if free is None:
            free = self._free.setdefault(unit, [])
        free.append(seat)

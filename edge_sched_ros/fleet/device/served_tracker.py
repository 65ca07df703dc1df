# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network that works on the boxes of another task, and the tracker after it, by segment."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.fleet.before import Before
from edge_sched_ros.fleet.graphs import BEFORE
from edge_sched_ros.fleet.graphs import FRAME
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.perception.decoders.reading import result_of
from edge_sched_ros.perception.programs.track import filled
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.profiling.picture import Picture

#: boxes to measure with, as a share of the picture
_SAMPLE = ((0.1, 0.1, 0.3, 0.4), (0.5, 0.5, 0.9, 0.8))


@dataclass(slots=True)
class ServedTracker:
    """
    Crops and tracks at home, their embeddings on any device.

    It gives what ``TrackProgram`` gives on one device: the same calls of the network, on the same
    batches.

    :param units: segment -> units that can run it
    :param costs_ns: segment -> unit -> what it takes there, alone, for a few boxes
    :param variant: of the network
    """

    form: NetworkForm
    program: TrackProgram
    units: Mapping[str, tuple[str, ...]]
    costs_ns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    variant: str = ''

    def run(self, segment: str, unit: str, inputs: Sequence[Any], job: int) -> tuple[Any, ...]:
        """
        Run a segment on a unit; return its outputs in order, and how many things it found.

        :raises FrameError: when the task before gave no boxes, or the message has no image
        """
        if segment == PREPROCESS:
            return self._crops(unit, *inputs), 0
        if segment == POSTPROCESS:
            *outputs, before = inputs
            result = self._follow(outputs, _boxes(before, self._name))
            return result, len(result)
        return (*self._infer(segment, unit, inputs), 0)

    @property
    def _name(self) -> str:
        return self.form.graph.name

    @property
    def _loaded(self) -> LoadedVariant:
        variants = self.program.variants
        return variants.by_name[self.variant] if self.variant else variants.first

    def _crops(self, unit: str, frame: Frame, before: Before) -> NDArray[Any]:
        found = _boxes(before, self._name)
        crops = self.program.crops(self._name, unit, frame.image, found)
        if crops is not None:
            return crops
        network = next(iter(self._loaded.first_part.networks.values()))
        return _no_rows(network.inputs[0])

    def _infer(self, segment: str, unit: str, inputs: Sequence[Any]) -> list[NDArray[Any]]:
        network = self._loaded.parts[segment].networks[unit]
        count = len(inputs[0])
        if not count:
            return [_no_rows(info) for info in network.outputs]
        fixed = network.inputs[0].shape[0]
        size = self.program.batch_size(fixed)
        given: list[list[NDArray[Any]]] = [[] for _ in network.outputs]
        for start in range(0, count, size):
            batch = [one[start : start + size] for one in inputs]
            rows = len(batch[0])
            # a DLA accepts only the batch size it was built for
            outputs = network.run([filled(one, size) for one in batch] if fixed else batch)
            for rows_so_far, output in zip(given, outputs):
                rows_so_far.append(output[:rows])
        return [one[0] if len(one) == 1 else np.concatenate(one) for one in given]

    def _follow(self, outputs: list[NDArray[Any]], found: Detections) -> Detections:
        vectors = None
        if len(found):
            vectors = result_of(self._loaded.decoder, outputs, None).vectors
        return self.program.follow(found, vectors)

    def sample(self, picture: Picture) -> dict[str, Any]:
        """Return inputs to measure it with, made of a picture."""
        boxes = np.array(_SAMPLE, np.float32) * np.tile(picture.size, 2)
        count = len(boxes)
        found = Detections(
            boxes.astype(np.float32), np.ones(count, np.float32), np.zeros(count, np.int64)
        )
        return {FRAME: picture.frame(), BEFORE: Before(found, count)}

    def forget_sample(self) -> None:
        """Track as if there had been no runs to measure: the first track gets the first number."""
        self.program.start_over()


def _boxes(before: Before, name: str) -> Detections:
    if not isinstance(before.result, Detections):
        raise FrameError('no_detections', f'{name}: the task before it gave no boxes')
    return before.result


def _no_rows(info: TensorInfo) -> NDArray[Any]:
    """Return a tensor of no crops."""
    return np.empty((0, *(size or 0 for size in info.shape[1:])), info.dtype)

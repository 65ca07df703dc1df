# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracking: the appearance of each detection, then association with known tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.perception.decoders.reading import result_of
from edge_sched_ros.perception.decoders.sizes import OutputSizesError
from edge_sched_ros.perception.programs.native_steps import native_steps
from edge_sched_ros.perception.programs.native_steps import python_steps
from edge_sched_ros.perception.programs.native_steps import Steps
from edge_sched_ros.perception.programs.native_steps import steps_of
from edge_sched_ros.perception.programs.parts import LiveTensors
from edge_sched_ros.perception.programs.parts import LoadedPart
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.base import Tracker
from edge_sched_ros.perception.trackers.registry import tracker_name
from edge_sched_ros.perception.tracking.answers import tracked
from edge_sched_ros.perception.tracking.passed_frames import PassedFrames


@dataclass(slots=True)
class _Scratch:
    """
    The data of a job between stages.

    :param crops: all crops, before the first part of the network; ``None`` without boxes
    :param batches: live tensors, rows given and number of crops per call, between the parts
    :param vectors: after the last part
    """

    crops: NDArray[Any] | None
    batches: list[tuple[LiveTensors, int, int]] = field(default_factory=list)
    vectors: NDArray[np.float32] | None = None


class TrackProgram:
    """
    Detections of the task before it -> crops -> embeddings -> tracks.

    Embeddings of all variants must be comparable, since a track may be matched by different ones.

    :param variants: variants of the network
    :param preprocessors: preprocessors by unit
    :param tracker: matches detections with tracks
    """

    stateful = True
    output = 'tracks'
    needs_boxes = True

    def __init__(
        self,
        spec: NetworkSpec,
        variants: LoadedVariants,
        preprocessors: dict[str, Preprocessor],
        tracker: Tracker,
    ) -> None:
        self._spec = spec
        self.variants = variants
        self.preprocessors = preprocessors
        #: stages of the variant that jobs start with; others may have other segments
        self.stages = variants.first.stages
        self._tracker = tracker
        self._passed = PassedFrames()
        self.labels = spec.labels

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the last returns the number of tracks."""
        found = context.parent
        if not isinstance(found, Detections):
            raise FrameError('no_detections', f'{context.task}: the task before it gave no boxes')
        if stage == PREPROCESS:
            image = context.frame.image if context.frame is not None else None
            context.scratch = _Scratch(self.crops(context.task, context.unit, image, found))
            return 0
        scratch: _Scratch = context.scratch
        variant = self.variants.of(context)
        if stage in variant.parts:
            self._embed(scratch, variant, stage, context.unit)
            return 0
        passed = self._passed.until(context.frame)
        context.result = self.follow(found, scratch.vectors, passed)
        context.scratch = None
        return len(context.result)

    def crops(
        self, task: str, unit: str, image: SourceImage | None, found: Detections
    ) -> NDArray[Any] | None:
        """
        Return what the network sees of each box, N x channels x height x width; ``None`` of none.

        :param task: for messages
        :param unit: makes them
        :raises FrameError: when there are boxes, but no picture that can be decoded
        """
        if not len(found):
            return None
        if image is None:
            raise FrameError('no_image', f'{task}: the message has no image')
        return self.preprocessors[unit].crops(image, found.upright_boxes(), self._spec.input)

    def follow(
        self, found: Detections, vectors: NDArray[np.float32] | None, frames: int = 1
    ) -> Detections:
        """
        Return boxes with the ids of their tracks.

        :param vectors: of the boxes; ``None`` for those of no box
        :param frames: frames of the camera since the last call
        """
        return tracked(self._tracker, found, vectors, frames)

    def start_over(self) -> None:
        """Forget all tracks and their numbers, as if nothing had been tracked."""
        self._tracker.start_over()
        self._passed.reset()

    @property
    def native_steps(self) -> tuple[str, ...]:
        """What the native module does of its work."""
        return native_steps(self._steps())

    @property
    def python_steps(self) -> tuple[str, ...]:
        """What of its work is done in Python, with the reasons."""
        return python_steps(self._steps())

    def _steps(self) -> Steps:
        tracking = tracker_name(type(self._tracker)), self._tracker
        return steps_of(self.preprocessors.values(), self._spec.input, tracking=tracking)

    def batch_size(self, fixed: int | None) -> int:
        """Return how many crops are one call, of a network with this batch size or with any."""
        return fixed or self._spec.max_batch

    def _embed(self, scratch: _Scratch, variant: LoadedVariant, stage: str, unit: str) -> None:
        """Run one part of the network on every batch; after the last one there are vectors."""
        part = variant.parts[stage]
        if scratch.crops is not None and part is variant.first_part:
            scratch.batches = self._batches(scratch.crops, part, unit)
            scratch.crops = None
        for live, _, _ in scratch.batches:
            part.run(live, unit)
        if scratch.batches and stage == variant.stages[-2]:
            vectors = [
                _vectors(variant, live, rows)[:count] for live, rows, count in scratch.batches
            ]
            scratch.vectors = vectors[0] if len(vectors) == 1 else np.concatenate(vectors)
            scratch.batches = []

    def _batches(
        self, crops: NDArray[Any], part: LoadedPart, unit: str
    ) -> list[tuple[LiveTensors, int, int]]:
        """Return the crops in batches no larger than the network takes, as in the scratch."""
        fixed = part.networks[unit].inputs[0].shape[0]
        size = self.batch_size(fixed)
        batches = [crops[start : start + size] for start in range(0, len(crops), size)]
        # a DLA accepts only the batch size it was built for
        return [
            (
                {part.inputs[0]: filled(batch, size) if fixed else batch},
                size if fixed else len(batch),
                len(batch),
            )
            for batch in batches
        ]

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option; :raises ConfigError: with its name."""
        self._tracker.check_option(name, value)

    def check_together(self, values: Mapping[str, float | None]) -> None:
        """Check options against each other, as after changes; :raises ConfigError: naming one."""
        self._tracker.check_together(values)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option of the tracker."""
        self._tracker.set_option(name, value)

    def reset(self) -> None:
        """Forget all tracks."""
        self._tracker.reset()
        self._passed.reset()

    def close(self) -> None:
        """Free the network on all units."""
        self.variants.close()


def _vectors(variant: LoadedVariant, live: LiveTensors, rows: int) -> NDArray[np.float32]:
    """
    Return the vectors of a batch.

    :param rows: crops that the network got
    :raises OutputSizesError: when it does not give a vector for each
    """
    outputs = variant.answer(live)
    vectors: NDArray[np.float32] = result_of(variant.decoder, outputs, None).vectors
    if len(vectors) != rows:
        raise OutputSizesError(variant.outputs[0], outputs[0].shape, f'for {rows} crops')
    return vectors


def filled(batch: NDArray[Any], size: int) -> NDArray[Any]:
    """Return a batch of the given size, padded with zeros."""
    if len(batch) == size:
        return batch
    padded = np.zeros((size, *batch.shape[1:]), batch.dtype)
    padded[: len(batch)] = batch
    return padded

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracking: appearance of each detection, then association with what was seen before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.tracker import Tracker


@dataclass(slots=True)
class _Scratch:
    crops: NDArray[Any] | None
    vectors: NDArray[np.float32] | None


class TrackProgram:
    """
    Detections of the task before it -> crops -> embeddings -> tracks.

    Embeddings of all variants must be comparable: a track may be seen by one and then by another.

    :param variants: of the network
    :param preprocessors: by unit
    """

    stages: tuple[str, ...] = ('preprocess', 'infer', 'postprocess')
    stateful = True
    output = 'tracks'
    needs_boxes = True

    def __init__(
        self,
        spec: NetworkSpec,
        variants: LoadedVariants,
        preprocessors: dict[str, Preprocessor],
    ) -> None:
        self._spec = spec
        self.variants = variants
        self.preprocessors = preprocessors
        self._tracker = Tracker()
        self.labels = spec.labels

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the last returns the number of tracks."""
        found = context.parent
        if not isinstance(found, Detections):
            raise FrameError('no_detections', f'{context.task}: the task before it gave no boxes')
        if stage == 'preprocess':
            context.scratch = _Scratch(self._crops(context, found), None)
        elif stage == 'infer':
            context.scratch.vectors = self._embed(
                context.scratch.crops, self.variants.of(context), context.unit
            )
            context.scratch.crops = None
        else:
            context.result = self._tracker.update(found, context.scratch.vectors)
            context.scratch = None
            return len(context.result)
        return 0

    def _crops(self, context: JobContext, found: Detections) -> NDArray[Any] | None:
        image = context.frame.image if context.frame is not None else None
        if not len(found):
            return None
        if image is None:
            raise FrameError('no_image', f'{context.task}: the message holds no image')
        preprocessor = self.preprocessors[context.unit]
        return preprocessor.crops(image, found.boxes_xyxy, self._spec.input)

    def _embed(
        self, crops: NDArray[Any] | None, variant: LoadedVariant, unit: str
    ) -> NDArray[np.float32] | None:
        """Return one vector per crop, in batches no larger than the network takes."""
        if crops is None:
            return None
        network, decoder = variant.networks[unit], variant.decoder
        fixed = network.inputs[0].shape[0]
        size = fixed or self._spec.max_batch
        parts: list[NDArray[np.float32]] = []
        for start in range(0, len(crops), size):
            batch = crops[start : start + size]
            # a DLA takes no batch but the one it was built for
            filled = _fill(batch, size) if fixed else batch
            vectors = decoder.decode(network.run([filled]), None).vectors  # type: ignore[arg-type]
            parts.append(vectors[: len(batch)])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option; :raises ConfigError: naming it."""
        Tracker().set_option(name, value)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option of the tracker."""
        self._tracker.set_option(name, value)

    def reset(self) -> None:
        """Forget all tracks."""
        self._tracker.reset()

    def close(self) -> None:
        """Free the network, wherever it is loaded."""
        self.variants.close()


def _fill(batch: NDArray[Any], size: int) -> NDArray[Any]:
    """Return a batch of a size, filled up with zeros."""
    if len(batch) == size:
        return batch
    filled = np.zeros((size, *batch.shape[1:]), batch.dtype)
    filled[: len(batch)] = batch
    return filled

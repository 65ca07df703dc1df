# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network that works on the whole picture: detection, depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.perception.programs.parts import LiveTensors
from edge_sched_ros.perception.programs.unit_vision import image_of
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants
from edge_sched_ros.perception.results import Detections


@dataclass(slots=True)
class _Scratch:
    live: LiveTensors
    transform: Transform


class FrameProgram:
    """
    Picture -> tensor -> outputs -> result; the network in one stage, or in a stage per segment.

    After a task with a picture as result (``denoise``) it works on that instead of the camera's.

    :param variants: variants of the network
    :param preprocessors: preprocessors by unit
    """

    stateful = False

    def __init__(
        self,
        spec: NetworkSpec,
        variants: LoadedVariants,
        preprocessors: dict[str, Preprocessor],
    ) -> None:
        self._spec = spec
        self.variants = variants
        self.preprocessors = preprocessors
        #: stages of the variant that jobs start with; others may have other segments
        self.stages = variants.first.stages
        self.labels = spec.labels
        self.output = variants.first.decoder.output

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the last returns the number of detections."""
        variant = self.variants.of(context)
        if stage == PREPROCESS:
            context.scratch = self._prepare(context, variant)
            return 0
        scratch: _Scratch = context.scratch
        part = variant.parts.get(stage)
        if part is not None:
            part.run(scratch.live, context.unit)
            return 0
        context.result = variant.decoder.decode(variant.answer(scratch.live), scratch.transform)
        context.scratch = None
        return len(context.result) if isinstance(context.result, Detections) else 0

    def _prepare(self, context: JobContext, variant: LoadedVariant) -> _Scratch:
        tensor, transform = self.prepare(context.unit, image_of(context))
        return _Scratch({variant.first_part.inputs[0]: tensor}, transform)

    def prepare(self, unit: str, image: SourceImage) -> tuple[NDArray[Any], Transform]:
        """
        Return the network's input of a picture, made by a unit, and the way back.

        :raises FrameError: when the picture cannot be decoded
        """
        return self.preprocessors[unit].prepare(image, self._spec.input)

    @property
    def score_threshold(self) -> float:
        """The score below which detections are left out."""
        return float(self.variants.first.decoder.options.get('score_threshold', 0.0))

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option; :raises ConfigError: when it is not possible."""
        self.variants.check_option(name, value)

    def check_together(self, values: Mapping[str, float | None]) -> None:
        """Check options against each other after changes; :raises ConfigError: naming them."""
        self.variants.check_together(values)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option of the decoder, for all variants."""
        self.variants.set_option(name, value)

    def reset(self) -> None:
        """Do nothing: there is no state."""

    start_over = reset

    def close(self) -> None:
        """Free the network on all units."""
        self.variants.close()

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network that works on the whole picture: detection, segmentation, depth."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.more_inputs import CAMERA_INFO
from edge_sched_ros.execution.more_inputs import DEPTH_IMAGE
from edge_sched_ros.execution.more_inputs import SECOND_IMAGE
from edge_sched_ros.execution.more_inputs import sources_of
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.perception.decoders.fit import names_doubt
from edge_sched_ros.perception.decoders.reading import result_of
from edge_sched_ros.perception.programs.at_once import FrameAtOnce
from edge_sched_ros.perception.programs.input_doubts import input_doubt
from edge_sched_ros.perception.programs.native_steps import native_steps
from edge_sched_ros.perception.programs.native_steps import python_steps
from edge_sched_ros.perception.programs.native_steps import Steps
from edge_sched_ros.perception.programs.native_steps import steps_of
from edge_sched_ros.perception.programs.network_inputs import NetworkInputs
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
        self._file_doubt = input_doubt(spec) or names_doubt(spec)
        decoder = variants.first.decoder
        # a decoder may have names where the YAML has none; own ones need no attribute but output
        self.labels = getattr(decoder, 'labels', spec.labels)
        self.output = decoder.output
        self.extras = getattr(decoder, 'extras', ())
        first = next(iter(variants.first.first_part.networks.values()))
        #: inputs beside the picture; ``None`` for a network with one input
        self._more = NetworkInputs(spec, first.inputs) if spec.inputs else None
        sources = sources_of(spec.inputs)
        self.needs_second = bool(sources & {SECOND_IMAGE, DEPTH_IMAGE})
        self.needs_camera = CAMERA_INFO in sources
        self.stateful = any(one.keeps_state for one in spec.inputs)
        #: (variant, unit) -> what runs its jobs in a row
        self._rows: dict[tuple[str, str], FrameAtOnce] = {}

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
        if self._more is not None:
            self._more.keep(scratch.live)
        context.result = result_of(
            variant.decoder, variant.answer(scratch.live), scratch.transform
        )
        context.scratch = None
        return len(context.result) if isinstance(context.result, Detections) else 0

    def run_at_once(
        self, stages: tuple[str, ...], context: JobContext, clock_ns: Callable[[], int]
    ) -> int | None:
        """
        Run all stages of a job in a row, and note the times of each.

        :returns: the number of detections; ``None``, with nothing done, where the stages must run
            one by one
        """
        key = context.variant, context.unit
        row = self._rows.get(key)
        if row is None:
            row = self._row(context)
            if row is None:
                return None
            self._rows[key] = row
        if row.stages != stages:
            return None
        if not row.is_current():
            del self._rows[key]
            return self.run_at_once(stages, context, clock_ns)
        return row.run(context, clock_ns)

    def _row(self, context: JobContext) -> FrameAtOnce | None:
        """Return what runs jobs of a variant on a unit in a row; ``None`` in other forms."""
        variant, preprocessor = self.variants.of(context), self.preprocessors.get(context.unit)
        if self._more is not None or preprocessor is None or len(variant.parts) != 1:
            return None
        network = variant.first_part.networks.get(context.unit)
        # outputs that an engine keeps on its device
        linked = variant.first_part.hold and hasattr(network, 'run_linked')
        if network is None or linked or type(self) is not FrameProgram:
            return None
        return FrameAtOnce(variant, context.unit, preprocessor, self._spec.input)

    def _prepare(self, context: JobContext, variant: LoadedVariant) -> _Scratch:
        image = image_of(context)
        if self._more is not None:
            preprocessor = self.preprocessors[context.unit]
            return _Scratch(*self._more.prepare(preprocessor, image, context))
        tensor, transform = self.prepare(context.unit, image)
        return _Scratch({variant.first_part.inputs[0]: tensor}, transform)

    def prepare(self, unit: str, image: SourceImage) -> tuple[NDArray[Any], Transform]:
        """
        Return the network's input of a picture, made by a unit, and the way back.

        :raises FrameError: when the picture cannot be decoded
        """
        return self.preprocessors[unit].prepare(image, self._spec.input)

    @property
    def native_steps(self) -> tuple[str, ...]:
        """What the native module does of its work."""
        return native_steps(self._steps())

    @property
    def python_steps(self) -> tuple[str, ...]:
        """What of its work is done in Python, with the reasons."""
        return python_steps(self._steps())

    def _steps(self) -> Steps:
        decoding = self._spec.decoder, self.variants.first.decoder
        return steps_of(self.preprocessors.values(), self._spec.input, decoding=decoding)

    @property
    def decoder_name(self) -> str:
        """The name of its decoder."""
        return self._spec.decoder

    @property
    def doubt(self) -> str:
        """What is suspicious about the latest results; empty if nothing is."""
        found = (getattr(one.decoder, 'doubt', '') for one in self.variants.by_name.values())
        return next((doubt for doubt in found if doubt), self._file_doubt)

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
        """Forget what inputs keep of earlier frames."""
        if self._more is not None:
            self._more.reset()

    start_over = reset

    def begin_with(self, image: SourceImage) -> None:
        """Take a picture for that of the frame before, for a trial run."""
        if self._more is not None:
            self._more.begin_with(image)

    def close(self) -> None:
        """Free the network on all units."""
        self._rows.clear()
        self.variants.close()

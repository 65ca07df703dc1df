# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that a device has, segment by segment, one for each variant."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any
from typing import Union

import numpy as np

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import RAW
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.fleet.device.served_program import ServedProgram
from edge_sched_ros.fleet.device.served_tracker import ServedTracker
from edge_sched_ros.fleet.graphs import crops_form
from edge_sched_ros.fleet.graphs import form_of
from edge_sched_ros.fleet.graphs import IMAGE
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import SegmentIO
from edge_sched_ros.perception.decoders.reading import result_of
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.profiling.picture import Picture


@dataclass(slots=True)
class ServedNetwork:
    """
    A network that works on the whole picture, in one variant, loaded on this device.

    :param units: segment -> units that can run it
    :param costs_ns: segment -> unit -> what it takes there, alone
    :param variant: of the network; the first when empty
    :param channels: of its pictures, if they have no colours; 0 for colours
    """

    form: NetworkForm
    program: FrameProgram
    units: Mapping[str, tuple[str, ...]]
    costs_ns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    variant: str = ''
    channels: int = 0

    def run(self, segment: str, unit: str, inputs: Sequence[Any], job: int) -> tuple[Any, ...]:
        """
        Run a segment on a unit; return its outputs in order, and how many things it found.

        :raises FrameError: when an input is not what the segment works on
        """
        if segment == PREPROCESS:
            return (*self._prepare(unit, inputs[0]), 0)
        if segment == POSTPROCESS:
            result = self._decode(inputs)
            return result, items_of(result)
        return (*self._loaded.parts[segment].networks[unit].run(inputs), 0)

    @property
    def _loaded(self) -> LoadedVariant:
        variants = self.program.variants
        return variants.by_name[self.variant] if self.variant else variants.first

    def _prepare(self, unit: str, image: Any) -> list[Any]:
        if not isinstance(image, SourceImage):
            raise FrameError('no_image', f'{self.form.graph.name}: the message holds no image')
        tensor, transform = self.program.prepare(unit, image)
        return [tensor, _numbers(transform)]

    def _decode(self, inputs: Sequence[Any]) -> Any:
        *outputs, geometry = inputs
        return result_of(self._loaded.decoder, list(outputs), _transform(geometry))

    def sample(self, picture: Picture) -> dict[str, Any]:
        """Return inputs to measure it with, made of a picture."""
        return {IMAGE: replace(picture, channels=self.channels).frame().image}

    def forget_sample(self) -> None:
        """Nothing is remembered."""


#: what a device serves
Served = Union[ServedNetwork, ServedTracker, ServedProgram]


def items_of(result: Any) -> int:
    """Return how many things an answer speaks of."""
    return len(result) if isinstance(result, Detections) else 0


def served(
    spec: NetworkSpec,
    program: FrameProgram | TrackProgram,
    units: Mapping[str, tuple[str, ...]],
    *,
    variant: str = BASE,
    home_only: bool = False,
) -> ServedNetwork | ServedTracker:
    """
    Return a network as a device serves it, in a variant.

    :param spec: of the network
    :param program: that runs it here
    :param units: segment -> units that can run it
    :param home_only: whether its answers may be made on the task's home device only
    """
    of_variant, loaded = spec.by_variant[variant], program.variants.by_name[variant]
    name = graph_name(spec.name, variant)
    first = {stage: next(iter(part.networks.values())) for stage, part in loaded.parts.items()}
    segments = [SegmentIO(stage, one.inputs, one.outputs) for stage, one in first.items()]
    if isinstance(program, TrackProgram):
        form = crops_form(of_variant, segments, loaded.outputs, name=name)
        return ServedTracker(form, program, units, variant=variant)
    form = form_of(
        of_variant,
        segments,
        loaded.outputs,
        name=name,
        home_only=home_only,
        output=loaded.decoder.output,
    )
    channels = spec.input.channels if spec.input.colour == RAW else 0
    return ServedNetwork(form, program, units, variant=variant, channels=channels)


def graph_name(network: str, variant: str) -> str:
    """Return the name of the graph of a variant of a network."""
    return network if variant == BASE else f'{network}:{variant}'


def _numbers(transform: Transform) -> Any:
    return np.array(
        [
            transform.scale_x,
            transform.scale_y,
            transform.offset_x,
            transform.offset_y,
            transform.source_width,
            transform.source_height,
        ],
        np.float64,
    )


def _transform(numbers: Any) -> Transform:
    scale_x, scale_y, offset_x, offset_y, width, height = (float(number) for number in numbers)
    return Transform(scale_x, scale_y, offset_x, offset_y, int(width), int(height))

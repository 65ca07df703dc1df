# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that a device has, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.fleet.graphs import form_of
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import SegmentIO
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.results import Detections


@dataclass(slots=True)
class ServedNetwork:
    """
    A network that is loaded on this device.

    :param units: segment -> units that can run it
    :param costs_ns: segment -> unit -> what it takes there, alone
    """

    form: NetworkForm
    program: FrameProgram
    units: Mapping[str, tuple[str, ...]]
    costs_ns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """What its answers are: ``detections`` or ``depth``."""
        return self.program.output

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes that answers speak of."""
        return tuple(self.program.labels)

    @property
    def score_threshold(self) -> float:
        """The score below which answers leave something out; 0 for none."""
        return self.program.score_threshold

    def run(self, segment: str, unit: str, inputs: Sequence[Any]) -> list[Any]:
        """
        Run a segment on a unit and return its outputs, in order.

        :raises FrameError: when an input is not what the segment works on
        """
        if segment == PREPROCESS:
            return self._prepare(unit, inputs[0])
        if segment == POSTPROCESS:
            return [self._decode(inputs)]
        return self.program.variants.first.parts[segment].networks[unit].run(inputs)

    def _prepare(self, unit: str, image: Any) -> list[Any]:
        if not isinstance(image, SourceImage):
            raise FrameError('no_image', f'{self.form.graph.name}: the message holds no image')
        tensor, transform = self.program.prepare(unit, image)
        return [tensor, _numbers(transform)]

    def _decode(self, inputs: Sequence[Any]) -> Any:
        *outputs, geometry = inputs
        return self.program.variants.first.decoder.decode(list(outputs), _transform(geometry))

    @staticmethod
    def items(result: Any) -> int:
        """Return how many things an answer speaks of."""
        return len(result) if isinstance(result, Detections) else 0


def served(
    spec: NetworkSpec,
    program: Any,
    units: Mapping[str, tuple[str, ...]],
    *,
    where: str,
    home_only: bool = False,
) -> ServedNetwork:
    """
    Return a network as a device serves it.

    :param program: that runs it here
    :param units: segment -> units that can run it
    :param where: the key that names it, for messages
    :param home_only: whether its answers may be made on the task's home device only
    :raises ConfigError: for a network that cannot run in partitions
    """
    if not isinstance(program, FrameProgram):
        raise ConfigError(
            where,
            f'{spec.name} works on the boxes of another task: devices run networks that see the '
            'whole picture (run this task in a scheduler_node)',
        )
    variant = program.variants.first
    loaded = {name: next(iter(part.networks.values())) for name, part in variant.parts.items()}
    segments = [SegmentIO(name, one.inputs, one.outputs) for name, one in loaded.items()]
    form = form_of(spec, segments, variant.outputs, home_only=home_only)
    return ServedNetwork(form, program, units)


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

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A target of the profiler: a network's variant, as the scheduler would run it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.segments import SegmentsSpec
from edge_sched_ros.execution.units import LocalUnit


@dataclass(frozen=True, slots=True)
class Target:
    """
    A variant of a network.

    :param file: its ONNX file or engine
    :param program: its program; stages on the same cores may be merged
    :param units: stage of the program -> its possible units
    :param context: makes the data of a job with a number of items
    :param most_items: maximum number of items per call; 1 for networks on whole pictures
    :param segments: the parts that ``file`` was cut into, each a stage; ``None`` for none
    :param memory: measures the memory of what is loaded for a unit: stage -> MiB, where known
    :param accuracy: accuracy of the variant, relative to the best
    :param begin: gives the program the frames before the first, if it needs any; after a reset
    """

    network: str
    variant: str
    file: Path
    program: Program
    units: Mapping[str, tuple[LocalUnit, ...]]
    context: Callable[[int], JobContext]
    most_items: int = 1
    segments: SegmentsSpec | None = None
    memory: Callable[[str], Mapping[str, float]] = lambda _unit: {}
    accuracy: float = 1.0
    begin: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """Network and variant, as text."""
        return self.network if self.variant == BASE else f'{self.network}/{self.variant}'

    @property
    def all_units(self) -> tuple[LocalUnit, ...]:
        """Every unit that can run some stage, without repetition."""
        found = {local.unit.name: local for units in self.units.values() for local in units}
        return tuple(found.values())

    def route(self, unit: str) -> list[tuple[str, LocalUnit]]:
        """Return each stage with its unit: the given one, or else the first that can run it."""
        return [
            (
                stage,
                next((one for one in units if one.unit.name == unit), units[0]),
            )
            for stage, units in self.units.items()
        ]

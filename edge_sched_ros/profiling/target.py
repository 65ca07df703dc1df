# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is to be measured: a network's variant, as the scheduler would run it."""

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
    :param program: what runs it; stages that stay on the same cores may be one
    :param units: stage of the program -> units that can run it
    :param context: makes the data of a job over so many items
    :param most_items: how many items one call takes; 1 for networks that see the whole picture
    :param segments: the parts that ``file`` was cut into, each a stage; ``None`` for none
    :param memory: measures the memory of what is loaded for a unit: stage -> MiB, where known
    :param accuracy: how right the variant is, relative to the best
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

    @property
    def name(self) -> str:
        """Network and variant, for people."""
        return self.network if self.variant == BASE else f'{self.network}/{self.variant}'

    @property
    def all_units(self) -> tuple[LocalUnit, ...]:
        """Every unit that can run some stage, once."""
        found = {local.unit.name: local for units in self.units.values() for local in units}
        return tuple(found.values())

    def route(self, unit: str) -> list[tuple[str, LocalUnit]]:
        """Return each stage with where it runs: on the unit, else on the first that can."""
        return [
            (
                stage,
                next((one for one in units if one.unit.name == unit), units[0]),
            )
            for stage, units in self.units.items()
        ]

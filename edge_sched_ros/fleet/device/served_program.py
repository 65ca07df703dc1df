# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program without a network, which runs on the home device of its task only."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.fleet.graphs import FRAME
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.profiling.picture import Picture

#: what a stage counts as until its first runs have told what it takes
_GUESS_NS = 1_000_000


@dataclass(slots=True)
class ServedProgram:
    """
    The stages of a program as segments.

    :param task: whose program it is, which may be a network in a process of its own
    :param variant: of that
    :param units: segment -> units that can run it
    :param costs_ns: segment -> unit -> what it takes there, alone
    """

    form: NetworkForm
    program: Program
    units: Mapping[str, tuple[str, ...]]
    task: str
    variant: str
    costs_ns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def run(self, segment: str, unit: str, inputs: Sequence[Any], job: int) -> tuple[Any, ...]:
        """Run a stage on a unit; return what the job carries, or its result, and the fan-out."""
        context = inputs[0]
        if isinstance(context, Frame):
            context = JobContext(job, self.task, context, variant=self.variant)
            for before in inputs[1:]:
                context.parent, context.items = before.result, before.items
                context.parents = before.results
        context.unit = unit
        items = self.program.run(segment, context)
        last = segment == self.form.graph.segments[-1].name
        return (context.result if last else context), items

    def sample(self, picture: Picture) -> dict[str, Any]:
        """Return inputs to measure it with; own code is not to see a picture that is none."""
        return {FRAME: picture.frame()}

    def forget_sample(self) -> None:
        """It is not measured with samples."""

    def guess_costs(self, known: Mapping[str, Mapping[str, int]]) -> None:
        """Enter the known costs, and a guess for the others, which is corrected by what runs."""
        self.costs_ns = {
            segment: {unit: known.get(segment, {}).get(unit, _GUESS_NS) for unit in units}
            for segment, units in self.units.items()
        }

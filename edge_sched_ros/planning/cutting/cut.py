# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cuts a network: reads it, chooses where, makes the segments, and proves their bits."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.cutting.branches import choose_branches
from edge_sched_ros.planning.cutting.chain import choose_chain
from edge_sched_ros.planning.cutting.executed import executed_network
from edge_sched_ros.planning.cutting.executed import ExecutedNetwork
from edge_sched_ros.planning.cutting.extraction import extract
from edge_sched_ros.planning.cutting.points import CutPoint
from edge_sched_ros.planning.cutting.points import find_points
from edge_sched_ros.planning.cutting.points import MOST_TENSORS
from edge_sched_ros.planning.cutting.points import Places
from edge_sched_ros.planning.cutting.proof import Reference
from edge_sched_ros.planning.cutting.reading import read_model
from edge_sched_ros.planning.cutting.reading import Shape
from edge_sched_ros.planning.cutting.segments import chain_groups
from edge_sched_ros.planning.cutting.segments import plan_segments
from edge_sched_ros.planning.cutting.segments import SegmentPlan
from edge_sched_ros.planning.cutting.sessions import executed_graph
from edge_sched_ros.system.tensors import TensorSpec

FEWEST_PARTS = 2


@dataclass(frozen=True)
class Segments:
    """
    A network that was cut.

    :param path: its ONNX file
    :param points: where it can be cut
    :param chosen: where it was cut
    :param changed: where it could be cut but for the bits of its answers
    :param parts: the segments with their ONNX files, in a topological order
    :param types: of the tensors that segments exchange, and of inputs and outputs
    :param proven: whether the segments gave the same bits as the network
    """

    path: Path
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    points: tuple[CutPoint, ...]
    chosen: tuple[CutPoint, ...]
    changed: tuple[CutPoint, ...]
    parts: tuple[tuple[SegmentPlan, bytes], ...]
    types: Mapping[str, TensorSpec]
    flops: int
    proven: bool


def cut_network(
    path: Path,
    max_parts: int,
    *,
    declared: Mapping[str, Shape] | None = None,
    branches: bool = False,
    check: bool = True,
    max_nbytes: int | None = None,
) -> Segments:
    """
    Cut a network into segments.

    :param max_parts: most segments
    :param declared: shapes of inputs by name; the empty name stands for the first input
    :param branches: make parallel branches segments of their own, where the network has some
    :param check: compare the bits of the answers; a place that changes them is not used
    :param max_nbytes: most bytes that may cross a cut; no limit where it is not given
    :raises ConfigError: when it cannot be read, run or cut; says why
    """
    if max_parts < FEWEST_PARTS:
        raise ConfigError('max_parts', f'must be at least {FEWEST_PARTS}, not {max_parts}')
    model = read_model(path, declared or {})
    network = executed_network(model.graph, executed_graph(model, str(path)))
    places = find_points(network, max_nbytes=max_nbytes)
    _check_cuttable(path, network, places)
    cutter = _Cutter(path, model, network, max_parts, branches)
    points, changed = list(places.points), list[CutPoint]()
    chosen, parts = cutter.cut(points)
    if check:
        inputs = {name: network.types[name] for name in network.written.inputs}
        reference = Reference(path, inputs, network.written.outputs)
        while not reference.holds(parts, str(path)):
            wrong = cutter.first_wrong(chosen, reference)
            points.remove(wrong)
            changed.append(wrong)
            if not points:
                raise ConfigError(
                    str(path), 'cannot be cut: segments give other bits than the whole network'
                )
            chosen, parts = cutter.cut(points)
    return Segments(
        path=path,
        inputs=network.written.inputs,
        outputs=network.written.outputs,
        points=tuple(points),
        chosen=tuple(chosen),
        changed=tuple(changed),
        parts=tuple(parts),
        types=network.types,
        flops=sum(network.flops),
        proven=check,
    )


def _check_cuttable(path: Path, network: ExecutedNetwork, places: Places) -> None:
    """:raises ConfigError: saying why, when there is no place to cut."""
    for name in (*network.written.inputs, *network.written.outputs):
        if name not in network.types:
            raise ConfigError(
                f'{path}: {name}', 'cannot be cut: the size of this tensor is not known beforehand'
            )
    if places.points:
        return
    if len(network.groups.operators) < FEWEST_PARTS:
        raise ConfigError(str(path), 'cannot be cut: ONNX Runtime runs it as one operator')
    count = sum(places.refused.values())
    reasons = ', '.join(f'{reason} ({number})' for reason, number in places.refused.items())
    fewest = ''
    if places.fewest > MOST_TENSORS:
        fewest = f'; the fewest tensors that cross a place are {places.fewest}'
    raise ConfigError(
        str(path), f'cannot be cut at any of {count} places between operators: {reasons}{fewest}'
    )


@dataclass(frozen=True)
class _Cutter:
    """Makes segments of one network."""

    path: Path
    model: Any
    network: ExecutedNetwork
    max_parts: int
    branches: bool

    def cut(
        self, points: Sequence[CutPoint]
    ) -> tuple[list[CutPoint], list[tuple[SegmentPlan, bytes]]]:
        """Return the places that are chosen of some, and the segments between them."""
        if self.branches:
            chosen, parts = choose_branches(self.network, points, self.max_parts)
            if len(parts) > len(chosen) + 1:
                return chosen, self._extracted(chosen, parts)
        chosen = choose_chain(points, sum(self.network.flops), self.max_parts)
        return chosen, self._extracted(chosen, self._chain(chosen))

    def first_wrong(self, chosen: Sequence[CutPoint], reference: Reference) -> CutPoint:
        """Return the first place with which the segments of a chain give other bits."""
        for count in range(1, len(chosen)):
            first = chosen[:count]
            if not reference.holds(self._extracted(first, self._chain(first)), str(self.path)):
                return first[-1]
        return chosen[-1]

    def _chain(self, chosen: Sequence[CutPoint]) -> list[range]:
        return chain_groups(chosen, len(self.network.groups.operators))

    def _extracted(
        self, chosen: Sequence[CutPoint], parts: Sequence[Sequence[int]]
    ) -> list[tuple[SegmentPlan, bytes]]:
        plans = plan_segments(self.network, chosen, parts)
        return [(plan, extract(self.model, plan, str(self.path))) for plan in plans]

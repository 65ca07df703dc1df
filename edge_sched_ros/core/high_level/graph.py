# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the high-level dispatcher schedules: networks in segments, grouped into partitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field


@dataclass(frozen=True, slots=True)
class Tensor:
    """
    A tensor that one segment gives and others take.

    :param nbytes: what it takes on a link
    """

    name: str
    nbytes: int


@dataclass(frozen=True, slots=True)
class Segment:
    """
    A part of a network that one unit runs as a whole.

    :param inputs: names of the tensors it needs, in its own order
    :param outputs: names of the tensors it gives, in its own order
    :param home_only: runs on the task's home device only (it keeps state of earlier frames)
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    home_only: bool = False


@dataclass(frozen=True, slots=True)
class NetworkGraph:
    """
    A network as a graph of segments; tensors are its edges.

    :param segments: in a topological order
    :param inputs: tensors that come with the frame (the picture)
    :param outputs: tensors that are the answer
    :param tensors: every tensor between segments, the inputs and the outputs, by name
    :param digest: of the files the segments are made of; devices must agree on it
    """

    name: str
    segments: tuple[Segment, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    digest: str = ''


@dataclass(frozen=True, slots=True)
class Partition:
    """
    Segments that run on one device without asking anybody in between.

    Its entering node waits until all ``inputs`` are there; its exiting node sends ``outputs`` on
    and signals completion. Between them execution is asynchronous.

    :param segments: names, in a topological order
    :param inputs: tensors that come from other partitions or with the frame
    :param outputs: tensors that other partitions need, or that are the answer
    """

    name: str
    segments: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


#: a way to cut a network: partitions that have every segment once and form no loop
Cut = tuple[Partition, ...]

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a segment of a network takes when the network runs on pictures."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.segments import SegmentSpec
from edge_sched_ros.perception.programs.fit import check_part
from edge_sched_ros.perception.programs.parts import LiveTensors
from edge_sched_ros.perception.programs.parts import make_parts
from edge_sched_ros.perception.programs.variants import close_networks


def segment_inputs(
    spec: NetworkSpec, segment: SegmentSpec, pictures: Iterable[NDArray[Any]], where: str
) -> Iterator[tuple[NDArray[Any], ...]]:
    """
    Run the segments before one on pictures, on CPU cores, and yield what it takes, in order.

    :param spec: specification of a network in segments
    :param pictures: inputs of the network, each a batch of 1
    :param where: what messages about pictures begin with
    :raises ConfigError: when a segment before it cannot be loaded or run, or there are too few
        pictures for one batch
    """
    names = tuple(info.name for info in segment.inputs)
    networks = _load(spec, _before(spec, names))
    try:
        parts = make_parts({stage: {'': one} for stage, one in networks.items()}, names)
        for batch in _batches(spec, pictures, where):
            live: LiveTensors = {_picture(spec): batch}
            for stage, part in parts.items():
                try:
                    part.run(live, '')
                except Exception as error:
                    problem = f'cannot be run on a picture: {error}'
                    raise ConfigError(spec.parts[stage].where('file'), problem) from None
            yield tuple(live[name] for name in names)
    finally:
        close_networks(networks.values())


def _picture(spec: NetworkSpec) -> str:
    assert spec.segments is not None
    return spec.segments.inputs[0]


def _before(spec: NetworkSpec, names: Iterable[str]) -> list[str]:
    """Return the segments that tensors come from, in order."""
    assert spec.segments is not None
    wanted, found = set(names), []
    for one in reversed(spec.segments.segments):
        if wanted & {info.name for info in one.outputs}:
            found.append(one.name)
            wanted |= {info.name for info in one.inputs}
    return found[::-1]


def _load(spec: NetworkSpec, stages: Iterable[str]) -> dict[str, LoadedNetwork]:
    engine, loaded = OnnxRuntimeEngine(), dict[str, LoadedNetwork]()
    try:
        for stage in stages:
            loaded[stage] = engine.load(spec.parts[stage])
            check_part(spec.parts[stage], loaded[stage])
    except BaseException:
        close_networks(loaded.values())
        raise
    return loaded


def _batches(
    spec: NetworkSpec, pictures: Iterable[NDArray[Any]], where: str
) -> Iterator[NDArray[Any]]:
    """Yield pictures together, as many as the network takes at once."""
    assert spec.segments is not None
    sizes = (one for part in spec.segments.segments for one in part.inputs)
    shape = next(info.shape for info in sizes if info.name == _picture(spec))
    count, waiting, none = shape[0] or 1, iter(pictures), True
    while len(batch := list(islice(waiting, count))) == count:
        none = False
        yield np.ascontiguousarray(np.concatenate(batch))
    if none:
        raise ConfigError(where, f'there are {len(batch)} pictures, a batch is {count}')

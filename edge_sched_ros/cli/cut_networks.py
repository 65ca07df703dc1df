# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``edge-sched cut`` is asked to cut: an ONNX file, or those of a network's YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

_YAML = ('.yaml', '.yml')


@dataclass(frozen=True, slots=True)
class ToCut:
    """
    An ONNX file to cut.

    :param name: of the network
    :param shapes: what its YAML file says of its input; empty where there is none
    """

    name: str
    file: Path
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def networks_of(path: Path) -> list[ToCut]:
    """
    Return the files to cut: all variants of a network, or one ONNX file.

    :raises ConfigError: naming file and key
    """
    from edge_sched_ros.planning.cutting.segments_file import network_name

    if path.suffix.lower() not in _YAML:
        return [ToCut(network_name(path), path)]
    from edge_sched_ros.execution.network import InputSpec
    from edge_sched_ros.execution.network import whole_network

    def shape(given: InputSpec) -> tuple[int, ...]:
        planes = (given.height, given.width)
        if given.layout == 'nhwc':
            return (1, *planes, given.channels)
        return (1, given.channels, *planes)

    spec = whole_network(path)
    shapes = {spec.input.name: shape(spec.input)}
    return [ToCut(spec.name, own.file, shapes) for own in spec.by_variant.values()]

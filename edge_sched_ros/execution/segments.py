# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network in segments, as the file says that ``edge-sched cut`` has written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.contained_path import relative_or_absolute
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.execution.tensors import TensorInfo

if TYPE_CHECKING:
    from edge_sched_ros.system.network import Variant
    from edge_sched_ros.system.stage import Stage
    from edge_sched_ros.system.system_file import SystemFile

#: stages of every network: before its segments, and after them
PREPROCESS, POSTPROCESS = 'preprocess', 'postprocess'
_SHA256 = 'sha256:'
_EXPECTED = 'it must be the file NAME.segments.yaml that edge-sched cut writes'


@dataclass(frozen=True, slots=True)
class SegmentSpec:
    """
    A part of a network that a unit runs as a whole.

    :param where: file and key of it, for messages
    :param gflops: operations of a run, in 10^9; 0 where nobody says
    """

    name: str
    file: Path
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    where: str
    gflops: float = 0.0


@dataclass(frozen=True)
class SegmentsSpec:
    """
    All segments of a network.

    :param source: the file they are written in, for messages
    :param segments: every one after those whose tensors it takes
    :param inputs: names of the tensors that the network takes
    :param outputs: names of the tensors that are its answer
    """

    source: Path
    segments: tuple[SegmentSpec, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @cached_property
    def sha256(self) -> str:
        """The digest of all files; :raises ConfigError: when one cannot be read."""
        whole = hashlib.sha256()
        for segment in self.segments:
            whole.update(f'{segment.name}:{network_sha256(segment.file)};'.encode())
        return whole.hexdigest()


def read_segments(path: Path, network: Path, *, where: str = '') -> SegmentsSpec:
    """
    Return the segments of a network.

    :param path: the file that describes them: a system file with one network
    :param network: the file they were cut from
    :param where: the key that names the file, for messages
    :raises ConfigError: naming file and key
    """
    if path.suffix.lower() == '.onnx':
        raise ConfigError(where or str(path), f'{path.name} is an ONNX file; {_EXPECTED}')
    data = read_mapping(path)
    if 'networks' not in data:
        raise ConfigError(where or str(path), f"{path.name} has no key 'networks'; {_EXPECTED}")
    # a robot whose networks are whole does not need what checks such files
    from edge_sched_ros.system.parsing import parse_system

    system = parse_system((str(path), data), name=path.stem)
    variant, where = _only_variant(system, path)
    if variant.digest:
        _check_network(network, variant, where)
    segments = tuple(_segment(path, variant, stage, where) for stage in variant.stages)
    if len(variant.inputs) != 1:
        given = ', '.join(variant.inputs) or 'none'
        problem = f'must be the one picture that networks take, not {given}'
        raise ConfigError(f'{where}.inputs', problem)
    return SegmentsSpec(path, segments, variant.inputs, variant.outputs)


def _only_variant(system: SystemFile, path: Path) -> tuple[Variant, str]:
    """Return the one variant of the one network of a file, and its key."""
    if len(system.networks) != 1:
        given = ', '.join(system.networks) or 'none'
        raise ConfigError(
            f'{path}: networks', f'must be one that edge-sched cut wrote, not {given}'
        )
    ((name, network),) = system.networks.items()
    where = f'{path}: networks.{name}'
    if len(network.variants) != 1:
        given = ', '.join(network.variants)
        raise ConfigError(
            f'{where}.variants', f'must be one, each in a file of its own, not {given}'
        )
    variant = network.first
    if not variant.stages:
        raise ConfigError(f'{where}.stages', 'is missing: edge-sched cut writes it')
    return variant, where


def _segment(path: Path, variant: Variant, stage: Stage, where: str) -> SegmentSpec:
    where = f'{where}.stages.{stage.name}'
    if stage.name in (PREPROCESS, POSTPROCESS):
        raise ConfigError(f'{where}.name', 'is the name of a stage that every network has')
    for key in ('file', 'inputs', 'outputs'):
        if not getattr(stage, key):
            raise ConfigError(f'{where}.{key}', 'is missing: edge-sched cut writes it')
    file = relative_or_absolute(stage.file, path.parent, f'{where}.file')
    if not file.is_file():
        raise ConfigError(f'{where}.file', f'there is no file {file}')
    if stage.digest:
        _check_digest(file, stage.digest, f'{where}.digest')
    return SegmentSpec(
        stage.name,
        file,
        _tensors(variant, stage.inputs),
        _tensors(variant, stage.outputs),
        where,
        stage.gflops or 0.0,
    )


def _tensors(variant: Variant, names: Iterable[str]) -> tuple[TensorInfo, ...]:
    known = variant.tensors
    return tuple(TensorInfo(name, known[name].shape, known[name].dtype) for name in names)


def _check_network(network: Path, variant: Variant, where: str) -> None:
    cut = Path(variant.file).name if variant.file else ''
    if cut and cut != network.name and variant.digest != f'{_SHA256}{network_sha256(network)}':
        raise ConfigError(
            where,
            f'was cut from {cut}, but the network is {network.name}: name the segments of this '
            'network, or cut it',
        )
    _check_digest(network, variant.digest, f'{where}.digest')


def _check_digest(file: Path, digest: str, where: str) -> None:
    if digest != f'{_SHA256}{network_sha256(file)}':
        problem = f'is of another {file.name} than the one that is there: cut the network again'
        raise ConfigError(where, problem)

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a loaded network fits what its YAML says of it, and its like on other units."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.engines.base import TensorInfo
from edge_sched_ros.execution.network import NetworkSpec


class MisfitError(ConfigError):
    """A file that cannot be what its YAML says, on whatever unit."""


def check_input(spec: NetworkSpec, network: LoadedNetwork) -> None:
    """Check a network's only input against the YAML; :raises MisfitError: naming the key."""
    if len(network.inputs) != 1:
        names = ', '.join(info.name for info in network.inputs)
        raise MisfitError(
            spec.where('input'),
            f'{spec.file.name} has {len(network.inputs)} inputs ({names}), '
            'only networks with one are supported',
        )
    info = network.inputs[0]
    if spec.input.name and spec.input.name != info.name:
        raise MisfitError(
            spec.where('input.name'), f"is '{spec.input.name}', {spec.file.name} has '{info.name}'"
        )
    size = (spec.input.height, spec.input.width)
    planes = spec.input.channels
    wanted = (planes, *size) if spec.input.layout == 'nchw' else (*size, planes)
    fits = len(info.shape) == 4 and all(
        have in (None, want) for have, want in zip(info.shape[1:], wanted)
    )
    if not fits:
        raise MisfitError(
            spec.where('input'),
            f'{spec.file.name} takes {list(info.shape)}, the YAML describes '
            f'[N, {", ".join(map(str, wanted))}]',
        )
    if info.dtype != spec.input.dtype:
        raise MisfitError(
            spec.where('input.dtype'),
            f'is {spec.input.dtype}, {spec.file.name} takes {info.dtype}',
        )
    batch = info.shape[0]
    if batch is not None and spec.max_batch > batch:
        raise MisfitError(
            spec.where('max_batch'), f'is {spec.max_batch}, {spec.file.name} takes {batch}'
        )


def check_outputs(spec: NetworkSpec, network: LoadedNetwork, other: LoadedNetwork) -> None:
    """
    Check that a network gives what it gives elsewhere: one decoder reads the outputs of all.

    :param other: the same network on another unit
    :raises ConfigError: when number, names, order or shapes differ
    """
    same = len(network.outputs) == len(other.outputs) and all(
        a.name == b.name and _agree(a.shape, b.shape)
        for a, b in zip(network.outputs, other.outputs)
    )
    if not same:
        raise ConfigError(
            spec.where('file'),
            f'gives {_words(network.outputs)}, and elsewhere {_words(other.outputs)}',
        )


def check_comparable(
    spec: NetworkSpec,
    networks: Mapping[str, LoadedNetwork],
    others: Mapping[str, LoadedNetwork],
) -> None:
    """
    Check that a variant gives vectors of the length its network's own file gives.

    :param networks: of the variant, by unit; likewise those of the file
    :raises MisfitError: when they are longer or shorter
    """
    ours, theirs = (next(iter(found.values())).outputs[0] for found in (networks, others))
    if not _agree(ours.shape, theirs.shape):
        raise MisfitError(
            spec.where('file'),
            f'{spec.file.name} gives vectors {list(ours.shape)}, the network itself '
            f'{list(theirs.shape)}: they cannot be compared',
        )


def _agree(one: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
    """Whether two shapes can be the same where both are known."""
    return len(one) == len(other) and all(
        a == b or None in (a, b) for a, b in zip(one[1:], other[1:])
    )


def _words(outputs: tuple[TensorInfo, ...]) -> str:
    return ', '.join(f'{info.name} {list(info.shape)}' for info in outputs)

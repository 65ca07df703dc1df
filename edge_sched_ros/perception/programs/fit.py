# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks a loaded network against its YAML, and against the same network on other units."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.more_inputs import stacked_picture
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.programs.fit_inputs import check_image
from edge_sched_ros.perception.programs.fit_inputs import check_more_input
from edge_sched_ros.perception.programs.fit_inputs import MisfitError as MisfitError


def check_part(spec: NetworkSpec, network: LoadedNetwork) -> None:
    """
    Check a network's only input, or the tensors of one of its segments, against the YAML.

    :param spec: specification of the network or of the segment
    :raises MisfitError: naming the key
    """
    if spec.segment is None:
        _check_input(spec, network)
        return
    _check_tensors(spec, 'inputs', network.inputs, spec.segment.inputs)
    _check_tensors(spec, 'outputs', network.outputs, spec.segment.outputs)
    for info in network.inputs:
        if spec.segments is not None and info.name in spec.segments.inputs:
            _check_picture(spec, info)


def _check_tensors(
    spec: NetworkSpec, key: str, have: Sequence[TensorInfo], want: Sequence[TensorInfo]
) -> None:
    """Check that a segment's file has the tensors of its description, in any order."""
    known = {info.name: info for info in want}
    fits = len(have) == len(known) and all(
        info.name in known and info.fits(known[info.name]) for info in have
    )
    if not fits:
        raise MisfitError(
            spec.where(key),
            f'{spec.file.name} has {_words(have) or "none"}, the key says {_words(want)}',
        )


def _check_input(spec: NetworkSpec, network: LoadedNetwork) -> None:
    infos = {info.name: info for info in network.inputs}
    for one in spec.inputs:
        if one.name not in infos:
            hint = did_you_mean(one.name, infos)
            raise MisfitError(
                spec.where(f'inputs.{one.name}'),
                f'{spec.file.name} has no such input (it has: {", ".join(infos)}){hint}',
            )
    named = {one.name for one in spec.inputs}
    left = [name for name in infos if name not in named]
    stack = stacked_picture(spec.inputs)
    if not left and stack is None:
        raise MisfitError(
            spec.where('inputs'),
            f"describes all inputs of {spec.file.name}: one is 'input', or a stack with 'image'",
        )
    if len(left) > 1:
        more = [name for name in left if name != spec.input.name]
        more = more if len(more) < len(left) else left[1:]
        raise MisfitError(
            spec.where('inputs'),
            f'{spec.file.name} has {len(infos)} inputs ({", ".join(infos)}); say where '
            f'{", ".join(more)} {"comes" if len(more) == 1 else "come"} from',
        )
    if left:
        _check_picture(spec, infos[left[0]])
    for one in spec.inputs:
        check_more_input(spec, one, infos[one.name], network.outputs)


def _check_picture(spec: NetworkSpec, info: TensorInfo) -> None:
    if spec.input.name and spec.input.name != info.name:
        raise MisfitError(
            spec.where('input.name'), f"is '{spec.input.name}', {spec.file.name} has '{info.name}'"
        )
    check_image(spec, 'input', spec.input, info)
    batch = info.shape[0]
    # a network is cut with a fixed batch: more items are more calls
    if batch is not None and spec.max_batch > batch and spec.segment is None:
        raise MisfitError(
            spec.where('max_batch'), f'is {spec.max_batch}, {spec.file.name} takes {batch}'
        )


def check_one_picture(spec: NetworkSpec, network: LoadedNetwork) -> None:
    """
    Check that a network takes one picture at a time; one on crops may take several.

    :raises MisfitError: when its batch is fixed and another
    """
    # a state may have any shape
    others = {one.name for one in spec.inputs if one.shape is None}
    for info in network.inputs:
        picture = len(info.shape) == 4 and info.name not in others
        batch = info.shape[0] if picture else 1
        if batch not in (None, 1):
            raise MisfitError(
                spec.where('file'),
                f'{spec.file.name} takes {batch} pictures at once ({info}), a task has one at a '
                'time: export it with a batch of 1, or an open one',
            )


def check_alike(spec: NetworkSpec, network: LoadedNetwork, other: LoadedNetwork) -> None:
    """
    Check that a network has the same outputs on all units: one decoder reads them all.

    :param other: the same network on another unit
    :raises ConfigError: when number, names, order or shapes of outputs differ, or those of a
        segment's inputs
    """
    pairs = [('gives', network.outputs, other.outputs)]
    if spec.segment is not None:
        pairs.append(('takes', network.inputs, other.inputs))
    for verb, ours, theirs in pairs:
        same = len(ours) == len(theirs) and all(
            a.name == b.name and _agree(a.shape, b.shape) for a, b in zip(ours, theirs)
        )
        if not same:
            problem = f'{verb} {_words(ours)}, and on another unit {_words(theirs)}'
            raise ConfigError(spec.where('file'), problem)


def check_comparable(
    spec: NetworkSpec, ours: Sequence[TensorInfo], theirs: Sequence[TensorInfo]
) -> None:
    """
    Check that a variant gives vectors of the same length as the network's own file.

    :param ours: outputs of the variant; ``theirs`` are those of the file
    :raises MisfitError: when the lengths differ
    """
    if not _agree(ours[0].shape, theirs[0].shape):
        raise MisfitError(
            spec.where('file'),
            f'{spec.file.name} gives vectors {list(ours[0].shape)}, the network itself '
            f'{list(theirs[0].shape)}: they cannot be compared',
        )


def _agree(one: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
    """Whether two shapes are equal in all dimensions known in both."""
    return len(one) == len(other) and all(
        a == b or None in (a, b) for a, b in zip(one[1:], other[1:])
    )


def _words(infos: Sequence[TensorInfo]) -> str:
    return ', '.join(map(str, infos))

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks the inputs of a loaded network against its YAML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution import more_inputs as kinds
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.programs.network_inputs import count_of
from edge_sched_ros.perception.programs.network_inputs import filled
from edge_sched_ros.perception.programs.network_inputs import state_outputs

#: source -> the numbers of values that it can give
_COUNTS = {kinds.IMAGE_SIZE: (2,), kinds.SCALE_FACTOR: (2,), kinds.CAMERA_INFO: (4, 9)}


class MisfitError(ConfigError):
    """A file that does not match its YAML, on any unit."""


def check_image(spec: NetworkSpec, key: str, picture: InputSpec, info: TensorInfo) -> None:
    """Check an input that is a picture; :raises MisfitError: naming the key."""
    check_form(spec, key, picture.shape, picture.dtype, info)


def check_form(
    spec: NetworkSpec, key: str, wanted: tuple[int, int, int], dtype: str, info: TensorInfo
) -> None:
    """Check shape and type of an input of pixels; :raises MisfitError: naming the key."""
    fits = len(info.shape) == 4 and all(
        have in (None, want) for have, want in zip(info.shape[1:], wanted)
    )
    if not fits:
        raise MisfitError(
            spec.where(key),
            f'{spec.file.name} takes {list(info.shape)}, the YAML describes '
            f'[N, {", ".join(map(str, wanted))}]{_stack_hint(wanted, info)}',
        )
    if info.dtype != dtype:
        raise MisfitError(
            spec.where(f'{key}.dtype'),
            f'is {dtype}, {spec.file.name} takes {info.dtype}',
        )


def _stack_hint(wanted: tuple[int, int, int], info: TensorInfo) -> str:
    """Return how to give more channels, if nothing else differs."""
    if len(info.shape) != 4:
        return ''
    differ = [
        (have, want) for have, want in zip(info.shape[1:], wanted) if have not in (None, want)
    ]
    if len(differ) != 1 or differ[0][1] > 3 or not differ[0][1] < (differ[0][0] or 0):
        return ''
    return (
        f'; several pictures as {differ[0][0]} channels are {{from: stack, parts: [...]}} under '
        f'inputs.{info.name}'
    )


def check_more_input(
    spec: NetworkSpec, one: MoreInput, info: TensorInfo, outputs: Sequence[TensorInfo]
) -> None:
    """Check an input beside the picture; :raises MisfitError: naming the key."""
    where = f'inputs.{one.name}'
    if one.shape is not None:
        check_form(spec, where, one.shape, one.dtype, info)
        return
    try:
        np.dtype(info.dtype)
    except TypeError:
        raise MisfitError(
            spec.where(where), f'{spec.file.name} takes {info.dtype}, not numbers'
        ) from None
    counts = _COUNTS.get(one.source)
    if counts is not None and count_of(info) not in counts:
        raise MisfitError(
            spec.where(where),
            f'{spec.file.name} takes {list(info.shape)}, {one.source} gives '
            f'{" or ".join(map(str, counts))} values',
        )
    if one.source in (kinds.CONSTANT, kinds.STATE):
        _check_values(spec, where, one, info)
    if one.source == kinds.STATE:
        _check_state(spec, where, one, info, outputs)


def _check_values(spec: NetworkSpec, where: str, one: MoreInput, info: TensorInfo) -> None:
    problem = _unlike(np.asarray(one.value), np.dtype(info.dtype))
    if problem:
        raise MisfitError(
            spec.where(f'{where}.value'), f'{spec.file.name} takes {info.dtype}: {problem}'
        )
    try:
        filled(info, one.value)
    except (ValueError, OverflowError):
        raise MisfitError(
            spec.where(f'{where}.value'),
            f'has the shape {list(np.shape(one.value))}, {spec.file.name} takes '
            f'{list(info.shape)}',
        ) from None


def _unlike(values: NDArray[Any], dtype: np.dtype[Any]) -> str:
    """Return why numbers would be others in a type; empty if they would not."""
    if dtype.kind == 'b':
        wrong, why = values[(values != 0) & (values != 1)], 'is neither 0 nor 1'
    elif dtype.kind in 'iu':
        wrong, why = values[values != np.rint(values)], 'is no whole number'
        if not wrong.size:
            # as Python's numbers: a float cannot represent the limits of int64
            limits, why = np.iinfo(dtype), 'is out of its range'
            wrong = np.array([v for v in values.flat if not limits.min <= v.item() <= limits.max])
    elif dtype.kind == 'f':
        with np.errstate(over='ignore'):
            wrong, why = values[~np.isfinite(values.astype(dtype))], 'is out of its range'
    else:
        return ''
    return f'{wrong.flat[0].item():g} {why}' if wrong.size else ''


def _check_state(
    spec: NetworkSpec,
    where: str,
    one: MoreInput,
    info: TensorInfo,
    outputs: Sequence[TensorInfo],
) -> None:
    found = {output.name: output for output in outputs}.get(one.output)
    if found is None:
        known = ', '.join(output.name for output in outputs)
        raise MisfitError(
            spec.where(f'{where}.output'),
            f"there is no output '{one.output}' (it has: {known})",
        )
    if not info.fits(found):
        raise MisfitError(spec.where(f'{where}.output'), f'is {found}, the input is {info}')
    if len(state_outputs(spec)) == len(outputs):
        raise MisfitError(spec.where(where), 'leaves no output for the decoder')

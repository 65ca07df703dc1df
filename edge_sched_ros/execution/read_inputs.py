# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the key ``inputs`` of a network's YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.execution import more_inputs as kinds
from edge_sched_ros.execution.input_spec import INPUT_KEYS
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.input_spec import read_input
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import choice
from edge_sched_ros.execution.network_checks import read
from edge_sched_ros.execution.network_checks import shown
from edge_sched_ros.execution.network_checks import whole

_PICTURE_KEYS = set(INPUT_KEYS) - {'name'}
#: keys of a picture that all parts of a stack share: those of ``input`` hold
_SHARED = {'width', 'height', 'layout', 'dtype', 'resize', 'align'}
#: keys of the conversion of pixels of 8 bits, not of metres
_PIXELS = {'channels', 'colour', 'interpolation', 'pad'}
#: source -> the keys that it has beside ``from``
_KEYS: dict[str, set[str]] = {
    kinds.IMAGE: _PICTURE_KEYS,
    kinds.PREVIOUS_IMAGE: _PICTURE_KEYS | {'back'},
    kinds.SECOND_IMAGE: _PICTURE_KEYS,
    kinds.DEPTH_IMAGE: _PICTURE_KEYS - _PIXELS,
    kinds.STACK: {'parts'},
    kinds.IMAGE_SIZE: {'of', 'order'},
    kinds.SCALE_FACTOR: {'order'},
    kinds.CAMERA_INFO: set(),
    kinds.STATE: {'output', 'value'},
    kinds.CONSTANT: {'value'},
}
#: the most frames that a network may look back
_MOST_BACK = 64


def read_more_inputs(path: Path, data: Any, picture: InputSpec) -> tuple[MoreInput, ...]:
    """
    Return the inputs that a network file describes beside its picture.

    :param picture: has the values of the keys that a further picture does not give
    :raises ConfigError: naming file and key
    """
    if not isinstance(data, dict):
        raise ConfigError(
            f'{path}: inputs', f'must be a mapping from names to sources, not {shown(data)}'
        )
    found = []
    for name, one in data.items():
        key = f'inputs.{name}'
        if not isinstance(name, str) or is_blank(name):
            raise ConfigError(f'{path}: inputs', f'must have names as keys, not {shown(name)}')
        if name == picture.name:
            raise ConfigError(f'{path}: {key}', 'is the name of input, the picture')
        if not isinstance(one, dict) or 'from' not in one:
            sources = ', '.join(_KEYS)
            raise ConfigError(f'{path}: {key}', f'must be a mapping with from: one of {sources}')
        found.append(_read(path, key, name, one, picture))
    outputs = [one.output for one in found if one.source == kinds.STATE]
    for output in outputs:
        if outputs.count(output) > 1:
            raise ConfigError(f'{path}: inputs', f"two states have the output '{output}'")
    return tuple(found)


def _read(
    path: Path, key: str, name: str, data: Mapping[str, Any], picture: InputSpec
) -> MoreInput:
    source = choice(path, f'{key}.from', data['from'], tuple(_KEYS))
    check_keys(path, f'{key}.', data, _KEYS[source] | {'from'})
    values: dict[str, Any] = {}
    if source in kinds.PICTURES:
        values['picture'] = _picture(path, key, source, data, picture)
    if source == kinds.STACK:
        values['parts'] = _parts(path, f'{key}.parts', data.get('parts'), picture)
    if 'back' in data:
        values['back'] = whole(path, f'{key}.back', data['back'], most=_MOST_BACK)
    for one, allowed in (('of', kinds.SIZES_OF), ('order', kinds.ORDERS)):
        if one in data:
            values[one] = choice(path, f'{key}.{one}', data[one], allowed)
    if source == kinds.STATE:
        values['output'] = _name(path, f'{key}.output', data.get('output'))
    if source == kinds.CONSTANT and 'value' not in data:
        raise ConfigError(f'{path}: {key}.value', 'is missing')
    if 'value' in data:
        values['value'] = _numbers(path, f'{key}.value', data['value'])
    return MoreInput(name, source, **values)


def _picture(
    path: Path, key: str, source: str, data: Mapping[str, Any], picture: InputSpec
) -> InputSpec:
    """Return how a picture is converted: as ``input``, but for its own keys."""
    own = {one: value for one, value in data.items() if one not in ('from', 'back')}
    if source != kinds.DEPTH_IMAGE:
        return read_input(path, key, own, picture)
    metres = replace(picture, colour='gray', pad=0.0, scale=1.0, mean=(0.0,), std=(1.0,))
    found = read_input(path, key, own, metres)
    if found.dtype == 'uint8':
        raise ConfigError(f'{path}: {key}', 'depth in metres needs a float dtype, not uint8')
    return found


def _parts(path: Path, key: str, data: Any, picture: InputSpec) -> tuple[MoreInput, ...]:
    """Return the pictures of a stack: names of sources, or mappings with ``from``."""
    if not isinstance(data, list) or not data:
        raise ConfigError(f'{path}: {key}', f'must be a list of pictures, not {shown(data)}')
    found = []
    for index, one in enumerate(data):
        where = f'{key}.{index}'
        part = {'from': one} if isinstance(one, str) else one
        if not isinstance(part, dict) or 'from' not in part:
            sources = ', '.join(kinds.PICTURES)
            raise ConfigError(f'{path}: {where}', f'must be one of {sources}, or have from')
        choice(path, f'{where}.from', part['from'], kinds.PICTURES)
        shared = sorted(_SHARED & set(part))
        if shared:
            told = 'is that of input for all pictures of a stack'
            raise ConfigError(f'{path}: {where}.{shared[0]}', told)
        found.append(_read(path, where, '', part, picture))
    return tuple(found)


def takes_depth(path: Path) -> bool:
    """
    Whether a network file names depth images among its inputs.

    What is wrong with the file is told when it is loaded, not here.
    """
    try:
        inputs = read(path).get('inputs')
    except ConfigError:
        return False
    many = inputs.values() if isinstance(inputs, dict) else ()
    mappings = [one for one in many if isinstance(one, dict)]
    parts = [part for one in mappings for part in _listed(one.get('parts'))]
    named = [one.get('from') if isinstance(one, dict) else one for one in (*mappings, *parts)]
    return kinds.DEPTH_IMAGE in named


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(path: Path, key: str, value: Any) -> str:
    if not isinstance(value, str) or is_blank(value):
        raise ConfigError(f'{path}: {key}', f'must be the name of an output, not {shown(value)}')
    return value


def _numbers(path: Path, key: str, value: Any) -> Any:
    """Return a number or nested lists of numbers; :raises ConfigError: for anything else."""
    problem = f'must be a number or lists of numbers of equal length, not {shown(value)}'
    try:
        array = np.asarray(value)
    except ValueError:
        raise ConfigError(f'{path}: {key}', problem) from None
    if array.dtype.kind not in 'ifub' or not array.size or not np.isfinite(array).all():
        raise ConfigError(f'{path}: {key}', problem)
    return value

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The picture that a network takes, as its YAML file describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import choice
from edge_sched_ros.execution.network_checks import number
from edge_sched_ros.execution.network_checks import numbers
from edge_sched_ros.execution.network_checks import ratio
from edge_sched_ros.execution.network_checks import shown
from edge_sched_ros.execution.network_checks import whole

RESIZES = ('letterbox', 'stretch', 'crop')
LAYOUTS = ('nchw', 'nhwc')
#: no colours: the channels of the message as they come
RAW = 'raw'
COLOURS = ('bgr', 'rgb', 'gray', RAW)
#: numbers of channels that a message can have as pixels beside each other
_MOST_CHANNELS = 64
_CHANNELS = frozenset({1, 3, 4, *range(5, _MOST_CHANNELS + 1)})
DTYPES = ('float32', 'float16', 'uint8')
ALIGNS = ('center', 'topleft')
INTERPOLATIONS = ('linear', 'area', 'nearest')
_CHOICES = {
    'layout': LAYOUTS,
    'colour': COLOURS,
    'resize': RESIZES,
    'align': ALIGNS,
    'interpolation': INTERPOLATIONS,
    'dtype': DTYPES,
}


@dataclass(frozen=True, slots=True)
class InputSpec:
    """
    Conversion of a picture to the network's input: ``(pixel * scale - mean) / std``.

    :param name: name of the network's input; empty for its only one
    :param pad: value of pixels around a letterboxed picture
    :param align: position of a letterboxed picture
    :param interpolation: how a picture is resized, whatever its size: ``linear`` (the two nearest
        pixels on each axis, as exporters' own code does), ``area`` (mean of the covered pixels) or
        ``nearest``
    :param channels: of ``raw``; else that of the colour, whatever is given
    :param options: the network's ``preprocessor_options`` for a preprocessor of another package
    """

    width: int
    height: int
    name: str = ''
    layout: str = 'nchw'
    colour: str = 'bgr'
    resize: str = 'letterbox'
    align: str = 'center'
    interpolation: str = 'linear'
    pad: float = 114.0
    scale: float = 1.0
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    dtype: str = 'float32'
    channels: int = 0
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Give each channel a number for mean and std."""
        if self.colour != RAW:
            object.__setattr__(self, 'channels', 1 if self.colour == 'gray' else 3)
            return
        for name in ('mean', 'std'):
            values = getattr(self, name)
            if len(set(values)) == 1:
                object.__setattr__(self, name, values[:1] * self.channels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one picture in the network's layout."""
        if self.layout == 'nchw':
            return self.channels, self.height, self.width
        return self.height, self.width, self.channels

    def values(self) -> NDArray[np.float64]:
        """Return what each pixel value 0..255 becomes in each channel: channels x 256."""
        pixels = np.arange(256, dtype=np.float64)
        mean, std = (
            np.array(one[: self.channels], np.float64)[:, None] for one in (self.mean, self.std)
        )
        found: NDArray[np.float64] = (pixels * self.scale - mean) / std
        return found


INPUT_KEYS = frozenset(InputSpec.__dataclass_fields__) - {'options'}


def read_input(
    path: Path, key: str, data: Mapping[str, Any], default: InputSpec | None = None
) -> InputSpec:
    """
    Return the picture that a mapping describes.

    :param key: of the mapping, for messages
    :param default: has the values of keys that are not given
    :raises ConfigError: naming file and key
    """
    check_keys(path, f'{key}.', data, set(INPUT_KEYS))
    values: dict[str, Any] = {}
    for name in ('width', 'height'):
        if name in data:
            values[name] = whole(path, f'{key}.{name}', data[name])
        elif default is None:
            raise ConfigError(f'{path}: {key}.{name}', 'is missing')
    for name, allowed in _CHOICES.items():
        if name in data:
            values[name] = choice(path, f'{key}.{name}', data[name], allowed)
    if 'pad' in data:
        values['pad'] = number(path, f'{key}.pad', data['pad'])
    if 'scale' in data:
        values['scale'] = ratio(path, f'{key}.scale', data['scale'])
    _read_channels(path, key, data, default, values)
    for name in ('mean', 'std'):
        if name in data:
            count = _numbers_of(values, default)
            values[name] = numbers(path, f'{key}.{name}', data[name], count)
    if 0.0 in values.get('std', ()):
        raise ConfigError(f'{path}: {key}.std', 'must not be zero')
    if values.get('scale') == 0.0:
        raise ConfigError(
            f'{path}: {key}.scale', f'{shown(data["scale"])} is zero, and so would be every pixel'
        )
    if 'name' in data:
        if not isinstance(data['name'], str) or is_blank(data['name']):
            raise ConfigError(f'{path}: {key}.name', f'must be a name, not {data["name"]!r}')
        values['name'] = data['name']
    spec = InputSpec(**values) if default is None else replace(default, **values)
    _check_whole(path, key, spec)
    _check_range(path, key, spec)
    return spec


def _numbers_of(values: Mapping[str, Any], default: InputSpec | None) -> int:
    """Return how many numbers a list of a key for each channel has."""
    if values.get('colour', 'bgr' if default is None else default.colour) != RAW:
        return 3
    return int(values.get('channels', 0 if default is None else default.channels))


def _read_channels(
    path: Path,
    key: str,
    data: Mapping[str, Any],
    default: InputSpec | None,
    values: dict[str, Any],
) -> None:
    """Check the number of channels, which only raw pictures have."""
    colour = values.get('colour', 'bgr' if default is None else default.colour)
    where = f'{path}: {key}.channels'
    if colour != RAW:
        if 'channels' in data:
            raise ConfigError(where, f'is for colour: {RAW}; {colour} has its own')
        return
    if 'channels' in data:
        values['channels'] = whole(path, f'{key}.channels', data['channels'])
    elif default is None or default.colour != RAW:
        raise ConfigError(where, f'must be given: how many a message has (colour: {RAW})')
    if values.get('channels', 1) not in _CHANNELS:
        raise ConfigError(where, f'must be 1, 3, 4 or 5 to {_MOST_CHANNELS}: see encodings')
    if values.get('dtype', 'float32') == 'uint8':
        raise ConfigError(f'{path}: {key}.dtype', f'must be a float for colour: {RAW}')


def _check_range(path: Path, key: str, spec: InputSpec) -> None:
    """Check that a float type can represent the pixels; :raises ConfigError: if not."""
    # raw pixels may have any range
    if spec.dtype == 'uint8' or spec.colour == RAW:
        return
    with np.errstate(all='ignore'):
        values = spec.values()
        stored = values.astype(spec.dtype)
    least, most = values.min(), values.max()
    made = f'scale, mean and std make {least:g} to {most:g} of pixels 0 to 255'
    if not np.isfinite(stored).all():
        limit = float(np.finfo(spec.dtype).max)
        raise ConfigError(
            f'{path}: {key}.dtype', f'is {spec.dtype}, which ends at {limit:g}, but {made}'
        )
    if (stored[:, 0] == stored[:, -1]).any():
        raise ConfigError(
            f'{path}: {key}.scale',
            f'is {spec.scale:g}: {made}, and as {spec.dtype} black and white would be equal',
        )


def _check_whole(path: Path, key: str, spec: InputSpec) -> None:
    """Check that pixels are still there as whole numbers; :raises ConfigError: if not."""
    if spec.dtype != 'uint8':
        return
    values = np.rint(spec.values())
    least, most = values.min(), values.max()
    if least < 0 or most > 255:
        raise ConfigError(
            f'{path}: {key}.dtype',
            f'is uint8, but scale, mean and std make {least:g} to {most:g} of pixels 0 to 255',
        )
    if most - least < 2:
        raise ConfigError(
            f'{path}: {key}.scale',
            f'is {spec.scale:g}: as uint8 every pixel would be {least:g} or {most:g}; '
            'use scale: 1, or a float dtype',
        )

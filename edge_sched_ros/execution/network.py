# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network as its YAML file describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.engine_options import read_engine_options
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import choice
from edge_sched_ros.execution.network_checks import number
from edge_sched_ros.execution.network_checks import numbers
from edge_sched_ros.execution.network_checks import read
from edge_sched_ros.execution.network_checks import text
from edge_sched_ros.execution.network_checks import whole

RESIZES = ('letterbox', 'stretch', 'crop')
LAYOUTS = ('nchw', 'nhwc')
COLOURS = ('bgr', 'rgb', 'gray')
DTYPES = ('float32', 'float16', 'uint8')
ALIGNS = ('center', 'topleft')


@dataclass(frozen=True, slots=True)
class InputSpec:
    """
    How a picture becomes the network's input: ``(pixel * scale - mean) / std``.

    :param name: of the network's input; empty for its only one
    :param pad: value of pixels around a letterboxed picture
    :param align: where a letterboxed picture lies
    """

    width: int
    height: int
    name: str = ''
    layout: str = 'nchw'
    colour: str = 'bgr'
    resize: str = 'letterbox'
    align: str = 'center'
    pad: float = 114.0
    scale: float = 1.0
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    dtype: str = 'float32'

    @property
    def channels(self) -> int:
        """How many colour channels the input has."""
        return 1 if self.colour == 'gray' else 3


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """
    A network: its file, its input, and what its outputs mean.

    :param source: the YAML file, for messages
    :param file: the ONNX file
    :param decoder: name of a decoder or ``package.module:Class``
    :param labels: class names in the order of class ids
    :param max_batch: most items a call; of networks that work on crops
    :param engine_options: how engines are built of it, where an engine builds
    """

    name: str
    source: Path
    file: Path
    input: InputSpec
    decoder: str
    decoder_options: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    max_batch: int = 1
    engine: str = 'auto'
    engine_options: EngineOptions = field(default_factory=EngineOptions)


_KEYS = set(NetworkSpec.__dataclass_fields__) - {'source'}
_INPUT_KEYS = set(InputSpec.__dataclass_fields__)


def load_network(path: str | Path) -> NetworkSpec:
    """
    Read a network's YAML file.

    :raises ConfigError: naming file and key
    """
    path = Path(path)
    data = read(path)
    check_keys(path, '', data, _KEYS)
    for key in ('file', 'input', 'decoder'):
        if key not in data:
            raise ConfigError(str(path), f"the key '{key}' is missing")
    file = Path(str(data['file']))
    file = file if file.is_absolute() else path.parent / file
    if not file.is_file():
        raise ConfigError(f'{path}: file', f'there is no file {file}')
    labels = data.get('labels', [])
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ConfigError(f'{path}: labels', 'must be a list of class names')
    options = data.get('decoder_options', {})
    if not isinstance(options, dict):
        raise ConfigError(f'{path}: decoder_options', 'must be a mapping')
    return NetworkSpec(
        name=text(path, data, 'name', path.stem),
        source=path,
        file=file,
        input=_input(path, data['input']),
        decoder=text(path, data, 'decoder', ''),
        decoder_options=options,
        labels=tuple(labels),
        max_batch=whole(path, 'max_batch', data.get('max_batch', 1)),
        engine=text(path, data, 'engine', 'auto'),
        engine_options=read_engine_options(path, data.get('engine_options', {})),
    )


def _input(path: Path, data: Any) -> InputSpec:
    if not isinstance(data, dict):
        raise ConfigError(f'{path}: input', 'must be a mapping with width and height')
    check_keys(path, 'input.', data, _INPUT_KEYS)
    for key in ('width', 'height'):
        if key not in data:
            raise ConfigError(f'{path}: input.{key}', 'is missing')
    values: dict[str, Any] = {
        key: whole(path, f'input.{key}', data[key]) for key in ('width', 'height')
    }
    choices = {
        'layout': LAYOUTS,
        'colour': COLOURS,
        'resize': RESIZES,
        'align': ALIGNS,
        'dtype': DTYPES,
    }
    for key, allowed in choices.items():
        if key in data:
            values[key] = choice(path, f'input.{key}', data[key], allowed)
    for key in ('pad', 'scale'):
        if key in data:
            values[key] = number(path, f'input.{key}', data[key])
    for key in ('mean', 'std'):
        if key in data:
            values[key] = numbers(path, f'input.{key}', data[key])
    if 0.0 in values.get('std', ()):
        raise ConfigError(f'{path}: input.std', 'must not be zero')
    if 'name' in data:
        if not isinstance(data['name'], str):
            raise ConfigError(f'{path}: input.name', f'must be text, not {data["name"]!r}')
        values['name'] = data['name']
    return InputSpec(**values)

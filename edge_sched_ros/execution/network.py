# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network as its YAML file describes it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from edge_sched_ros.core.errors import ConfigError

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


_KEYS = {'name', 'file', 'input', 'decoder', 'decoder_options', 'labels', 'max_batch', 'engine'}
_INPUT_KEYS = set(InputSpec.__dataclass_fields__)


def load_network(path: str | Path) -> NetworkSpec:
    """
    Read a network's YAML file.

    :raises ConfigError: naming file and key
    """
    path = Path(path)
    data = _read(path)
    _check_keys(path, '', data, _KEYS)
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
        name=_text(path, data, 'name', path.stem),
        source=path,
        file=file,
        input=_input(path, data['input']),
        decoder=_text(path, data, 'decoder', ''),
        decoder_options=options,
        labels=tuple(labels),
        max_batch=_whole(path, 'max_batch', data.get('max_batch', 1)),
        engine=_text(path, data, 'engine', 'auto'),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(str(path), f'is not valid YAML: {reason}') from None
    if not isinstance(data, dict):
        raise ConfigError(str(path), 'must hold the keys of a network')
    return data


def _check_keys(path: Path, prefix: str, data: Mapping[str, Any], known: set[str]) -> None:
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ''
            raise ConfigError(f'{path}: {prefix}{key}', f'unknown key{hint}')


def _input(path: Path, data: Any) -> InputSpec:
    if not isinstance(data, dict):
        raise ConfigError(f'{path}: input', 'must be a mapping with width and height')
    _check_keys(path, 'input.', data, _INPUT_KEYS)
    for key in ('width', 'height'):
        if key not in data:
            raise ConfigError(f'{path}: input.{key}', 'is missing')
    values: dict[str, Any] = {
        key: _whole(path, f'input.{key}', data[key]) for key in ('width', 'height')
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
            values[key] = _choice(path, f'input.{key}', data[key], allowed)
    for key in ('pad', 'scale'):
        if key in data:
            values[key] = _number(path, f'input.{key}', data[key])
    for key in ('mean', 'std'):
        if key in data:
            values[key] = _numbers(path, f'input.{key}', data[key])
    if 0.0 in values.get('std', ()):
        raise ConfigError(f'{path}: input.std', 'must not be zero')
    if 'name' in data:
        if not isinstance(data['name'], str):
            raise ConfigError(f'{path}: input.name', f'must be text, not {data["name"]!r}')
        values['name'] = data['name']
    return InputSpec(**values)


def _text(path: Path, data: Mapping[str, Any], key: str, default: str) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise ConfigError(f'{path}: {key}', f'must be text, not {value!r}')
    return value


def _whole(path: Path, key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ConfigError(f'{path}: {key}', f'must be a whole number above zero, not {value!r}')
    return value


def _number(path: Path, key: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise ConfigError(f'{path}: {key}', f'must be a number, not {value!r}')
    return float(value)


def _numbers(path: Path, key: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) not in (1, 3):
        raise ConfigError(
            f'{path}: {key}', f'must be a list of one or three numbers, not {value!r}'
        )
    numbers = tuple(_number(path, key, item) for item in value)
    return numbers * 3 if len(numbers) == 1 else numbers


def _choice(path: Path, key: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ConfigError(f'{path}: {key}', f'must be one of {", ".join(allowed)}, not {value!r}')
    return str(value)

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lighter variants of a network, and the accuracy of each, from its YAML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.core.names import named_twice
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.documents.contained_path import relative_or_absolute
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.engine_options import read_engine_options
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import choice
from edge_sched_ros.execution.network_checks import number
from edge_sched_ros.execution.segments import read_segments
from edge_sched_ros.execution.segments import SegmentsSpec

#: name of the variant that is the network's own file
BASE = 'base'
HIGHER, LOWER = 'higher', 'lower'


@dataclass(frozen=True, slots=True)
class Accuracy:
    """
    The accuracy of a network.

    :param metric: the metric, e.g. ``mAP50``; the same for all variants of a network
    :param value: value of the metric, at least 0
    :param source: method and data of the measurement
    :param better: ``higher``, or ``lower`` for a metric that is an error
    """

    metric: str
    value: float
    source: str
    better: str = HIGHER

    def relative_to(self, best: Accuracy) -> float:
        """Return the accuracy as a share of another's, at most 1; for errors the inverse ratio."""
        above, below = (self, best) if self.better == HIGHER else (best, self)
        return 1.0 if above.value >= below.value else above.value / below.value


@dataclass(frozen=True, slots=True)
class NetworkVariant:
    """
    A lighter variant of a network, with the same input.

    :param file: the ONNX file; may be the network's own, with other ``engine_options``
    :param engine_options: options that override the network's
    :param decoder_options: options that override the network's, one by one
    :param kinds: kinds of units for it; empty for all
    :param segments: what its file was cut into; ``None`` for one that runs as a whole
    """

    name: str
    file: Path
    accuracy: Accuracy
    engine_options: EngineOptions = field(default_factory=EngineOptions)
    decoder_options: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    segments: SegmentsSpec | None = None


_KEYS = set(NetworkVariant.__dataclass_fields__)
_ACCURACY_KEYS = set(Accuracy.__dataclass_fields__)


def existing_file(path: Path, key: str, value: Any) -> Path:
    """
    Return a file named in a YAML file: an absolute path, or one below the folder of that file.

    :raises ConfigError: when it is missing, or a relative path leaves the folder
    """
    if not isinstance(value, (str, int, float)) or is_blank(str(value)):
        raise ConfigError(f'{path}: {key}', f'must be the name of a file, not {value!r:.60}')
    file = relative_or_absolute(str(value), path.parent, f'{path}: {key}')
    if os.path.isdir(file):
        raise ConfigError(f'{path}: {key}', f"'{value}' is a folder, not a file ({file})")
    if not os.path.isfile(file):
        raise ConfigError(f'{path}: {key}', f'there is no file {file}')
    return file


def segments_of(path: Path, key: str, data: Mapping[str, Any], file: Path) -> SegmentsSpec | None:
    """
    Return what the key ``segments`` of a network or variant names; ``None`` without the key.

    :param key: the full key
    :param file: the network or variant that was cut
    :raises ConfigError: naming file and key
    """
    if 'segments' not in data:
        return None
    found = existing_file(path, key, data['segments'])
    return read_segments(found, file, where=f'{path}: {key}')


def read_accuracy(path: Path, key: str, data: Any) -> Accuracy | None:
    """
    Return a given accuracy, or ``None``.

    :raises ConfigError: naming file and key
    """
    if data is None:
        return None
    if not isinstance(data, dict):
        raise ConfigError(f'{path}: {key}', 'must be a mapping with metric, value and source')
    check_keys(path, f'{key}.', data, _ACCURACY_KEYS)
    for needed in ('metric', 'source'):
        if not isinstance(data.get(needed), str) or not data[needed]:
            raise ConfigError(f'{path}: {key}.{needed}', 'must be given, as text')
    if 'value' not in data:
        raise ConfigError(f'{path}: {key}.value', 'is missing')
    value = number(path, f'{key}.value', data['value'])
    if value < 0:
        raise ConfigError(f'{path}: {key}.value', f'must not be below zero, not {value:g}')
    better = choice(path, f'{key}.better', data.get('better', HIGHER), (HIGHER, LOWER))
    return Accuracy(data['metric'], value, data['source'], better)


def read_variants(
    path: Path, data: Any, base: Accuracy | None, *, own_engine: bool = False
) -> tuple[NetworkVariant, ...]:
    """
    Return the variants of a network, the most accurate first, else as listed.

    :param base: accuracy of the network's own file
    :param own_engine: whether the network names an engine of another package
    :raises ConfigError: naming file and key
    """
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise ConfigError(f'{path}: variants', 'must be a list of mappings with name and file')
    found: list[NetworkVariant] = []
    for index, one in enumerate(data):
        name = _name(path, f'variants[{index}].name', one.get('name'))
        if name in (variant.name for variant in found):
            raise ConfigError(f'{path}: variants', f"two variants are named '{name}'")
        found.append(_variant(path, f'variants.{name}', name, one, own_engine))
    if found and base is None:
        raise ConfigError(
            f'{path}: accuracy', 'is missing: variants are chosen by how right they are'
        )
    for variant in found:
        if base is not None:
            _check_comparable(path, f'variants.{variant.name}.accuracy', variant.accuracy, base)
    if base is not None:
        found.sort(key=lambda variant: -variant.accuracy.relative_to(base))
    return tuple(found)


def _name(path: Path, key: str, name: Any) -> str:
    if not isinstance(name, str) or not name.replace('-', '_').isidentifier():
        raise ConfigError(f'{path}: {key}', f'must be letters, digits, _ and -, not {name!r}')
    if name == BASE:
        raise ConfigError(f'{path}: {key}', f"'{BASE}' is the network's own file: take another")
    return name


def _variant(
    path: Path, key: str, name: str, data: dict[str, Any], own_engine: bool
) -> NetworkVariant:
    check_keys(path, f'{key}.', data, _KEYS)
    if 'file' not in data:
        raise ConfigError(f'{path}: {key}.file', 'is missing')
    accuracy = read_accuracy(path, f'{key}.accuracy', data.get('accuracy'))
    if accuracy is None:
        raise ConfigError(
            f'{path}: {key}.accuracy', 'is missing: variants are chosen by how right they are'
        )
    options = data.get('decoder_options', {})
    if not isinstance(options, dict):
        raise ConfigError(f'{path}: {key}.decoder_options', 'must be a mapping')
    asked = data.get('engine_options', {})
    file = existing_file(path, f'{key}.file', data['file'])
    return NetworkVariant(
        name,
        file,
        accuracy,
        read_engine_options(path, asked, f'{key}.engine_options', own=own_engine),
        options,
        _kinds(path, f'{key}.kinds', data.get('kinds', [])),
        segments_of(path, f'{key}.segments', data, file),
    )


def _kinds(path: Path, key: str, data: Any) -> tuple[str, ...]:
    if not isinstance(data, list):
        raise ConfigError(f'{path}: {key}', f'must be a list of kinds of units, not {data!r}')
    kinds = tuple(choice(path, key, kind, UNIT_KINDS) for kind in data)
    if (twice := named_twice(kinds)) is not None:
        raise ConfigError(f'{path}: {key}', f"names '{twice}' twice")
    return kinds


def _check_comparable(path: Path, key: str, accuracy: Accuracy, base: Accuracy) -> None:
    for name in ('metric', 'better'):
        ours, theirs = getattr(accuracy, name), getattr(base, name)
        if ours != theirs:
            raise ConfigError(
                f'{path}: {key}.{name}',
                f"is '{ours}', that of the network's own file is '{theirs}': variants are "
                'compared by one metric',
            )


def with_options(own: EngineOptions, base: EngineOptions) -> EngineOptions:
    """Return a network's engine options, overridden by those of a variant."""
    given = own.said
    if own.strict_dla or own.allow_gpu_fallback:
        # each option cancels the other
        given = {'strict_dla': None, 'allow_gpu_fallback': None, **given}
    given['own'] = {**base.own, **own.own}
    return replace(base, **given)

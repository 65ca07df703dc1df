# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network as described by its YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.core.names import named_twice
from edge_sched_ros.execution import engines
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.engine_options import read_engine_options
from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.execution.input_spec import InputSpec as InputSpec
from edge_sched_ros.execution.input_spec import read_input
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import number
from edge_sched_ros.execution.network_checks import read
from edge_sched_ros.execution.network_checks import text
from edge_sched_ros.execution.network_checks import whole
from edge_sched_ros.execution.network_variants import Accuracy
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.network_variants import existing_file
from edge_sched_ros.execution.network_variants import NetworkVariant
from edge_sched_ros.execution.network_variants import read_accuracy
from edge_sched_ros.execution.network_variants import read_variants
from edge_sched_ros.execution.network_variants import segments_of
from edge_sched_ros.execution.network_variants import with_options
from edge_sched_ros.execution.read_inputs import read_more_inputs
from edge_sched_ros.execution.segments import SegmentSpec
from edge_sched_ros.execution.segments import SegmentsSpec

#: the stage of a network that is not cut
INFER = 'infer'
#: entry in lists of classes for an id without a class (COCO's has gaps)
NO_CLASS = 'N/A'


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """
    A network: its file, its input, and the meaning of its outputs.

    :param source: the YAML file, for messages
    :param file: the ONNX file
    :param decoder: name of a decoder or ``package.module:Class``
    :param labels: class names in the order of class ids
    :param max_batch: maximum number of items per call, for networks that work on crops
    :param engine_options: options for building its engines
    :param accuracy: accuracy of the file; ``None`` if not given
    :param variants: lighter variants, the most accurate first, without the file itself
    :param variant: name of this variant
    :param kinds: kinds of units for this variant; empty for all
    :param segments: what the file was cut into; ``None`` for a network that runs as a whole
    :param segment: which of them this is; ``None`` for the network
    :param joined: whether nothing can come between its segments: the file itself runs then
    :param inputs: the inputs beside the picture
    :param tolerance: share of the accuracy that a faster variant may lack and still run by
        default; ``None``: the file itself does
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
    accuracy: Accuracy | None = None
    variants: tuple[NetworkVariant, ...] = ()
    variant: str = BASE
    kinds: tuple[str, ...] = ()
    segments: SegmentsSpec | None = None
    segment: SegmentSpec | None = None
    joined: bool = False
    inputs: tuple[MoreInput, ...] = ()
    tolerance: float | None = None

    def where(self, key: str) -> str:
        """Return the prefix of messages about one of its keys."""
        if self.segment is not None and key in ('file', 'inputs', 'outputs'):
            return f'{self.segment.where}.{key}'
        prefix = '' if self.variant == BASE else f'variants.{self.variant}.'
        return f'{self.source}: {prefix}{key}'

    @property
    def by_variant(self) -> dict[str, NetworkSpec]:
        """Every variant as a separate network by name, the file itself first."""
        found = {BASE: replace(self, variants=())}
        for variant in self.variants:
            found[variant.name] = replace(
                self,
                file=variant.file,
                decoder_options={**self.decoder_options, **variant.decoder_options},
                engine_options=with_options(variant.engine_options, self.engine_options),
                accuracy=variant.accuracy,
                variants=(),
                variant=variant.name,
                kinds=variant.kinds,
                segments=variant.segments,
            )
        return found

    @property
    def parts(self) -> dict[str, NetworkSpec]:
        """What is loaded and run, in order, by stage: its segments, or all of it as one."""
        if self.segments is None:
            return {INFER: self}
        if self.joined:
            joint = JOINT.join(one.name for one in self.segments.segments)
            return {joint: replace(self, segments=None)}
        return {
            one.name: replace(self, file=one.file, segment=one) for one in self.segments.segments
        }

    @property
    def relative_accuracies(self) -> dict[str, float]:
        """The accuracies of the variants relative to the file itself; empty without any."""
        if self.accuracy is None:
            return {}
        return {one.name: one.accuracy.relative_to(self.accuracy) for one in self.variants}


_KEYS = set(NetworkSpec.__dataclass_fields__) - {'source', 'variant', 'kinds', 'segment', 'joined'}
_KEYS |= {'preprocessor_options'}
#: engines of this package, which declare no own options
_ENGINES = {'auto', *(one.name for one in iter_modules(engines.__path__))}


def load_network(path: str | Path) -> NetworkSpec:
    """
    Read a network's YAML file.

    :raises ConfigError: naming file and key
    """
    path = Path(path)
    return network_of(path, read(path))


def whole_network(path: Path) -> NetworkSpec:
    """
    Read a network's YAML file without the keys ``segments``, to cut it again.

    :raises ConfigError: naming file and key
    """
    data = {key: value for key, value in read(path).items() if key != 'segments'}
    variants = data.get('variants')
    if isinstance(variants, list):
        data['variants'] = [
            {key: value for key, value in one.items() if key != 'segments'}
            if isinstance(one, dict)
            else one
            for one in variants
        ]
    return network_of(path, data)


def network_of(path: Path, data: Mapping[str, Any]) -> NetworkSpec:
    """
    Return the network that a YAML file describes.

    :param path: the file, for messages and for what it names
    :param data: what it holds
    :raises ConfigError: naming file and key
    """
    check_keys(path, '', data, _KEYS)
    for key in ('file', 'input', 'decoder'):
        if key not in data:
            raise ConfigError(str(path), f"the key '{key}' is missing")
    labels = data.get('labels', [])
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ConfigError(f'{path}: labels', 'must be a list of class names')
    for index, label in enumerate(labels):
        if is_blank(label):
            raise ConfigError(f'{path}: labels.{index}', f'must be a name, not {label!r}')
    twice = named_twice(label for label in labels if label != NO_CLASS)
    if twice is not None:
        raise ConfigError(
            f'{path}: labels',
            f"names '{twice}' twice; an id that stands for no class is '{NO_CLASS}'",
        )
    options, of_input = (
        _mapping(path, data, key) for key in ('decoder_options', 'preprocessor_options')
    )
    engine = text(path, data, 'engine', 'auto')
    own_engine = engine not in _ENGINES
    accuracy = read_accuracy(path, 'accuracy', data.get('accuracy'))
    file = existing_file(path, 'file', data['file'])
    picture = replace(_input(path, data['input']), options=of_input)
    spec = NetworkSpec(
        name=text(path, data, 'name', path.stem),
        source=path,
        file=file,
        input=picture,
        decoder=text(path, data, 'decoder', ''),
        inputs=read_more_inputs(path, data.get('inputs', {}), picture),
        decoder_options=options,
        labels=tuple(labels),
        max_batch=whole(path, 'max_batch', data.get('max_batch', 1)),
        engine=engine,
        engine_options=read_engine_options(path, data.get('engine_options', {}), own=own_engine),
        accuracy=accuracy,
        variants=read_variants(path, data.get('variants', []), accuracy, own_engine=own_engine),
        segments=segments_of(path, 'segments', data, file),
        tolerance=_tolerance(path, data),
    )
    if spec.inputs:
        _check_runs_whole(spec)
    return spec


def _check_runs_whole(spec: NetworkSpec) -> None:
    """Check that no variant is in segments, which take one picture; :raises ConfigError: if so."""
    for one in spec.by_variant.values():
        if one.segments is not None:
            raise ConfigError(
                one.where('segments'),
                "a network in segments takes one picture: it cannot have the key 'inputs'",
            )


def _tolerance(path: Path, data: Mapping[str, Any]) -> float | None:
    if 'tolerance' not in data:
        return None
    value = number(path, 'tolerance', data['tolerance'])
    if not 0 <= value <= 1:
        raise ConfigError(f'{path}: tolerance', f'must be from 0 to 1, not {value:g}')
    return value


def _mapping(path: Path, data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f'{path}: {key}', 'must be a mapping')
    return value


def _input(path: Path, data: Any) -> InputSpec:
    if not isinstance(data, dict):
        raise ConfigError(f'{path}: input', 'must be a mapping with width and height')
    return read_input(path, 'input', data)

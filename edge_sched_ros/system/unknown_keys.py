# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Unknown keys: their present name, or the key that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import get_args

from pydantic import BaseModel

from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.costs import Measurement
from edge_sched_ros.system.network import Network
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.system_file import SystemFile

#: certainty of the advice: the key has a new name, a similar key exists, nothing is known
RENAMED, NEAR, UNKNOWN = range(3)
#: keys at any level
_RENAMED = {
    'service_ms': 'latency_ms',
    'p50_ms': 'latency_ms',
    'further_ms': 'per_item_ms',
    'times_ms': 'cost, as in cost: {gpu0: [1.2, 3.4]}',
}
#: at the top
_TOP = {
    'version': 'format',
    'apps': 'tasks',
    'transitions_ms': 'transitions, a list of {from: UNIT, to: UNIT, ms: TIME}',
    'corun': 'contention, as in contention: {model: pairwise, slowdown: ...}',
    'max_switches': 'networks.NAME.max_switches, or --max-switches',
    **{key: f'measured.{key}' for key in ('machine', 'versions', 'power_mode', 'date', 'picture')},
}
_EXAMPLE = 'cost: {gpu: {latency_ms: 10, cv: 0.1}}'
#: keys at the top level of files of older edge-sched profile
_PROFILE_BEFORE = ('version', 'machine')
_MEASURES = {'ms': 'milliseconds', 'mib': 'MiB', 'mj': 'millijoules', 'gbps': 'GB/s'}
#: units of measure, and other units of the same quantity
_OTHERS = {
    **dict.fromkeys(('ns', 'us', 's', 'sec', 'min'), 'ms'),
    **dict.fromkeys(('b', 'bytes', 'kb', 'kib', 'mb', 'gb', 'gib'), 'mib'),
    **dict.fromkeys(('uj', 'j', 'kj', 'wh'), 'mj'),
}


def older_profile(data: Mapping[Any, Any]) -> str:
    """Return the advice on a file of an older ``edge-sched profile``; empty for any other."""
    if not all(key in data for key in _PROFILE_BEFORE):
        return ''
    return (
        'was written by an older edge-sched profile: measure again into another file, or change '
        'its keys (docs/system_file.md#old-files)'
    )


def unknown_key(keys: Sequence[str]) -> tuple[int, str]:
    """
    Return the advice on an unknown key, and its certainty.

    :param keys: path to it, in the form of the models
    """
    key = keys[-1]
    new = _TOP.get(key) if len(keys) == 1 else _RENAMED.get(key)
    if not new and len(keys) > 1 and key in Measurement.model_fields:
        new = f'measured.{key}'
    if new:
        return RENAMED, f'is called {new} now'
    alone = keys[0] == 'networks' and keys[2:-1] == ('variants', 'base')
    if alone and key in Cost.model_fields:
        return RENAMED, f'goes inside a unit of networks.{keys[1]}.cost, as in {_EXAMPLE}'
    known = _known_keys(keys[:-1], [Network] if alone else [])
    stem, _, measure = key.lower().rpartition('_')
    ours = _OTHERS.get(measure, '')
    if f'{stem}_{ours}' in known:
        other = 'is in another unit of measure than this file'
        return RENAMED, f'{other}: give {stem}_{ours}, in {_MEASURES[ours]}'
    near = did_you_mean(key, known)
    if alone and not near:
        place = f'costs.{keys[1]}, or networks.{keys[1]}.cost'
        return RENAMED, f'costs of a network by unit go under {place}'
    return (NEAR if near else UNKNOWN), f'there is no such key{near}'


def _known_keys(above: Sequence[str], more: Sequence[type[BaseModel]]) -> dict[str, None]:
    """Return the known keys below a path, and further models."""
    models: list[type[BaseModel]] = [SystemFile]
    for part in above:
        fields = [
            field
            for model in models
            for name, field in model.model_fields.items()
            if part in (name, field.alias)
        ]
        # a part that is not a field is a name in a mapping or an index of a list
        if fields:
            models = [one for field in fields for one in _models(field.annotation)]
    short = ['cost'] if Variant in models else []
    pairs = [pair for model in (*models, *more) for pair in model.model_fields.items()]
    return dict.fromkeys([*short, *(field.alias or name for name, field in pairs)])


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field may contain, also in mappings and lists."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)

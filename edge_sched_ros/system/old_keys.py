# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keys of the files before this format, and of other units of measure: what to give instead."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from edge_sched_ros.core.near import did_you_mean

#: anywhere
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
    'machine': 'measured.machine',
    'versions': 'measured.versions',
    'power_mode': 'measured.power_mode',
    'date': 'measured.date',
    'picture': 'measured.picture',
}
#: keys that are most often mistyped there
_OF_A_NETWORK = ('cost', 'stages', 'layers', 'variants', 'accuracy', 'segments', 'max_switches')
_EXAMPLE = 'cost: {gpu: {latency_ms: 10, cv: 0.1}}'
#: statistics of a measured cost
_MEASURED = ('p95_ms', 'p99_ms', 'mean_ms', 'half_width_ms', 'runs', 'energy_source')
#: at the top of what edge-sched profile wrote before
_PROFILE_BEFORE = ('version', 'machine')
_MEASURES = {'ms': 'milliseconds', 'mib': 'MiB', 'mj': 'millijoules', 'gbps': 'GB/s'}
#: units of measure, of the same thing those that are not ours
_OTHERS = {
    **dict.fromkeys(('ns', 'us', 's', 'sec', 'min'), 'ms'),
    **dict.fromkeys(('b', 'bytes', 'kb', 'kib', 'mb', 'gb', 'gib'), 'mib'),
    **dict.fromkeys(('uj', 'j', 'kj', 'wh'), 'mj'),
}


def older_profile(data: Mapping[Any, Any]) -> str:
    """Return what to do about a file of an older ``edge-sched profile``; empty for any other."""
    if not all(key in data for key in _PROFILE_BEFORE):
        return ''
    return (
        'was written by an older edge-sched profile: measure anew into another file, or change '
        'its keys (docs/system_file.md#old-files)'
    )


def instead(keys: Sequence[str]) -> str:
    """Return what to do about a key nobody knows; empty where that is not known either."""
    key = keys[-1]
    new = _TOP.get(key) if len(keys) == 1 else _RENAMED.get(key)
    if new:
        return f'is called {new} now'
    if key in _MEASURED and len(keys) > 1:
        return f'is called measured.{key} now'
    if keys[0] == 'networks' and len(keys) == 5 and keys[2:4] == ('variants', 'base'):
        if key in _known_keys():
            return f'goes inside a unit of networks.{keys[1]}.cost, as in {_EXAMPLE}'
        near = did_you_mean(key, _OF_A_NETWORK)
        if near:
            return f'there is no such key{near}'
        return f'costs of a network by unit go under costs.{keys[1]}, or networks.{keys[1]}.cost'
    return _other_measure(key)


def _other_measure(key: str) -> str:
    stem, _, measure = key.lower().rpartition('_')
    ours = _OTHERS.get(measure, '')
    if not ours or f'{stem}_{ours}' not in _known_keys():
        return ''
    return (
        f'is in another unit of measure than this file: give {stem}_{ours}, in {_MEASURES[ours]}'
    )


@lru_cache(maxsize=1)
def _known_keys() -> frozenset[str]:
    from edge_sched_ros.system.fields import Strict

    def below(model: type[BaseModel]) -> set[str]:
        inner = (below(one) for one in model.__subclasses__())
        return set(model.model_fields).union(*inner)

    return frozenset(below(Strict))

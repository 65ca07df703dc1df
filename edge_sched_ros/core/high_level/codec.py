# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""High-level events and decisions as plain dicts, so that a log can be kept and replayed."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import fields
from typing import Any
from typing import cast

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.decisions import HIGH_LEVEL_DECISION_TYPES
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import PartitionTiming
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import HIGH_LEVEL_EVENT_TYPES
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.units import Unit

_TYPES: dict[str, type] = {
    kind.__name__: kind for kind in (*HIGH_LEVEL_EVENT_TYPES, *HIGH_LEVEL_DECISION_TYPES)
}


def to_dict(item: HighLevelEvent | HighLevelDecision) -> dict[str, Any]:
    """Return a dict of JSON types, the class name under ``type``."""
    name = type(item).__name__
    if isinstance(item, DeviceJoined):
        return {'type': name, 'offer': offer_to_dict(item.offer)}
    # a record is a dataclass, which the type checker is not told
    return {'type': name, **asdict(cast('Any', item))}


def from_dict(data: dict[str, Any]) -> HighLevelEvent | HighLevelDecision:
    """
    Return the event or decision :func:`to_dict` was given.

    :raises ConfigError: for an unknown type, or keys and values that do not belong to it
    """
    values = dict(data)
    name = values.pop('type', None)
    kind = _TYPES.get(str(name))
    if kind is None:
        raise ConfigError('log', f"unknown event or decision type '{name}'")
    known = {field.name for field in fields(kind)}
    if unknown := set(values) - known:
        raise ConfigError('log', f'{name} has no field {", ".join(sorted(unknown))}')
    try:
        for key in values:
            if convert := _CONVERTERS.get(key):
                values[key] = convert(values[key])
        return cast('HighLevelEvent | HighLevelDecision', kind(**values))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ConfigError('log', f'{name}: {error}') from None


def offer_to_dict(offer: DeviceOffer) -> dict[str, Any]:
    """Return an offer as JSON types."""
    return {
        'name': offer.name,
        'units': [asdict(unit) for unit in offer.units],
        'costs_ns': [[*key, dict(costs)] for key, costs in offer.costs_ns.items()],
        'hand_over_ns': [[*key, ns] for key, ns in offer.hand_over_ns.items()],
        'digests': dict(offer.digests),
    }


def offer_from_dict(data: Mapping[str, Any]) -> DeviceOffer:
    """Return the offer :func:`offer_to_dict` was given; KeyError and the like for another."""
    return DeviceOffer(
        name=data['name'],
        units=tuple(Unit(**unit) for unit in data['units']),
        costs_ns={(network, part): dict(costs) for network, part, costs in data['costs_ns']},
        hand_over_ns={(source, target): ns for source, target, ns in data['hand_over_ns']},
        digests=dict(data['digests']),
    )


def _timings(value: Any) -> tuple[PartitionTiming, ...]:
    return tuple(PartitionTiming(**one) for one in value)


def _named(value: Any) -> tuple[Any, ...]:
    """Return partitions of ``Load``, or timings of a job that ended."""
    if value and isinstance(value[0], Mapping):
        return _timings(value)
    return tuple((name, tuple(segments)) for name, segments in value)


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in value)


def _costs(value: Any) -> dict[str, tuple[str, int]]:
    return {segment: (unit, time_ns) for segment, (unit, time_ns) in value.items()}


#: key -> makes of JSON types what a record has under it
_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    'offer': offer_from_dict,
    'partitions': _named,
    'unit_of': _pairs,
    'unavailable': tuple,
    'joined': tuple,
    'costs_ns': _costs,
}

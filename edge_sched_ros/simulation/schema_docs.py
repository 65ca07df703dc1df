# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every key of the simulator's files and every parameter of a policy, as Markdown tables."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from collections.abc import Sequence
from types import NoneType
from types import UnionType
from typing import Annotated
from typing import Any
from typing import get_args
from typing import get_origin
from typing import Literal
from typing import Union

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.early_drop import EarlyDrop
from edge_sched_ros.policies.registry import DROP_SUFFIX
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.simulation import change_keys
from edge_sched_ros.simulation import platform
from edge_sched_ros.simulation import schema
from edge_sched_ros.simulation import suite_file
from edge_sched_ros.simulation import workload
from edge_sched_ros.simulation.costmodel.library import network_names
from edge_sched_ros.simulation.loading import built_in
from edge_sched_ros.simulation.loading import load_platform

_INTRO = f"""\
# Keys of the simulator's files

What they are for: [simulation.md](simulation.md). Generated:
`dev/env.sh python -m edge_sched_ros.simulation.schema_docs > docs/simulation_schema.md`.

Units are in the names: `_ms`, `_s` (virtual time), `_mj` (millijoules), `_mw` (milliwatts),
`_mhz`, `_kib`, `_mib`; `_gbps` is 10^9 *bytes* a second. A key that is not listed is an error
(beside `networks` in a cost table anything may stand). No number with a unit may be above
{schema.MOST:g}. A *name* is a letter, then letters, digits and `_`.
"""

#: title -> models, in the order of the document
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    'Workload files': (
        workload.Workload,
        workload.Stream,
        workload.Task,
        workload.Network,
        workload.Variant,
        workload.Stage,
        workload.Change,
        change_keys.TaskSet,
        change_keys.StreamSet,
        change_keys.UnitSet,
    ),
    'Platform files': (
        platform.Platform,
        platform.PlatformUnit,
        platform.Mode,
        platform.ArrayShape,
        platform.Transition,
        platform.NoContention,
        platform.PairwiseContention,
        platform.PiecewiseContention,
    ),
    'Costs, in both': (schema.Cost, schema.CostTable),
    'Suite files': (suite_file.Suite, suite_file.Group),
}
_WORDS = {str: 'text', float: 'number', int: 'whole number', bool: 'true or false', Any: 'any'}
_SIGNS = {'gt': '>', 'ge': '>=', 'lt': '<', 'le': '<='}


def markdown() -> str:
    """Return the whole document."""
    lines = [_INTRO]
    for title, models in SECTIONS.items():
        lines += [f'## {title}', '']
        for model in models:
            lines += [f'### {model.__name__}', '', _plain(inspect.getdoc(model) or ''), '']
            lines += [*_table('key | type | default | range | meaning', _fields(model)), '']
    lines += ['## What comes with the package', '', *_built_in(), '']
    lines += ['## Parameters of policies', '']
    lines += ['All are numbers, for `--set` and for `policy_params` of the node.', '']
    lines += _table('policy | parameter | default | range | meaning', _policies())
    return '\n'.join(lines)


def _built_in() -> Iterator[str]:
    table = load_platform('orin_agx').costs
    types = {unit for costs in table.values() for unit in costs}
    for what, names in (
        ('Workloads', built_in('workloads')),
        ('Platforms', built_in('platforms')),
        ('Suites', built_in('suites')),
        ('For `layers`', network_names()),
        ('For `library`, in the cost table `jetson_costs`', sorted(table)),
        ('Types of units in `jetson_costs`', sorted(types)),
    ):
        yield f'- {what}: {", ".join(f"`{name}`" for name in names)}'


def _table(head: str, rows: Iterator[Sequence[str]]) -> list[str]:
    rule = ' | '.join('---' for _ in head.split('|'))
    return [f'| {head} |', f'| {rule} |', *(f'| {" | ".join(row)} |' for row in rows)]


def _fields(model: type[BaseModel]) -> Iterator[Sequence[str]]:
    for name, field in model.model_fields.items():
        yield (
            f'`{field.alias or name}`',
            _type(_given(field), field.metadata),
            'required' if field.is_required() else _default(field.get_default()),
            _range(field.annotation, field.metadata),
            _plain(field.description or ''),
        )


def _policies() -> Iterator[Sequence[str]]:
    for name, policy in sorted(policy_classes().items()):
        for parameter in policy.parameters:
            yield _parameter(name, parameter)
    for parameter in EarlyDrop.parameters:
        yield _parameter(f'*any*{DROP_SUFFIX}', parameter)


def _parameter(policy: str, parameter: PolicyParameter) -> Sequence[str]:
    limits = f'{parameter.minimum:.15g} to {parameter.maximum:.15g}'
    default = f'`{parameter.default:.15g}`'
    return (policy, f'`{parameter.name}`', default, limits, parameter.description)


def _type(kind: Any, metadata: Sequence[Any] = ()) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type(parts[0], parts[1:])
    if origin is Literal:
        return ' or '.join(f'`{part}`' for part in parts)
    if origin in (Union, UnionType):
        return ' or '.join(_type(part) for part in parts)
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return f'list of {_type(parts[0])}'
        return f'[{", ".join(_type(part) for part in parts)}]'
    if origin is dict:
        return f'map of {_type(parts[0])} to {_type(parts[1])}'
    if kind is NoneType:
        return 'null'
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f'[{kind.__name__}](#{kind.__name__.lower()})'
    named = kind is str and any(key == 'pattern' for key, _ in _limits(metadata))
    return 'name' if named else _WORDS[kind]


def _range(kind: Any, metadata: Sequence[Any] = ()) -> str:
    """Return the limits in words, those of what a list or map holds too."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _range(parts[0], parts[1:])
    limits = dict(_limits(metadata))
    found = [
        f'{sign} {limits[key]:g}'
        for key, sign in _SIGNS.items()
        if key in limits and limits[key] != schema.MOST
    ]
    if 'min_length' in limits:
        found.append(f'at least {limits["min_length"]}')
    if origin in (Union, UnionType):
        found += filter(None, map(_range, parts))
    elif origin in (tuple, dict):
        inner = _range(parts[0] if origin is tuple else parts[1])
        found += [inner if inner.startswith('each') else f'each {inner}'] if inner else []
    return ', '.join(found)


def _limits(metadata: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for entry in metadata:
        if isinstance(entry, FieldInfo):
            yield from _limits(entry.metadata)
        for key in (*_SIGNS, 'min_length', 'pattern'):
            if getattr(entry, key, None) is not None:
                yield key, getattr(entry, key)


def _given(field: FieldInfo) -> Any:
    """Return the type of a key where it is given: without the ``None`` of one that is not."""
    if field.is_required() or field.get_default() is not None:
        return field.annotation
    return Union[tuple(part for part in get_args(field.annotation) if part is not NoneType)]


def _default(value: Any) -> str:
    if value is None:
        return 'absent'
    if isinstance(value, platform.NoContention):
        return f'`{value.model}`'
    return "`''`" if value == '' else f'`{json.dumps(value).strip(chr(34))}`'


def _plain(text: str) -> str:
    """Return a docstring's text as one line of Markdown."""
    return ' '.join(text.replace('``', '`').split())


if __name__ == '__main__':
    print(markdown())

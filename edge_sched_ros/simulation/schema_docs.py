# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every key of the simulator's files and every parameter of a policy, as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from pydantic import BaseModel

from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.documents.key_tables import key_table
from edge_sched_ros.documents.key_tables import table
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
        platform.PowerMode,
        platform.ArrayShape,
        platform.Transition,
        platform.NoContention,
        platform.PairwiseContention,
        platform.PiecewiseContention,
        schema.Sourced,
    ),
    'Costs, in both': (schema.Cost, schema.CostTable),
    'Suite files': (suite_file.Suite, suite_file.Group),
}


def markdown() -> str:
    """Return the whole document."""
    lines = [_INTRO]
    for title, models in SECTIONS.items():
        lines += [f'## {title}', '']
        for model in models:
            lines += key_table(model)
    lines += ['## What comes with the package', '', *_built_in(), '']
    lines += ['## Parameters of policies', '']
    lines += ['For `--set NAME=VALUE`, and as `policies.POLICY.NAME` of the node.', '']
    lines += table('policy | parameter | default | range | meaning', _policies())
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


def _policies() -> Iterator[Sequence[str]]:
    for name, policy in sorted(policy_classes().items()):
        for parameter in policy.parameters:
            yield _parameter(name, parameter)
    for parameter in EarlyDrop.parameters:
        yield _parameter(f'*any*{DROP_SUFFIX}', parameter)


def _parameter(policy: str, parameter: PolicyParameter) -> Sequence[str]:
    limits = f'{parameter.minimum:.15g} to {parameter.maximum:.15g}'
    default = f'`{parameter.default:.15g}`'
    if isinstance(parameter.default, bool):
        limits, default = 'true or false', f'`{str(parameter.default).lower()}`'
    elif isinstance(parameter.default, int):
        limits += ', whole'
    return (policy, f'`{parameter.name}`', default, limits, parameter.description)


if __name__ == '__main__':
    print(markdown())

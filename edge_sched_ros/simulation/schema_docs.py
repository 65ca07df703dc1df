# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keys of suites and changes, and every parameter of a policy, as Markdown tables."""

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
from edge_sched_ros.simulation import suite_file
from edge_sched_ros.simulation.suite_file import built_in_suites
from edge_sched_ros.system.costmodel.library import network_names

_INTRO = """\
# Keys of suites and changes, and parameters of policies

What they are for: [simulation.md](simulation.md); workloads and platforms are system files, whose
keys are in [system_schema.md](system_schema.md). Generated:
`dev/env.sh python -m edge_sched_ros.simulation.schema_docs > docs/simulation_schema.md`.
"""

#: title -> models, in the order of the document
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    'What a change sets': (change_keys.TaskSet, change_keys.StreamSet, change_keys.UnitSet),
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
    for what, names in (('Suites', built_in_suites()), ('For `layers`', network_names())):
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

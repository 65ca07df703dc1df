# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The names that ``--workload``, ``--platform``, ``--suite`` and ``--policy`` accept."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from edge_sched_ros.plugins.registry import Registry


def show_list(*, as_json: bool) -> None:
    """Print a line for each, or all as JSON by kind and name."""
    from edge_sched_ros.cli.output import printing

    known = _known()
    with printing():
        if as_json:
            click.echo(json.dumps(known, indent=2))
        else:
            click.echo('\n'.join(_lines(known)))


def _known() -> dict[str, dict[str, str]]:
    """Return kind -> name -> description."""
    from edge_sched_ros.plugins.high_level_policies import HIGH_LEVEL_POLICIES
    from edge_sched_ros.plugins.policies import POLICIES
    from edge_sched_ros.simulation.suite_file import built_in_suites
    from edge_sched_ros.simulation.suite_file import load_suite
    from edge_sched_ros.system.finding import built_in
    from edge_sched_ros.system.loading import load_platform
    from edge_sched_ros.system.loading import load_system
    from edge_sched_ros.system.loading import load_workload

    found = {
        kind: {name: ' '.join(load(name).description.split()) for name in names}
        for kind, names, load in (
            ('workloads', built_in('workloads'), load_workload),
            ('platforms', built_in('platforms'), load_platform),
            ('fleets', built_in('fleets'), load_system),
            ('suites', built_in_suites(), load_suite),
        )
    }
    found['high-level policies'] = _policies(HIGH_LEVEL_POLICIES)
    found['policies'] = _policies(POLICIES)
    return found


def _policies(registry: Registry[type[Any]]) -> dict[str, str]:
    built_in = {name: _first_line(one) for name, one in sorted(registry.built_in().items())}
    return built_in | {name: f'of {origin}' for name, origin in registry.origins().items()}


def _first_line(policy: object) -> str:
    return (inspect.getdoc(policy) or '').partition('\n')[0].replace('``', '')


def _lines(known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    from edge_sched_ros.policies.registry import DROP_SUFFIX

    notes = {
        'policies': f' ({DROP_SUFFIX} after any name also drops jobs that must miss their '
        'deadline)'
    }
    for kind, meanings in known.items():
        yield f'{kind}{notes.get(kind, "")}:'
        width = max(map(len, meanings))
        for name, meaning in meanings.items():
            yield f'  {name:{width}}  {meaning}'

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``--workload``, ``--platform``, ``--suite`` and ``--policy`` know by name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click


def show_list(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print a line for each, then end; for an eager option."""
    if wanted and not ctx.resilient_parsing:
        from edge_sched_ros.cli.output import printing

        with printing():
            click.echo('\n'.join(_lines()))
        ctx.exit()


def _lines() -> Iterator[str]:
    from edge_sched_ros.plugins.policies import POLICIES
    from edge_sched_ros.policies.registry import DROP_SUFFIX
    from edge_sched_ros.simulation.suite_file import built_in_suites
    from edge_sched_ros.simulation.suite_file import load_suite
    from edge_sched_ros.system.finding import built_in
    from edge_sched_ros.system.loading import load_platform
    from edge_sched_ros.system.loading import load_workload

    for kind, names, load in (
        ('workloads', built_in('workloads'), load_workload),
        ('platforms', built_in('platforms'), load_platform),
        ('suites', built_in_suites(), load_suite),
    ):
        yield f'{kind}:'
        yield from _columns({name: load(name).description for name in names})
    yield f'policies ({DROP_SUFFIX} after any name also drops jobs that cannot be in time):'
    own = {
        name: (inspect.getdoc(policy) or '').partition('\n')[0].replace('``', '')
        for name, policy in sorted(POLICIES.built_in().items())
    }
    yield from _columns(
        own | {name: f'of {origin}' for name, origin in POLICIES.origins().items()}
    )


def _columns(meanings: dict[str, str]) -> Iterator[str]:
    width = max(map(len, meanings))
    for name, meaning in meanings.items():
        yield f'  {name:{width}}  {meaning}'

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched plugins``: names of plug-ins, and their packages."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from edge_sched_ros.plugins.description import Description
    from edge_sched_ros.plugins.listing import Listed


@click.command('plugins')
@click.argument('name', required=False)
@click.option('--json', 'as_json', is_flag=True, help='Print the result as JSON.')
def plugins(name: str | None, as_json: bool) -> None:
    """
    List the names of policies, decoders and other plug-ins, and their packages.

    With a NAME, or package.module:Class: show what it does, and its options with their ranges.

    Lists policies, high-level policies, placement algorithms, decoders, programs, engines,
    preprocessors and commands, built in or from an installed package, with the reason if one
    cannot be used. The command imports each plug-in to find out. docs/plugins.md explains how to
    write one.
    """
    from edge_sched_ros.cli.all_plugins import REGISTRIES
    from edge_sched_ros.cli.output import printing
    from edge_sched_ros.plugins.description import describe
    from edge_sched_ros.plugins.installed import misplaced
    from edge_sched_ros.plugins.listing import Listed
    from edge_sched_ros.plugins.listing import listed

    # text that modules print on import is not part of the list
    with redirect_stdout(sys.stderr):
        if name is not None:
            described = describe(name, REGISTRIES, _documentation)
        else:
            found = [one for registry in REGISTRIES for one in listed(registry)]
    if name is not None:
        with printing():
            _show(described, as_json)
        return
    found += [
        Listed('?', one.name, one.origin, one.reference, one.problem)
        for one in misplaced([registry.kind.entry_points for registry in REGISTRIES])
    ]
    with printing():
        if as_json:
            click.echo(json.dumps([asdict(one) for one in found], indent=2))
        else:
            _print(found)


def _print(found: list[Listed]) -> None:
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_table

    rows = [(one.kind, one.name, _origin(one)) for one in found]
    show_table(('kind', 'name', 'from'), rows, output_console(), left=3)


def _documentation(found: Any) -> str:
    """Return the documentation of a plug-in; subcommands of this package are named by module."""
    import importlib
    import inspect

    if isinstance(found, str):
        found = importlib.import_module(found).COMMAND
    if isinstance(found, click.Command):
        return inspect.cleandoc(found.help or '')
    return inspect.getdoc(found) or ''


def _show(described: list[Description], as_json: bool) -> None:
    from edge_sched_ros.cli.plugin_text import as_data
    from edge_sched_ros.cli.plugin_text import show

    if as_json:
        click.echo(json.dumps([as_data(one) for one in described], indent=2))
        return
    for one in described:
        show(one)


def _origin(one: Listed) -> str:
    if not one.origin:
        return 'built in'
    where = f'{one.origin} ({one.reference})' if one.reference else one.origin
    return f'{where}: {one.problem}' if one.problem else where


COMMAND = plugins

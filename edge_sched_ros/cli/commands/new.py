# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched new``: a small package with a plug-in of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import click

from edge_sched_ros.cli.new_package import KINDS
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing


@click.command('new')
@click.argument('kind', type=click.Choice(KINDS))
@click.argument('name')
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path, file_okay=False),
    default=Path('.'),
    metavar='FOLDER',
    help='Folder in which the folder of the package is made.  [default: this folder]',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the files as JSON.')
def new(kind: str, name: str, output: Path, as_json: bool) -> None:
    """
    Write a small package NAME with a decoder, program or policy of your own.

    It has a module with an example to change, a test that passes, a README, and a pyproject.toml
    with the entry point by which every tool finds it after "pip install".
    """
    from edge_sched_ros.cli.all_plugins import REGISTRIES
    from edge_sched_ros.cli.new_package import write_package

    (registry,) = [one for one in REGISTRIES if one.kind.what == kind]
    files = write_package(kind, name, output, registry.is_built_in(name))
    with printing():
        if as_json:
            click.echo(
                json.dumps({'kind': kind, 'files': [str(file) for file in files]}, indent=2)
            )
            return
        for file in files:
            click.echo(str(file))
        folder = files[0].parent
        click.echo(f'test it:    python -m pytest {folder}')
        click.echo(f'install it: pip install --no-build-isolation --no-deps {_local(folder)}')


def _local(folder: Path) -> str:
    """Return a folder so that pip does not take it for the name of a package."""
    return str(folder) if folder.is_absolute() or len(folder.parts) > 1 else f'./{folder}'


COMMAND = new

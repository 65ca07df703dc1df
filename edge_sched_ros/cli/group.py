# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ``edge-sched`` command and its options; subcommands are found by name."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys

import click

from edge_sched_ros import __version__
from edge_sched_ros.cli import commands
from edge_sched_ros.cli.usage import CommandGroup
from edge_sched_ros.core.brief_log import BriefFormatter


class LazyGroup(CommandGroup):
    """Finds subcommands by module name and imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all subcommands."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a subcommand, or ``None`` when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f'{commands.__name__}.{cmd_name}')
        command: click.Command = module.COMMAND
        return command


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f'edge-sched {__version__}')
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={'help_option_names': ['-h', '--help']})
@click.option(
    '--version',
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help='Show the version.',
)
@click.option('--verbose', is_flag=True, help='Show what happens inside.')
def edge_sched(verbose: bool) -> None:
    """Several networks, one robot computer, every deadline accounted for."""
    level = logging.INFO if verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(BriefFormatter('%(levelname)s: %(message)s'))
    logging.basicConfig(level=level, handlers=[handler])

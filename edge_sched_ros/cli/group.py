# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ``edge-sched`` command and its options; subcommands are found by name."""

from __future__ import annotations

import importlib
import logging
import sys
from typing import Any

import click

from edge_sched_ros.cli.installed_commands import COMMANDS
from edge_sched_ros.cli.usage import CommandGroup
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief_log import BriefFormatter
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.version import __version__


class LazyGroup(CommandGroup):
    """Finds subcommands by module name and imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all subcommands."""
        return list(COMMANDS.names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """
        Return a subcommand, or ``None`` when there is none of that name.

        :raises ConfigError: for an installed package's subcommand that cannot be used
        """
        command: click.Command
        if module := COMMANDS.built_in().get(cmd_name):
            command = importlib.import_module(module).COMMAND
        elif cmd_name in COMMANDS.at_hand():
            command = COMMANDS.find(cmd_name, cmd_name)
        else:
            return None
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """
        Run a command.

        :raises CommandFailed: when one of an installed package raises what nobody expects
        """
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (EdgeSchedError, BrokenPipeError):
            raise
        except Exception as error:
            name = ctx.invoked_subcommand
            if ctx.params['debug'] or name is None or name in COMMANDS.built_in():
                raise
            raise CommandFailed(name, COMMANDS.origins().get(name, ''), error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands; those of installed packages are named but not imported."""
        own = (self.get_command(ctx, name) for name in sorted(COMMANDS.built_in()))
        rows = [(one.name or '', one) for one in own if one is not None and not one.hidden]
        limit = formatter.width - 6 - max(len(name) for name, _ in rows)
        with formatter.section('Commands'):
            formatter.write_dl([(name, one.get_short_help_str(limit)) for name, one in rows])
        if others := COMMANDS.origins():
            with formatter.section('Commands of installed packages'):
                formatter.write_dl([(name, f'of {origin}') for name, origin in others.items()])


class CommandFailed(Exception):
    """
    A command of an installed package has a defect.

    :param origin: the package with its version
    """

    def __init__(self, name: str, origin: str, error: Exception) -> None:
        super().__init__(
            f'{name}: the command of {origin} failed: {brief_error(error)} '
            '(edge-sched --debug shows where)'
        )


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
@click.option('--verbose', is_flag=True, help='Log the steps of the program on standard error.')
@click.option(
    '--debug',
    is_flag=True,
    envvar='EDGE_SCHED_DEBUG',
    help='Show where a command of another package fails (or set EDGE_SCHED_DEBUG=1).',
)
def edge_sched(verbose: bool, debug: bool) -> None:
    """Schedule several networks on one robot computer, and account for every deadline."""
    level = logging.INFO if verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(BriefFormatter('%(levelname)s: %(message)s'))
    logging.basicConfig(level=level, handlers=[handler])

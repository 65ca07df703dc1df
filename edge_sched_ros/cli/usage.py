# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Usage errors of a command, in one line."""

from __future__ import annotations

import difflib
from typing import Any

import click

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR


class CommandGroup(click.Group):
    """Finds the command that was called wrongly, and a suggestion for an unknown name."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            name = ctx.invoked_subcommand
            command = None if name is None else self.get_command(ctx, name)
            # click's parser does not tell whose options it was reading
            if error.ctx is None and command is not None:
                error.ctx = click.Context(command, info_name=name, parent=ctx)
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0].lower(), self.list_commands(ctx), n=1)
            # newer releases of click add the suggestion themselves
            if near and f"'{near[0]}'" not in error.format_message():
                error.message += f" Did you mean '{near[0]}'?"
            raise


def is_help(error: click.ClickException) -> bool:
    """Whether the error is the help of a group that was called without a command."""
    # in click from 8.2 on
    kind = getattr(click.exceptions, 'NoArgsIsHelpError', None)
    return kind is not None and isinstance(error, kind)


def usage_line(error: click.ClickException) -> str:
    """
    Return the error as ``edge-sched COMMAND: error (where help is)``.

    click itself writes three lines, the first with the general usage.
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = 'edge-sched' if context is None else context.command_path
    what = brief(error.format_message(), MOST_OF_AN_ERROR).removesuffix('.')
    if context is None:
        return f'{command}: {what}'
    of = 'commands' if isinstance(context.command, click.Group) else 'options'
    return f'{command}: {what[:1].lower()}{what[1:]} ({command} --help shows the {of})'

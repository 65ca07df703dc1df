# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every subcommand with its ``--help``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import click

from edge_sched_ros.cli.group import edge_sched
from edge_sched_ros.cli.installed_commands import COMMANDS

_WIDTH = 92


def commands_page() -> str:
    """Return the page, in Markdown; commands of other packages are left out."""
    parts = [
        '# Commands\n\nWhat `--help` prints for each command of this package. '
        '[Which install gives which command](../docs/install.md) says what each needs.\n'
    ]
    parts += [_section(name, command) for name, command in _commands()]
    return '\n'.join(parts)


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield 'edge-sched', edge_sched
    for name, module in sorted(COMMANDS.built_in().items()):
        yield from _with_its_own(f'edge-sched {name}', importlib.import_module(module).COMMAND)


def _with_its_own(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, one in sorted(command.commands.items()):
            yield from _with_its_own(f'{path} {name}', one)


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path, max_content_width=_WIDTH)
    context.terminal_width = _WIDTH
    return f'## `{path}`\n\n```text\n{command.get_help(context).rstrip()}\n```\n'

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Types what pages show, in a folder like the checkout, and compares what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from children import finished
from pages import Block
from pages import CHECKOUT

#: a command may take this long when others work on the machine, too
_TIMEOUT_S = 300
_LONGER = '> '
#: what may be typed: links lead into the checkout, so what builds or installs would change it
HARMLESS = (
    'PYTHONPATH=my_robot edge-sched',
    'PYTHONPATH=my_policy edge-sched',
    'edge-sched',
    'dev/env.sh edge-sched',
    'dev/env.sh python',
    'cat',
    'mkdir',
)


@dataclass(frozen=True)
class Command:
    """A command of a console block, and what the page shows of its output."""

    text: str
    shown: tuple[str, ...]


def commands(block: Block) -> list[Command]:
    """
    Return the commands of a ``console`` block; a ``bash`` block is one command a line.

    A line that ends in a backslash goes on in the next one, after ``>``.

    :raises ValueError: for output before the first command
    """
    if block.kind == 'bash':
        lines = (line.partition(' #')[0].strip() for line in block.text.splitlines())
        return [Command(line, ()) for line in lines if line]
    found: list[tuple[list[str], list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith('$ '):
            found.append(([line[2:]], []))
        elif not found:
            raise ValueError(f'{block.where}: output before a command: {line}')
        elif line.startswith(_LONGER) and found[-1][0][-1].endswith('\\'):
            found[-1][0].append(line.removeprefix(_LONGER))
        else:
            found[-1][1].append(line)
    return [Command('\n'.join(typed), tuple(shown)) for typed, shown in found]


def check_harmless(block: Block) -> None:
    """Refuse to type what would build, install or remove: such a block is marked instead."""
    for command in commands(block):
        words = ' '.join(command.text.split())
        assert words.startswith(tuple(f'{word} ' for word in HARMLESS)), (
            f'{block.where}: {command.text!r} may change the checkout: '
            '<!-- not typed here: REASON -->'
        )


def like_the_checkout(folder: Path) -> None:
    """Make links to all of the checkout; what commands make beside it stays in the folder."""
    made_by_commands = {'out', 'log'}
    for path in CHECKOUT.iterdir():
        if path.name not in made_by_commands and path.name != '.git':
            (folder / path.name).symlink_to(path)


def type_in(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """
    Run a command as a user types it, with the installed ``edge-sched``, into a pipe.

    :raises subprocess.TimeoutExpired: when it takes too long; it and what it started are ended
    """
    environment = {key: value for key, value in os.environ.items() if key != 'COLUMNS'}
    command = ['bash', '-euo', 'pipefail', '-c', text]
    path = f'{Path(sys.executable).parent}:{environment["PATH"]}'
    return finished(command, timeout_s=_TIMEOUT_S, cwd=folder, env=environment | {'PATH': path})


def check(where: str, command: Command, done: subprocess.CompletedProcess[str]) -> None:
    """
    Compare what a command printed with what the page shows, if it shows any.

    A page shows a failure by its line on standard error, ``edge-sched: ...``.
    """
    fails = any(line.startswith('edge-sched: ') for line in command.shown)
    printed = done.stderr if fails else done.stdout
    told = f'{where}: $ {command.text}\n{printed}\n{done.stderr}'
    assert (done.returncode != 0) == fails, f'exit code {done.returncode}: {told}'
    wanted = [line for line in command.shown if line.strip()]
    if wanted:
        assert matches(wanted, printed), '{}: the page shows\n{}\nbut {}'.format(
            where, '\n'.join(wanted), told
        )


def matches(shown: list[str], printed: str) -> bool:
    """
    Return whether output is as shown.

    Blank lines and spaces at the end of lines do not count. ``...`` stands for anything within a
    line, on a line of its own for any lines.
    """
    pattern = ''.join(
        r'(?:.*\n)*?'
        if line.strip() == '...'
        else '.*?'.join(map(re.escape, line.rstrip().split('...'))) + '\n'
        for line in shown
    )
    lines = [line.rstrip() + '\n' for line in printed.splitlines() if line.strip()]
    return re.fullmatch(pattern, ''.join(lines)) is not None

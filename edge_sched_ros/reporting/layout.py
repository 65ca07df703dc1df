# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Tables without loss at any width.

People read them over ssh at 80 columns, scripts read them from a pipe. So no cell is cut or
broken: a table that is too wide becomes one record per row, and a pipe has no width limit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge_sched_ros.core.brief import printable

#: columns of an output that is not a terminal
UNLIMITED = 1_000_000

Cell = str | Text


def output_console() -> Console:
    """Return standard output, as wide as its terminal, as ``COLUMNS``, or else without limit."""
    console = Console(emoji=False, highlight=False)
    if console.is_terminal or os.environ.get('COLUMNS', '').isdigit():
        return console
    return Console(emoji=False, highlight=False, width=UNLIMITED)


def show_line(text: Cell, console: Console) -> None:
    """Print a line that only the terminal wraps; a string is printed without markup."""
    console.print(_cell(text), soft_wrap=True)


def show_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    console: Console,
    *,
    left: int = 1,
    title: str = '',
) -> None:
    """
    Print a table, or a record for each row if the console is too narrow.

    :param columns: headings; line breaks in them are removed in records
    :param left: this many columns are names: aligned to the left, and the heading of a record
    """
    found = list(rows)
    table = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for index, name in enumerate(columns):
        table.add_column(Text(name), justify='left' if index < left else 'right', no_wrap=True)
    for row in found:
        table.add_row(*map(_cell, row))
    if title:
        show_line(title, console)
    if _width(table, console) <= console.width:
        console.print(table)
    else:
        _show_records(columns, found, console, left=left)
    console.print()


def _cell(text: Cell) -> Text:
    """Return a text without what a terminal would obey; names in it may come from messages."""
    if isinstance(text, Text):
        return text
    return Text('\n'.join(map(printable, text.split('\n'))))


def show_pairs(pairs: Iterable[tuple[str, str]], console: Console, *, indent: str = '') -> None:
    """Print a line for each name and its text."""
    found = list(pairs)
    width = max((len(name) for name, _ in found), default=0)
    for name, text in found:
        show_line(f'{indent}{name:{width}}  {text}', console)


def _width(table: Table, console: Console) -> int:
    options = console.options.update(width=UNLIMITED)
    return console.measure(table, options=options).maximum


def _show_records(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    console: Console,
    *,
    left: int,
) -> None:
    for row in rows:
        show_line(Text(' ').join(_cell(cell) for cell in row[:left]), console)
        cells = [_cell(cell).plain for cell in row[left:]]
        names = [name.replace('\n', '') for name in columns[left:]]
        show_pairs(((n, c) for n, c in zip(names, cells) if c), console, indent='  ')

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compares printed tables of pages with what the commands of the benchmarks printed.

Between ``<!-- printed: policies_random -->`` and ``<!-- end of print -->`` every line but the
empty ones must be a line of ``docs/results/data/policies_random.txt``, in the order of that file.
A page may leave lines out; it cannot say what no command printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_BEGIN = re.compile(r'<!-- printed: (\w+) -->')
_END = '<!-- end of print -->'
#: the fence of a block of text, and the note of the test of pages on it
_NOT_PRINTED = re.compile(r'```\w*|<!-- not typed here: .* -->')


def check_prints(page: str, text: str, folder: Path) -> None:
    """
    Compare the printed tables of a page.

    :param folder: has the files
    :raises ValueError: for a line that the file does not have there, a file that cannot be read,
        or a table without its end; page and line are named
    """
    name = ''
    left: Iterator[str] = iter(())
    for number, line in enumerate(text.splitlines(), 1):
        where = f'{page}:{number}'
        begin = _BEGIN.fullmatch(line)
        if begin:
            if name:
                raise ValueError(f'{where}: the table before ({name}) has no {_END}')
            name, left = begin[1], _lines(where, folder / f'{begin[1]}.txt')
        elif line == _END:
            if not name:
                raise ValueError(f'{where}: no table begins before it')
            name = ''
        elif name and line.strip() and not _NOT_PRINTED.fullmatch(line):
            if line.rstrip() not in left:
                raise ValueError(f'{where}: {name}.txt has no such line here: {line}')
    if name:
        raise ValueError(f'{page}: the table of {name} has no {_END}')


def _lines(where: str, file: Path) -> Iterator[str]:
    try:
        return iter([line.rstrip() for line in file.read_text('utf-8').splitlines()])
    except OSError as error:
        raise ValueError(f'{where}: {error}') from None

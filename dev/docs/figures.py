# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compares marked figures of pages with what the commands of the benchmarks wrote.

A mark stands right behind a figure, where a reader does not see it:
``0.81<!-- = plan_pairs 0.longest_s .2f -->`` names the file ``docs/results/data/plan_pairs.json``,
the place in it, and the format; a factor may follow, as in
``68<!-- = advice 3.missed .0f x100 -->``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_MARK = re.compile(r'([^\s|(]*)<!-- = (.*?) -->')
_WORDS = re.compile(r'(\w+) (\S+) (\.\d[f%]|d)(?: x(\d+))?')


def check_figures(page: str, text: str, folder: Path) -> None:
    """
    Compare the marked figures of a page.

    :param folder: has the files
    :raises ValueError: for a figure that is not what its file says, or a mark that cannot be read;
        page and line are named
    """
    for mark in _MARK.finditer(text):
        line = text.count('\n', 0, mark.start()) + 1
        try:
            written = _written(mark[2], folder)
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ValueError(f'{page}:{line}: {mark[0]}: {_told(error)}') from None
        if mark[1] != written:
            raise ValueError(f'{page}:{line}: {mark[0]}: the file says {written}')


def _written(mark: str, folder: Path) -> str:
    words = _WORDS.fullmatch(mark)
    if words is None:
        raise ValueError('a mark is: FILE PLACE FORMAT, and xFACTOR or nothing')
    name, place, form, factor = words.groups()
    value: Any = json.loads((folder / f'{name}.json').read_text('utf-8'))
    for key in place.split('.'):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return format(value * int(factor) if factor else value, form)


def _told(error: Exception) -> str:
    if isinstance(error, LookupError):
        return f'the file has no such place ({error})'
    return str(error)

# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outcomes of a campaign as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from edge_sched_ros.pipeline.health.levels import ERROR
from faults.fault import Fault
from faults.fault import OK
from faults.fault import Outcome

_FIGURES = 'worst loss of others, points | frames without an end | slowest service, s'
_HEAD = (
    f'| faults | kinds | runs | kept | {_FIGURES} | slowest recovery, s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
)
_KIND_HEAD = (
    f'| kind | scenes | told by | afterwards | runs | kept | {_FIGURES} | slowest recovery, s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
)
#: lines of a page between which its tables stand
BEGIN, END = '<!-- tables of the campaign -->', '<!-- end of the tables -->'


def table(outcomes: Iterable[Outcome]) -> str:
    """Return a row for each group and one for all, as Markdown."""
    rows = sorted(outcomes, key=lambda one: one.group)
    groups = [(name, list(ones)) for name, ones in groupby(rows, key=lambda one: one.group)]
    lines = [_row(name, ones) for name, ones in [*groups, ('all', rows)]]
    return '\n'.join((*_HEAD, *lines)) + '\n'


def kinds(faults: Sequence[Fault], outcomes: Iterable[Outcome]) -> str:
    """Return a heading and a table for each group, with a row for each kind, as Markdown."""
    runs: dict[str, list[Outcome]] = {fault.name: [] for fault in faults}
    for one in outcomes:
        runs[one.fault].append(one)
    parts = []
    for group in dict.fromkeys(fault.group for fault in faults):
        rows = [_kind(one, runs[one.name]) for one in faults if one.group == group]
        heading = f'### {group[:1].upper()}{group[1:]}'
        parts.append('\n'.join((heading, '', *_KIND_HEAD, *rows)))
    return '\n\n'.join(parts) + '\n'


def write_tables(page: Path, faults: Sequence[Fault], outcomes: Sequence[Outcome]) -> None:
    """Replace the tables of a page; it is made where it is not there."""
    text = page.read_text() if page.exists() else f'{BEGIN}\n{END}\n'
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    tables = f'{table(outcomes)}\n{kinds(faults, outcomes)}'
    page.write_text(f'{before}{BEGIN}\n\n{tables}\n{END}{after}')


def _kind(fault: Fault, ones: Sequence[Outcome]) -> str:
    level = {OK: 'OK', ERROR: 'ERROR'}.get(fault.level, 'WARN')
    told = f'`{fault.line}`, {level}' if fault.says else 'nothing to tell'
    afterwards = 'answers again' if fault.returns else 'stays out'
    scenes = ', '.join(fault.scenes)
    cells = (fault.name, scenes, told, afterwards, *_figures(ones))
    return f'| {" | ".join(map(str, cells))} |'


def _row(name: str, ones: Sequence[Outcome]) -> str:
    cells = (name, len({one.fault for one in ones}), *_figures(ones))
    return f'| {" | ".join(map(str, cells))} |'


def _figures(ones: Sequence[Outcome]) -> tuple[object, ...]:
    return (
        len(ones),
        sum(not one.failures() for one in ones),
        f'{max((one.loss_points for one in ones), default=0):.2f}',
        sum(one.unaccounted for one in ones),
        f'{max((one.service_s for one in ones), default=0):.2f}',
        f'{max((one.recovery_s for one in ones), default=0):.2f}',
    )

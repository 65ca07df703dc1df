# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outcomes of a campaign as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from itertools import groupby

from faults.fault import Outcome

_HEAD = (
    '| faults | kinds | runs | kept | worst loss of others, points | frames without an end |'
    ' slowest service, s | slowest recovery, s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
)


def table(outcomes: Iterable[Outcome]) -> str:
    """Return a row for each group and one for all, as Markdown."""
    rows = sorted(outcomes, key=lambda one: one.group)
    groups = [(name, list(ones)) for name, ones in groupby(rows, key=lambda one: one.group)]
    lines = [_row(name, ones) for name, ones in [*groups, ('all', rows)]]
    return '\n'.join((*_HEAD, *lines)) + '\n'


def _row(name: str, ones: Sequence[Outcome]) -> str:
    kept = sum(not one.failures() for one in ones)
    cells = (
        name,
        len({one.fault for one in ones}),
        len(ones),
        kept,
        f'{max((one.loss_points for one in ones), default=0):.2f}',
        sum(one.unaccounted for one in ones),
        f'{max((one.service_s for one in ones), default=0):.2f}',
        f'{max((one.recovery_s for one in ones), default=0):.2f}',
    )
    return f'| {" | ".join(map(str, cells))} |'

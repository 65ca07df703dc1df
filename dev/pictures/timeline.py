# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A part of what ``edge-sched trace -o FILE.json`` wrote, as a trace viewer shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dev.pictures.charts import BAD
from dev.pictures.charts import chart
from dev.pictures.charts import COLOURS
from dev.pictures.charts import GREY
from dev.pictures.charts import save

#: process numbers in the file
_UNITS, _TASKS = 1, 2
_FROM_MS, _TO_MS = 1000.0, 1120.0
_OUTCOMES = {'on_time': '#009E73', 'late': '#E69F00', 'dropped': BAD, 'failed': '#CC79A7'}


def draw(written: Path, target: Path) -> None:
    """Draw a row for each unit with its stages, and one for each task with its jobs."""
    events = json.loads(written.read_text())['traceEvents']
    names = {(e['pid'], e['tid']): e['args']['name'] for e in events if e['name'] == 'thread_name'}
    shown = [e for e in events if e['ph'] == 'X' and _in_view(e)]
    rows = sorted({(e['pid'], names[e['pid'], e['tid']]) for e in shown})
    tasks = sorted({e['name'].split()[0] for e in shown if e['pid'] == _TASKS})
    figure, axes = chart(0.7 + 0.34 * len(rows))
    for event in shown:
        row = rows.index((event['pid'], names[event['pid'], event['tid']]))
        colour = _colour(event, tasks)
        begin_ms, length_ms = event['ts'] / 1e3, event['dur'] / 1e3
        axes.barh(row, length_ms, left=begin_ms, color=colour, edgecolor='white', height=0.8)
        if event['pid'] == _TASKS and 'deadline_ms' in event['args']:
            at_ms = begin_ms + event['args']['deadline_ms']
            axes.plot([at_ms, at_ms], [row - 0.4, row + 0.4], color=GREY, linewidth=2)
    axes.set_yticks(range(len(rows)), [name for _, name in rows])
    axes.axhline(sum(kind == _UNITS for kind, _ in rows) - 0.5, color=GREY, linewidth=1)
    axes.set_xlim(_FROM_MS, _TO_MS)
    axes.set_xlabel('ms since the start')
    axes.invert_yaxis()
    save(figure, target)


def _in_view(event: dict[str, Any]) -> bool:
    begin_ms = event['ts'] / 1e3
    return begin_ms < _TO_MS and begin_ms + event['dur'] / 1e3 > _FROM_MS


def _colour(event: dict[str, Any], tasks: list[str]) -> str:
    if event['pid'] == _TASKS:
        return _OUTCOMES.get(event['args'].get('outcome', '').partition(':')[0], GREY)
    name = event['args'].get('task', event['name'].split()[0])
    return COLOURS[tasks.index(name) % len(COLOURS)] if name in tasks else GREY

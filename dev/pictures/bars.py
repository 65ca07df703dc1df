# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``compare --json`` and ``advise --json`` printed, as bars."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

from dev.pictures.charts import BAD
from dev.pictures.charts import chart
from dev.pictures.charts import COLOURS
from dev.pictures.charts import GOOD
from dev.pictures.charts import save

SIMPLE_POLICY = 'edf+drop'
_BAR_IN, _FRAME_IN = 0.42, 1.0


def policy_bars(printed: Path, target: Path) -> None:
    """Draw the share of jobs that each policy missed, mean over the runs."""
    missed: dict[str, list[float]] = {}
    for run in json.loads(printed.read_text())['runs']:
        missed.setdefault(run['policy'], []).append(_missed(run))
    _bars(
        [(name, 100 * fmean(shares), COLOURS[0]) for name, shares in missed.items()],
        'jobs without an answer on time, %',
        target,
    )


def advice_bars(printed: Path, target: Path) -> None:
    """Draw by which factor all rates may grow on each module; 0 where it is not enough."""
    rows = []
    for one in json.loads(printed.read_text())['modules']:
        if one['missed'] is not None:
            enough = one['margin'] is not None
            colour = GOOD if one['policy'] == SIMPLE_POLICY else COLOURS[0]
            name = Path(one['module']).name.replace('.yaml', '').removeprefix('jetson_')
            rows.append((name, one['margin'] if enough else 0.0, colour if enough else BAD))
    _bars(rows, 'all rates may grow to this factor (green: with edf+drop)', target, digits=2)


def _missed(run: dict[str, Any]) -> float:
    tasks = run['tasks'].values()
    released = sum(task['released'] for task in tasks)
    return 1.0 - float(sum(task['on_time'] for task in tasks)) / max(1, released)


def _bars(rows: list[tuple[str, float, str]], axis: str, target: Path, *, digits: int = 1) -> None:
    figure, axes = chart(_FRAME_IN + _BAR_IN * len(rows))
    names, values, colours = zip(*reversed(rows), strict=True)
    drawn = axes.barh(names, values, color=colours)
    axes.bar_label(drawn, fmt=f'%.{digits}f', padding=4)
    axes.margins(x=0.12)
    axes.set_xlabel(axis)
    save(figure, target)

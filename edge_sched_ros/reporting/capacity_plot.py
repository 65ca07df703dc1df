# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Response over rate as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.capacity.what_if import curve
from edge_sched_ros.capacity.what_if import knee_per_s
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.installation.missing import need

#: curves are cut above this multiple of their lowest response
_TALLEST = 12


def plot_curves(cluster: Cluster, tasks: Sequence[str], path: Path) -> None:
    """
    Draw a panel per task: mean and tail against its rate, knee, present rate and deadline.

    :param path: the PNG to write
    :raises ConfigError: without matplotlib, without a task, or when it cannot be written
    """
    canvas: Any = need('matplotlib.backends.backend_agg')
    figures: Any = need('matplotlib.figure')
    if not tasks:
        raise ConfigError('--plot', 'there are no tasks to draw')
    figure = figures.Figure(figsize=(6.4, 3.2 * len(tasks)), layout='constrained')
    canvas.FigureCanvasAgg(figure)
    panels = figure.subplots(len(tasks), squeeze=False)[:, 0]
    for panel, task in zip(panels, tasks):
        _draw(panel, cluster, task)
    drawn = io.BytesIO()
    figure.savefig(drawn, format='png', dpi=120)
    write_whole(path, drawn.getvalue(), '--plot')


def _draw(panel: Any, cluster: Cluster, task: str) -> None:
    deadline_ms, rate = cluster.system.tasks[task].deadline_ms, cluster.rates[task]
    points = [point for point in curve(cluster, task) if point.verdict.response is not None]
    panel.set(title=task, xlabel='requests per second', ylabel='response in ms')
    if not points:
        panel.text(0.5, 0.5, 'a unit is overloaded by others', ha='center')
        return
    rates = [point.rate_per_s for point in points]
    for name, style in (('mean', '-'), ('p95', '--'), ('p99', ':')):
        times = [getattr(point.verdict.response, f'{name}_ms') for point in points]
        panel.plot(rates, times, style, color='tab:blue', label=name)
        if name == 'p95':
            panel.set_ylim(0, max(_TALLEST * times[0], 1.1 * (deadline_ms or 0)))
    knee = knee_per_s(cluster, task)
    if knee is not None:
        panel.axvline(knee, color='tab:orange', label=f'knee {knee:.3g}/s')
    panel.axvline(rate, color='grey', linestyle=':', label=f'now {rate:g}/s')
    if deadline_ms is not None:
        label = f'deadline ({cluster.objective(task)})'
        panel.axhline(deadline_ms, color='tab:red', label=label)
    panel.legend(loc='upper left', fontsize='small')

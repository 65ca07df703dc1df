# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The charts of one run: Gantt, responses, misses over time, busy units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edge_sched_ros.installation.missing import need
from edge_sched_ros.reporting.html.figures_of_run import RunFigures
from edge_sched_ros.tracing.run import RecordedRun

#: distinguishable with every kind of colour vision, on white and on black (Okabe and Ito, 2008)
_COLOURS = (
    '#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#B8A800', '#8C6BB1',
)  # fmt: skip
_OUTCOME = {
    'on_time': '#009E73', 'late': '#E69F00', 'dropped': '#D55E00', 'failed': '#CC79A7',
    'unfinished': '#999999',
}  # fmt: skip
_DEADLINE = '#888888'
#: what a job of a task is drawn in, as the page says above the chart
OUTCOME_COLOURS = {
    **{name.replace('_', ' '): colour for name, colour in _OUTCOME.items()},
    'deadline': _DEADLINE,
}
#: number of intervals over the time of a run
_BINS = 120
_HEIGHT = 260
_TOOLS = 'xpan,xbox_zoom,reset'


def colours_of(names: list[str]) -> dict[str, str]:
    """Return a colour for each name."""
    return {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(names)}


def gantt(run: RecordedRun, window: Mapping[str, Any], number: int) -> Any:
    """Return the chart of a window; a script fills it with other windows by the names in it."""
    models, figure = need('bokeh.models'), need('bokeh.plotting').figure
    factor_cmap = need('bokeh.transform').factor_cmap
    tasks, units = list(run.setup.tasks), list(run.setup.units)
    # a blank makes lines of tasks different from units of the same name
    rows = [*(f'{task} ' for task in reversed(tasks)), *reversed(units)]
    chart = figure(
        y_range=models.FactorRange(*rows),
        x_range=models.Range1d(window['begin'], window['end'], name=f'range-{number}'),
        height=70 + 26 * len(rows),
        sizing_mode='stretch_width',
        tools=_TOOLS,
        x_axis_label='ms from the beginning of the run',
        toolbar_location='right',
    )
    sources = {
        key: models.ColumnDataSource(window[key], name=f'{key}-{number}')
        for key in ('stages', 'jobs', 'due')
    }
    colours = colours_of(tasks)
    stages = chart.hbar(
        y='y', left='left', right='right', height=0.8, source=sources['stages'],
        fill_color=factor_cmap('task', list(colours.values()), tasks), line_color=None,
    )  # fmt: skip
    jobs = chart.hbar(
        y='y', left='left', right='right', height=0.35, source=sources['jobs'],
        fill_color=factor_cmap('outcome', list(_OUTCOME.values()), list(_OUTCOME)),
        line_color=None, fill_alpha=0.8,
    )  # fmt: skip
    chart.scatter('x', 'y', marker='dash', angle=np.pi / 2, size=14, line_width=1.5,
                  line_color=_DEADLINE, source=sources['due'])  # fmt: skip
    chart.toolbar.logo = None
    chart.add_tools(models.HoverTool(renderers=[stages, jobs], tooltips='@text'))
    return chart


def responses(figures: RunFigures) -> Any:
    """Return the distribution of the answers' times, as shares of the deadline."""
    chart = _chart('time from frame to answer, in deadlines', 'share of answers')
    for name, colour in colours_of(list(figures.tasks)).items():
        task = figures.tasks[name]
        if task.responses_ms:
            shares = np.sort(np.array(task.responses_ms) / max(1e-9, task.deadline_ms))
            # a curve needs no more points than a screen
            at = np.linspace(0, 1, 200)
            x = np.quantile(shares, at)
            chart.line(x, at, line_color=colour, line_width=2, legend_label=name)
    chart.add_layout(
        need('bokeh.models').Span(
            location=1, dimension='height', line_color='#D55E00', line_dash='dashed'
        )
    )
    return _with_legend(chart, 'bottom_right')


def misses(run: RecordedRun) -> Any:
    """Return the numbers of jobs that were missed over time, by reason."""
    chart = _chart('s from the beginning of the run', 'missed jobs')
    seconds = max(run.seconds, 1e-9)
    kinds: dict[str, Any] = {}
    for job in run.jobs.values():
        if job.missed and job.ended_ns is not None:
            place = int((job.ended_ns - run.first_ns) / 1e9 / seconds * _BINS)
            counts = kinds.setdefault(job.reason or job.outcome, np.zeros(_BINS))
            counts[min(max(place, 0), _BINS - 1)] += 1
    edges = np.linspace(0, seconds, _BINS + 1)
    below = np.zeros(_BINS)
    ranked = sorted(kinds, key=lambda kind: -kinds[kind].sum())
    for kind, colour in colours_of(ranked).items():
        above = below + kinds[kind]
        chart.quad(
            left=edges[:-1], right=edges[1:], bottom=below, top=above,
            fill_color=colour, line_color=None, legend_label=kind,
        )  # fmt: skip
        below = above
    return _with_legend(chart, 'top_right')


def busy(run: RecordedRun) -> Any:
    """Return how busy units were over time."""
    chart = _chart('s from the beginning of the run', 'busy', y_range=(0, 1.05))
    spans: dict[str, list[tuple[int, int]]] = {name: [] for name in run.setup.units}
    for job in run.jobs.values():
        for stage in job.stages:
            if stage.finished_ns is not None and stage.unit in spans:
                spans[stage.unit].append((stage.started_ns, stage.finished_ns))
    edges = np.linspace(run.first_ns, max(run.last_ns, run.first_ns + 1), _BINS + 1)
    middles_s = ((edges[:-1] + edges[1:]) / 2 - run.first_ns) / 1e9
    for name, colour in colours_of(list(spans)).items():
        if spans[name]:
            share = busy_ns(spans[name], edges) / np.diff(edges) / run.setup.units[name].slots
            chart.step(middles_s, share, mode='center', line_color=colour,
                       line_width=2, legend_label=name)  # fmt: skip
    return _with_legend(chart, 'bottom_right')


def busy_ns(spans: list[tuple[int, int]], edges: Any) -> Any:
    """
    Return the time that intervals cover in each bin.

    :param spans: beginning and end of each, in ns
    :param edges: of the bins, in ns
    """
    # until an edge: the time since each beginning before it less that since each end before it
    until = np.zeros(len(edges))
    for sign, times in zip((1.0, -1.0), np.sort(np.array(spans, dtype=np.int64).T, axis=1)):
        sums = np.concatenate([[0], np.cumsum(times - times[0])])
        count = np.searchsorted(times, edges)
        until += sign * (count * (edges - times[0]) - sums[count])
    return np.diff(until)


def _chart(across: str, up: str, **more: Any) -> Any:
    chart = need('bokeh.plotting').figure(
        height=_HEIGHT, sizing_mode='stretch_width', tools=_TOOLS, toolbar_location='right',
        x_axis_label=across, y_axis_label=up, **more,
    )  # fmt: skip
    chart.toolbar.logo = None
    return chart


def _with_legend(chart: Any, place: str) -> Any:
    if chart.legend:
        chart.legend.location = place
        chart.legend.background_fill_alpha = 0.5
        chart.legend.label_text_font_size = '11px'
        chart.legend.click_policy = 'hide'
    return chart

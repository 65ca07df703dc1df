# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles as pictures: latencies, fronts of latency and memory, co-run slowdowns."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.installation.missing import need
from edge_sched_ros.reporting.profile_front import choices
from edge_sched_ros.reporting.profile_tables import label
from edge_sched_ros.reporting.profile_tables import rows
from edge_sched_ros.reporting.profile_tables import slowdowns
from edge_sched_ros.system.system_file import SystemFile

SUFFIXES = ('.png', '.html')
#: minimum upper end of the colour scale of slowdowns
_FULL_COLOUR = 1.5
_STYLE = 'body{font-family:sans-serif;margin:2em}svg{max-width:100%;height:auto}'


def check_picture_name(path: Path) -> None:
    """Check the name of a picture; :raises ConfigError: when it cannot be drawn."""
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError('--plot', f"'{path}' must end in {' or '.join(SUFFIXES)}")


def draw_profile(profile: SystemFile, path: Path) -> None:
    """
    Draw a profile: a row of panels for each available kind of result.

    :param path: PNG, or an HTML page with the picture
    :raises ConfigError: without matplotlib, without a measurement, or when it cannot be written
    """
    check_picture_name(path)
    canvas: Any = need('matplotlib.backends.backend_agg')
    figures: Any = need('matplotlib.figure')
    if not profile.networks:
        raise ConfigError('--plot', 'there is nothing to draw: no network has been measured')
    networks, slowdown = list(profile.networks), slowdowns(profile)
    bars = sum(1 for _ in rows(profile))
    heights = [1 + 0.28 * bars, *([3.0] * len(networks)), *([3.0] if slowdown else [])]
    figure = figures.Figure(figsize=(7.2, sum(heights)), layout='constrained')
    canvas.FigureCanvasAgg(figure)
    panels = list(
        figure.subplots(len(heights), squeeze=False, gridspec_kw={'height_ratios': heights})[:, 0]
    )
    _draw_latencies(panels[0], profile)
    for panel, network in zip(panels[1:], networks):
        _draw_front(panel, profile, network)
    if slowdown:
        _draw_slowdown(figure, panels[-1], slowdown)
    if path.suffix.lower() == '.png':
        drawn = io.BytesIO()
        figure.savefig(drawn, format='png', dpi=120)
        write_whole(path, drawn.getvalue(), '--plot')
    else:
        write_whole(path, _page(figure, profile).encode(), '--plot')


def _draw_latencies(panel: Any, profile: SystemFile) -> None:
    """Draw a bar per stage and unit up to the median, and a line up to the 99th percentile."""
    units = list(dict.fromkeys(unit for _, _, _, unit, _ in rows(profile)))
    names, places = [], []
    for place, (network, variant, stage, unit, cost) in enumerate(rows(profile)):
        names.append(f'{label(network, variant)} {stage}, {unit}')
        places.append(place)
        colour = f'C{units.index(unit) % 10}'
        panel.barh(place, cost.latency_ms, color=colour)
        if cost.measured is None:
            continue
        ends = [cost.latency_ms, cost.measured.p99_ms]
        panel.plot(ends, [place, place], color='black', linewidth=1)
        panel.plot(cost.measured.p95_ms, place, '|', color='black')
    panel.set_yticks(places, names, fontsize='x-small')
    panel.invert_yaxis()
    panel.set(title='latency: bar p50, mark p95, end p99', xlabel='ms')


def _draw_front(panel: Any, profile: SystemFile, network: str) -> None:
    """Draw every assignment, and the front as steps."""
    found = choices(profile, network)
    variants = list(profile.networks[network].variants)
    for index, variant in enumerate(variants):
        own = [choice for choice in found.every if choice.variant == variant]
        panel.plot(
            [choice.latency_ms for choice in own],
            [choice.memory_mib for choice in own],
            '.',
            color=f'C{index % 10}',
            alpha=0.5,
            label=variant,
        )
    latencies = [choice.latency_ms for choice in found.front]
    panel.step(
        latencies,
        [choice.memory_mib for choice in found.front],
        'o-',
        where='post',
        color='tab:red',
        fillstyle='none',
        label='front',
    )
    panel.set(title=f'{network}: ways to run it', xlabel='ms', ylabel='MiB (unknown: 0)')
    panel.margins(0.15)
    panel.set_xlim(left=0)
    panel.set_ylim(bottom=0)
    panel.legend(fontsize='x-small')


def _draw_slowdown(figure: Any, panel: Any, slowdown: Mapping[str, Mapping[str, float]]) -> None:
    """Draw a heat map of factors: the slowed unit in rows, the busy one in columns."""
    units = list(
        dict.fromkeys([*slowdown, *(other for row in slowdown.values() for other in row)])
    )
    nothing = float('nan')
    table = [[slowdown.get(one, {}).get(other, nothing) for other in units] for one in units]
    top = max((value for row in slowdown.values() for value in row.values()), default=1.0)
    image = panel.imshow(table, cmap='YlOrRd', vmin=1.0, vmax=max(_FULL_COLOUR, top))
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            if value == value:
                panel.text(column, row, f'{value:.2f}', ha='center', va='center')
    panel.set_xticks(range(len(units)), units)
    panel.set_yticks(range(len(units)), units)
    panel.set(title='times as long beside a busy unit', xlabel='busy', ylabel='slowed down')
    figure.colorbar(image, ax=panel)


def _page(figure: Any, profile: SystemFile) -> str:
    drawn = io.StringIO()
    figure.savefig(drawn, format='svg', metadata={'Date': None})
    svg = drawn.getvalue()
    svg = svg[svg.index('<svg') :]
    measured = profile.measured
    known = [] if measured is None else [measured.machine.model, measured.machine.cpu]
    known += [] if measured is None else [measured.power_mode, measured.date]
    words = filter(None, known)
    title = html.escape(', '.join(words))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<title>Profile: {title}</title><style>{_STYLE}</style></head>'
        f'<body><h1>Profile</h1><p>{title}</p>\n{svg}</body></html>\n'
    )
